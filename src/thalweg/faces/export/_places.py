"""Places: which files an export may write, and which are somebody's own."""

from collections.abc import Sequence
from pathlib import Path

from thalweg.core.durable import storage_errors
from thalweg.core.errors import ConfigError
from thalweg.faces.export._card import CARD, OTHER_CARD
from thalweg.faces.export._format import MARK

HEAD = 1 << 16
"""How far from its beginning and from its end a file's mark is looked for, in bytes."""


def is_export(path: Path) -> bool:
    """Whether a file is an export, by the mark in it; False where there is none."""
    try:
        with open(path, "rb") as file:
            if MARK.encode() in file.read(HEAD):
                return True
            file.seek(max(0, path.stat().st_size - HEAD))
            return MARK.encode() in file.read(HEAD)
    except OSError:
        return False


def refuse_strangers(mains: Sequence[tuple[Path, str]], *, force: bool) -> None:
    """Raise `ConfigError` where a file of an export would take the place of something that is none, or of another file of the same export.

    Each file is given with the ending of what lies beside it (empty: nothing), which bears no mark and belongs to it.
    """
    taken: set[Path] = set()
    for main, ending in mains:
        for path in (main, *([main.with_suffix(ending)] if ending else [])):
            if path.absolute() in taken:
                raise ConfigError(f"two files of this export would be {path}; give them different names.")
            taken.add(path.absolute())
            if path.is_dir():
                raise ConfigError(f"{path} is a folder; give the name of a file.")
            with storage_errors(path):
                stranger = path.exists() and not is_export(main)
            if stranger and not force:
                raise ConfigError(f"{path} is there already and is no export; choose another name, or replace it with --force.")


def card_place(folder: Path) -> Path:
    """Return where a folder's model card goes: README.md, unless somebody's own stands there, which is never replaced."""
    own = folder / CARD
    return own if is_export(own) or not own.exists() else folder / OTHER_CARD
