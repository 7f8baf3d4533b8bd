"""Removal: the folder of a run is taken away in one step and then deleted, so that a kill on the way leaves nothing half there.

Only what Thalweg wrote is deleted, told by name; links are never followed, and a folder that holds anything else stays as it is unless its
owner says that the rest may stay alone.
"""

import os
import re
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from thalweg.core.errors import ConfigError, ModelError, StorageError
from thalweg.core.near_path import near_path
from thalweg.core.visible import visible
from thalweg.run.files import LOCK
from thalweg.run.folder_kinds import PARTS_OF_A_RACE, Kind, kind_of, walk
from thalweg.run.lock import held

REMOVED = ".removed-"
"""What a folder is called on its way out."""


@dataclass(frozen=True, kw_only=True)
class Removable:
    """A folder that may be removed: its kind, the names in it that go, how many files and bytes those are, and what is not Thalweg's."""

    folder: Path
    kind: Kind
    own: tuple[str, ...]
    files: int
    size: int
    others: tuple[str, ...]


def removable(folder: Path) -> Removable:
    """Look a folder over. Raises `ConfigError` or `ModelError` where it is no run, a part of one, or a link."""
    if not os.path.lexists(folder):
        raise ModelError(f"{visible(str(folder))}: no such folder.{_member(folder) or near_path(folder)}")
    if folder.is_symlink():
        raise ModelError(f"{visible(str(folder))}: it is a symbolic link, which Thalweg does not follow; give the folder it points at.")
    kind = kind_of(folder) if folder.is_dir() else None
    if kind is None:
        raise ModelError(f"{visible(str(folder))}: nothing of Thalweg's can be recognised here, and nothing was removed.")
    if f"{folder.name}/population.json" in PARTS_OF_A_RACE and _is_race(folder.parent):
        raise ConfigError(f"{visible(str(folder))} is a part of a race; remove {visible(str(folder.parent))}.")
    return _looked_over(folder, kind)


def remove(found: Removable, *, leave_others: bool) -> None:
    """Delete a folder, or only Thalweg's files in it where others may stay. Raises `BusyError` where somebody works in it."""
    folder = found.folder
    _tidy(folder.parent)
    aside = folder.with_name(f"{REMOVED}{os.getpid()}-{folder.name}")
    try:
        with held(folder, otherwise="stop it first") as own:
            now = _looked_over(folder, found.kind)
            if set(now.others) - set(found.others) or (now.others and not leave_others):
                raise ConfigError(f"{visible(str(folder))} holds what is not Thalweg's ({visible(now.others[0])}); nothing was removed.")
            for part in ("tuning", "final"):
                if (folder / part / LOCK).is_file():
                    with held(folder / part, otherwise="stop it first"):
                        pass
            if os.name == "nt":  # an open file keeps its folder where it is there, so a trainer's lock does
                own.release()
            if now.others:
                _take_out(folder, now, aside)
            else:
                os.rename(folder, aside)
    except PermissionError as error:
        raise StorageError(f"cannot remove {folder}: no permission, or a file in it is open elsewhere.") from error
    except OSError as error:
        raise StorageError(f"cannot remove {folder}: {error.strerror or error}.") from error
    shutil.rmtree(aside, ignore_errors=True)


def _take_out(folder: Path, found: Removable, aside: Path) -> None:
    """Move Thalweg's own files out of a folder, its records last, so that it is known for what it is until all are out."""
    aside.mkdir()
    for name in sorted({*found.own, LOCK}, key=lambda name: name in found.kind.records):
        if (folder / name).exists():
            os.rename(folder / name, aside / name)


def _looked_over(folder: Path, kind: Kind) -> Removable:
    """Sort what a folder holds; of a folder in it that holds anything foreign, all stays."""
    inside = dict(walk(folder))
    others = {name for name, facts in inside.items() if not kind.owns(name) or not _plain(facts)}
    mixed = {name.partition("/")[0] for name in others}
    own = {name: facts for name, facts in inside.items() if name.partition("/")[0] not in mixed}
    sizes = [facts.st_size for facts in own.values() if stat.S_ISREG(facts.st_mode)]
    names = tuple(sorted(name for name in own if "/" not in name))
    return Removable(folder=folder, kind=kind, own=names, files=len(sizes), size=sum(sizes), others=tuple(sorted(others)))


def _plain(facts: os.stat_result) -> bool:
    return stat.S_ISREG(facts.st_mode) or stat.S_ISDIR(facts.st_mode)


def _tidy(parent: Path) -> None:
    """Delete what an earlier removal that was killed has left."""
    for left in parent.glob(f"{REMOVED}*"):
        if re.match(rf"{re.escape(REMOVED)}\d+-", left.name) and left.is_dir() and not left.is_symlink():
            shutil.rmtree(left, ignore_errors=True)


def _is_race(folder: Path) -> bool:
    kind = kind_of(folder)
    return kind is not None and kind.name == "race"


def _member(folder: Path) -> str:
    sweep, mark, number = str(folder).rpartition("#")
    if not (mark and number.isdecimal() and Path(sweep).is_dir()):
        return ""
    return f" Members of a sweep cannot be removed alone; remove {visible(sweep)}."
