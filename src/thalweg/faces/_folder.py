"""Default folders: readable, and different for everything that is asked, so that the same command finds its own again."""

import hashlib
import re
from pathlib import Path

from thalweg.run.recipe import Recipe


def folder_of(source: str, *, kind: str, digest: str) -> Path:
    """Return `runs/<source>-<kind>-<digest>` with a source's last name made safe and cut, and the first eight digits.

    >>> folder_of("/data/my pets", kind="sweep", digest="0123456789abcdef").name
    'my-pets-sweep-01234567'
    """
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", Path(source).name).strip("-.") or "pictures"
    return Path("runs") / f"{name[:40]}-{kind}-{digest[:8]}"


def default_folder(recipe: Recipe) -> Path:
    """Return the folder of a recipe's run: readable, and different for every recipe, so that the same command finds it again.

    >>> default_folder(Recipe()).name.startswith("digits-linear-softmax-momentum-")
    True
    """
    kind = f"{recipe.score.name}-{recipe.loss.name}-{recipe.optimiser.name}"
    return folder_of(recipe.data.source, kind=kind, digest=recipe.fingerprint)


def folder_of_question(recipe: Recipe, *, kind: str, question: object) -> Path:
    """Return the folder for what is asked of a recipe: its digest is that of the recipe and of the question's text.

    >>> folder_of_question(Recipe(), kind="rate", question="3 seeds").name.startswith("digits-rate-")
    True
    """
    digest = hashlib.sha256(f"{recipe.fingerprint} {question}".encode()).hexdigest()
    return folder_of(recipe.data.source, kind=kind, digest=digest)
