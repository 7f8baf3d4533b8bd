"""Exporting: a run to files that need no Thalweg, each compared with the run before it is put in place, and a model card beside them."""

import importlib.util
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from thalweg.core.durable import storage_errors, write_file
from thalweg.core.entries import Source
from thalweg.core.errors import ConfigError, DataError, ModelError
from thalweg.core.imageset import ImageSet
from thalweg.core.progress import Progress, Silent
from thalweg.core.visible import visible
from thalweg.faces import api
from thalweg.faces.export import FORMATS
from thalweg.faces.export._card import CONFIG, Shown, config_json, model_card
from thalweg.faces.export._check import Check, Sample, compare, draw_sample, tolerance_of
from thalweg.faces.export._format import Format, UnwritableError
from thalweg.faces.export._measured import measure
from thalweg.faces.export._places import card_place, refuse_strangers
from thalweg.faces.terminal import table, watcher
from thalweg.images import need_installed
from thalweg.run.run import Run


@dataclass(frozen=True, kw_only=True)
class File:
    """One export: its format, its path, what lies beside it and belongs to it, all their bytes, and how it compares with the run.

    `detail` is what else there is to know of it, as the version of a standard.
    """

    format: str
    path: Path
    beside: tuple[Path, ...]
    size: int
    check: Check
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Exported:
    """What was written: `files`, and `cards` (model cards, and what makes a folder of exports whole).

    `compared` says in words on what the files were compared with the run, `notes` what else a person should know.
    """

    files: tuple[File, ...]
    cards: tuple[Path, ...]
    compared: str
    notes: tuple[str, ...] = ()


def export(
    run: Run | Source,
    folder: Source | None = None,
    *,
    images: ImageSet | Source | None = None,
    check: int = 1000,
    card: bool = True,
    force: bool = False,
    trust_code: bool = False,
    progress: Progress | None = None,
    **files: Source | None,
) -> Exported:
    """Write a run as files for others: `export(run, "out")` a folder with every format that suits, `export(run, onnx="net.onnx")` one file.

    Each file is read back and compared with the run on `check` examples, its own where they are at hand (`images`, those of this session,
    or loaded from the recipe's source), before it appears: it is there whole and right, or not at all. `card`: a model card beside them.
    Files that are no exports are replaced only with `force`. Raises `ModelError` where a file would answer otherwise than the run.
    """
    shown = progress or Silent()
    opened = run if isinstance(run, Run) else api.open_run(run, trust_code=trust_code)
    if check < 1:
        raise ConfigError(f"check must be a whole number in [1, inf), how many examples to compare on; got {check}.")
    chosen, notes = _chosen(opened, folder, {name: Path(path) for name, path in files.items() if path is not None})
    _refuse_own_folder(opened, [path for _, path in chosen])
    others = _others(chosen, card=card, whole=folder is not None)
    refuse_strangers([*((path, entry.endings[path.suffix]) for entry, path in chosen), *((path, "") for path in others)], force=force)
    pictures, why = _pictures(opened, images, shown)
    sample = draw_sample(opened, check, pictures)
    made, impossible = _made(opened, chosen, sample, whole=folder is not None, progress=shown)
    for each in made:
        for path, data in reversed(list(each.contents.items())):  # weights first: what reads them is there last
            write_file(path, data)
    cards = _write_cards(opened, made, pictures, sample, others)
    notes += impossible
    if why:
        notes.append(f"the run's own pictures are not at hand, so that the card has no figures of each class ({why})")
    return Exported(files=tuple(each.file for each in made), cards=cards, compared=sample.words, notes=tuple(notes))


@dataclass(frozen=True, kw_only=True)
class _Made:
    """A format's files, made and compared, before they are in place."""

    format: Format
    file: File
    contents: Mapping[Path, bytes]


def _chosen(run: Run, folder: Source | None, files: Mapping[str, Path]) -> tuple[list[tuple[Format, Path]], list[str]]:
    """Return the formats to write with their paths, and notes on those that a folder goes without."""
    if folder is not None and files:
        raise ConfigError(f"give a folder for everything, or a file for each format; got {folder} and --{next(iter(files))}.")
    if folder is None and not files:
        options = ", ".join(f"--{name} PATH" for name in FORMATS.names())
        raise ConfigError(f"say what to write: a folder for everything that suits (thalweg export RUN DIR), or files ({options}).")
    if folder is not None:
        return _everything(run, Path(folder))
    chosen = [(FORMATS.get(name), path) for name, path in files.items()]
    for entry, path in chosen:
        if path.suffix not in entry.endings:
            raise ConfigError(f"--{entry.name}: the file's name must end in {' or '.join(entry.endings)}; got {str(path)!r}.")
        if reason := entry.unsuited(run.model, path.suffix):
            raise ConfigError(f"--{entry.name}: {reason}.")
        if missing := _missing(entry):
            raise ConfigError(f"--{entry.name} needs {missing}, which is not installed: pip install 'thalweg[{entry.extra}]'")
    return chosen, []


