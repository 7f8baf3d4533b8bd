"""Keeping: a training of the pictures room as a run's folder, and the runs that it may go on from."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from thalweg.core.errors import ConfigError, nearest
from thalweg.core.imageset import ImageSet
from thalweg.faces import api
from thalweg.faces.lab._pictures_course import Course
from thalweg.faces.lab._room import Outlook
from thalweg.faces.lab._trainer import SAMPLE
from thalweg.run.keep import keep
from thalweg.run.store import Store

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}")
MOST = 200
"""Runs that are offered to go on from, at most."""


def runs_in(outlook: Outlook) -> tuple[str, ...]:
    """Return the names of the runs that a page may go on from: those in the folder of runs, and the one that was opened."""
    try:
        inside = [path.name for path in sorted(outlook.runs.iterdir()) if NAME.fullmatch(path.name) and Store(path).exists]
    except OSError:
        inside = []
    opened = [outlook.opened] if outlook.opened and Store(Path(outlook.opened)).exists else []
    return tuple(dict.fromkeys((*opened, *inside[:MOST])))


def folder_to_begin(name: str, outlook: Outlook) -> str:
    """Return the folder of a run to go on from; raise `ConfigError` on any name that is neither in the folder of runs nor opened."""
    known = runs_in(outlook)
    if name not in known:
        raise ConfigError(f"there is no run {name!r} in {outlook.runs}.{nearest(name, known)} `from` names one of its runs.")
    return name if name == outlook.opened else str(outlook.runs / name)


def saved(course: Course, images: ImageSet, given: Mapping[str, Any], outlook: Outlook) -> dict[str, Any]:
    """Save a training as a run, with its report; return where, and what was saved. An epoch that was begun is finished first."""
    name = str(given.get("name", ""))
    if not NAME.fullmatch(name):
        raise ConfigError(f"a run's name has letters, digits, - and _, up to 80, and begins with a letter or digit; got {name[:80]!r}.")
    folder = outlook.runs / name
    replacing = given.get("replace") is True
    if Store(folder).exists and not replacing:
        return {"exists": True, "folder": str(folder), "text": f"{folder} holds a run already."}
    if folder.is_symlink():
        raise ConfigError(f"{folder} is a link to somewhere else. Choose another name.")
    course.finish_epoch()
    trainer = course.trainer
    run = keep(trainer.setting, trainer.state, images, folder=folder, replacing=replacing, notes=_notes(course))
    api.as_run(run, images=images).report()
    kept, epoch = run.kept_epoch, trainer.state.epoch
    which = f"those of epoch {kept}, the best so far" if kept != epoch else f"those of epoch {epoch}"
    return {"exists": False, "folder": str(folder), "text": f"Saved as {folder} after epoch {epoch}; its weights are {which}."}


def _notes(course: Course) -> list[str]:
    examples = len(course.trainer.setting.parts["train"])
    sampled = f"Training figures after each epoch are those of {SAMPLE:,} training examples drawn at random."
    steered = (
        f"Trained in the lab, where the recipe was changed while it ran (after step {', '.join(map(str, course.marks[:20]))}): "
        "the recipe alone does not give these weights."
    )
    return ([sampled] if examples > SAMPLE else []) + ([steered] if course.marks else [])
