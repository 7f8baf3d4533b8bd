"""A folder with one folder of pictures a class, or `train`, `test` and `validation` folders of such."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from unicodedata import normalize

import numpy as np

from thalweg.core.entries import Reader, ReadOptions
from thalweg.core.errors import DataError
from thalweg.core.imageset import ImageSet, Skipped, Split
from thalweg.core.progress import Progress
from thalweg.core.visible import visible
from thalweg.images._complaints import name_list
from thalweg.images._listing import Listing, read_listing, state_of
from thalweg.images._paths import Paths
from thalweg.images._scan import Found, scan_pictures, subfolders

PARTS = {"train": "train", "validation": "validation", "valid": "validation", "val": "validation", "test": "test"}


@dataclass(frozen=True)
class _Group:
    """The pictures of one class in one part."""

    part: str
    name: str
    folder: str
    found: Found


def matches(source: str) -> bool:
    """Whether `source` is a folder; `load` asks the other formats first."""
    return os.path.isdir(source)  # noqa: PTH112 (Path.is_dir raises on a name that is too long)


def read(source: str, options: ReadOptions, progress: Progress) -> ImageSet:
    """Read the pictures of a folder; rows are ordered by part (train, validation, test), class and name, by code point."""
    return read_listing(list_folder(source, progress, fewest=options.fewest_classes), options, progress)


def list_folder(source: str, progress: Progress, *, fewest: int = 2) -> Listing:
    """List the classes and their files without opening any; `DataError` where there are none, fewer than `fewest`, or empty ones."""
    parts = _parts(source)
    bad: list[Skipped] = []
    notes: list[str] = []
    groups: list[_Group] = []
    for part, folder in parts.items():
        names, links, beside = subfolders(folder)
        bad += links
        if not names and not links:
            raise _no_classes(folder, beside)
        if beside:
            notes.append(f"{beside:,} pictures that lie in {visible(folder)} itself, in no class folder, were left out.")
        progress.begin("listing", len(names), "folders")
        for name in names:
            path = str(Path(folder) / name)
            groups.append(_Group(part, name, path, scan_pictures(path)))
            progress.advance()
        progress.end()
    _check_classes(source, groups, fewest)
    bad += [entry for group in groups for entry in group.found.bad]
    return _listing(source, groups, tuple(bad), tuple(notes + _notes(groups)))


def _parts(source: str) -> dict[str, str]:
    """Return the folder of each part; a folder named train that holds folders, and no pictures, makes the others parts as well."""
    names, _, _ = subfolders(source)
    known = [name for name in names if name.lower() in PARTS]
    train = next((name for name in known if name.lower() == "train"), None)
    if train is None:
        return {"train": source}
    inside, links, pictures = subfolders(str(Path(source) / train))
    if pictures or not (inside or links):
        return {"train": source}
    if len(known) < len(names):
        others = name_list(name for name in names if name not in known)
        raise DataError(f"{visible(source)}: beside the parts {name_list(known)} there is {others}; move it elsewhere or rename it.")
    parts: dict[str, str] = {}
    for name in known:
        if PARTS[name.lower()] in parts:
            raise DataError(
                f"{visible(source)}: {name_list(known)} name one part twice; keep one folder for each of train, validation, test."
            )
        parts[PARTS[name.lower()]] = str(Path(source) / name)
    return {part: parts[part] for part in ("train", "validation", "test") if part in parts}


def _no_classes(folder: str, pictures: int) -> DataError:
    hint = f" {pictures:,} pictures lie in {visible(folder)} itself: move each into a folder named for its class." if pictures else ""
    return DataError(
        f"no class folders in {visible(folder)}; expected one folder of pictures a class (cat/, dog/, ...), "
        f"or train/ and test/ that hold them.{hint}"
    )


def _check_classes(source: str, groups: Sequence[_Group], fewest: int) -> None:
    train = {group.name: group for group in groups if group.part == "train"}
    empty = [name for name, group in train.items() if not group.found.sizes and not group.found.bad]
    if empty:
        raise DataError(
            f"{visible(source)}: no pictures for the class{'es' if len(empty) > 1 else ''} {name_list(empty)}. "
            "Add some (.jpg, .png, .bmp, .gif, .webp, .tif) or remove the folder."
        )
    for group in groups:
        if group.name not in train:
            raise DataError(
                f"{visible(source)}: the {group.part} part has the class {name_list([group.name])}, which the train part does not have."
            )
    if len(train) == 1 < fewest:
        (only,) = train.values()
        inside, _, _ = subfolders(only.folder)
        hint = f" {visible(only.folder)} holds folders itself ({name_list(inside)}): pass that folder." if inside else ""
        raise DataError(
            f"{visible(source)}: found 1 class {name_list(train)}; a classifier needs at least 2, each in a folder of its own.{hint}"
        )


def _listing(source: str, groups: Sequence[_Group], bad: tuple[Skipped, ...], notes: tuple[str, ...]) -> Listing:
    classes = tuple(group.name for group in groups if group.part == "train")
    number = {name: row for row, name in enumerate(classes)}
    names = [group.found.names() for group in groups]
    counts = [len(inside) for inside in names]
    states = [_state(group, inside) for group, inside in zip(groups, names, strict=True)]
    part = np.repeat([group.part for group in groups], counts)
    return Listing(
        source=source,
        paths=Paths([(group.folder, inside) for group, inside in zip(groups, names, strict=True)]),
        labels=np.repeat(np.array([number[group.name] for group in groups], np.int64), counts),
        classes=classes,
        split=Split(*(np.flatnonzero(part == name) for name in ("train", "validation", "test"))),
        nbytes=sum(sum(group.found.sizes.values()) for group in groups),
        state=state_of(states, [], []),
        bad=bad,
        notes=notes,
    )


def _state(group: _Group, names: Sequence[str]) -> str:
    sizes, times = group.found.sizes, group.found.times
    return state_of(names, [sizes[name] for name in names], [times[name] for name in names], group.part, group.name)


def _notes(groups: Sequence[_Group]) -> list[str]:
    notes = []
    others = sum(group.found.others for group in groups)
    if others:
        notes.append(f"{others:,} files without the extension of a picture were left out.")
    plain: dict[str, str] = {}
    for group in groups:
        twin = plain.setdefault(normalize("NFC", group.name), group.name)
        if twin != group.name:
            notes.append(f"Two classes look the same, '{visible(group.name)}': their names differ only in how Unicode composes letters.")
    return notes


ENTRY = Reader(
    summary="a folder with one folder of pictures a class; train/, test/ and val/ above them are kept as the split",
    formula="label = name of the folder the picture lies in",
    reference="the layout of torchvision's ImageFolder; links are not followed, and no bad file is passed over in silence",
    matches=matches,
    read=read,
)