def _everything(run: Run, folder: Path) -> tuple[list[tuple[Format, Path]], list[str]]:
    if folder.exists() and not folder.is_dir():
        raise ConfigError(f"{folder} is a file; give a folder, or a format by name as --onnx PATH.")
    chosen, notes = [], []
    for entry in FORMATS:
        reasons = []
        for name in entry.files:
            reason = entry.unsuited(run.model, Path(name).suffix)
            missing = _missing(entry)
            if not reason and not missing:
                chosen.append((entry, folder / name))
                break
            reasons.append(reason or f"it needs {missing}: pip install 'thalweg[{entry.extra}]'")
        else:
            notes.append(f"no {entry.name}: {reasons[-1]}")
    return chosen, notes


def _refuse_own_folder(run: Run, paths: Sequence[Path]) -> None:
    """Raise `ConfigError` where a file would stand among those of the run itself, whose names it might take."""
    for path in paths:
        if run.folder is not None and path.parent.resolve() == run.folder.resolve():
            raise ConfigError(f"{path} would lie in the run's own folder, beside the files of the run; choose another.")


def _missing(entry: Format) -> str:
    return next((name for name in entry.needs if importlib.util.find_spec(name) is None), "")


def _pictures(run: Run, images: ImageSet | Source | None, progress: Progress) -> tuple[ImageSet | None, str]:
    """Return the run's own pictures, or why they are not at hand; those that are given must be the run's own."""
    own = images if images is not None else getattr(run, "images", None)
    try:
        if not isinstance(own, ImageSet):
            need_installed(run.recipe.data.source if own is None else str(own))
            own = api.load_data(run.recipe, source=None if own is None else str(own), progress=progress)
        run.check_own(own)
        return run.matching(own), ""
    except DataError as error:
        if images is not None:
            raise
        return None, str(error).splitlines()[0]


def _made(
    run: Run, chosen: Sequence[tuple[Format, Path]], sample: Sample, *, whole: bool, progress: Progress
) -> tuple[list[_Made], list[str]]:
    """Write and compare every format; a whole folder goes without those that turn out to be impossible, and a note says so."""
    made, notes = [], []
    progress.begin("export", len(chosen), "files")
    for entry, path in chosen:
        try:
            made.append(_made_one(run, entry, path, sample))
        except UnwritableError as error:
            if not whole:
                raise
            notes.append(f"no {entry.name}: {error}")
        progress.advance()
    progress.end()
    return made, notes


def _made_one(run: Run, entry: Format, path: Path, sample: Sample) -> _Made:
    """Write a format into a folder that is thrown away, compare it with the run, and return its contents."""
    contents = entry.write(run, path.name)
    with tempfile.TemporaryDirectory() as away:
        main = Path(away) / path.name
        with storage_errors(main):
            for name, data in contents.items():
                main.with_name(name).write_bytes(data)
        try:
            check = compare(entry.read(main), sample, tolerance=tolerance_of(run))
        except ModelError as error:
            raise ModelError(f"{path}: {error}. Nothing was written.") from None
        detail = entry.detail(main)
    placed = {path.with_name(name): data for name, data in contents.items()}
    size = sum(map(len, contents.values()))
    file = File(format=entry.name, path=path, beside=tuple(placed)[1:], size=size, check=check, detail=detail)
    return _Made(format=entry, contents=placed, file=file)


def _others(chosen: Sequence[tuple[Format, Path]], *, card: bool, whole: bool) -> tuple[Path, ...]:
    """Return what is written besides: a model card in every folder that gets a file, and in a whole folder what hubs read."""
    folders = dict.fromkeys(path.parent for _, path in chosen)
    return tuple(place for folder in folders if card for place in (card_place(folder), *([folder / CONFIG] if whole else [])))


def _write_cards(run: Run, made: Sequence[_Made], pictures: ImageSet | None, sample: Sample, others: Sequence[Path]) -> tuple[Path, ...]:
    """Write the model cards, each of the files in its folder."""
    measured = None if pictures is None or not others else measure(run, pictures)
    for place in others:
        shown = [
            Shown(name=each.file.path.name, format=each.format, check=each.file.check, words=sample.words, detail=each.file.detail)
            for each in made
            if each.file.path.parent == place.parent
        ]
        write_file(place, config_json(run) if place.name == CONFIG else model_card(run, shown, measured))
    return tuple(others)


def export_command(
    run: Source,
    folder: Path | None,
    *,
    files: Mapping[str, Path | None],
    data: str | None,
    check: int,
    card: bool,
    force: bool,
    trust_code: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Export a run and print what was written, and how far each file's answers lie from the run's."""
    found = export(
        run, folder, images=data, check=check, card=card, force=force, trust_code=trust_code, progress=watcher(quiet=quiet), **files
    )
    if as_json:
        rows = [
            {
                "format": each.format, "path": str(each.path), "beside": [str(path) for path in each.beside], "bytes": each.size,
                "detail": each.detail, "check": each.check.row(),
            }
            for each in found.files
        ]  # fmt: skip
        print(json.dumps({"run": str(run), "files": rows, "cards": [str(path) for path in found.cards], "notes": list(found.notes)}))
        return
    lines = []
    for each in found.files:
        numbers = [f"{value:.1e}" if value else "0" for value in (each.check.difference, each.check.allowed)]
        lines.append([", ".join(map(str, (each.path, *each.beside))), f"{each.size:,}", *numbers, each.detail])
    print(table(["file", "bytes", "largest difference", "allowed", ""], lines))
    print(f"scores compared with the run's on {found.compared}")
    for path in found.cards:
        print(f"card  {visible(str(path))}")
    for note in found.notes:
        print(f"note: {visible(note)}")
