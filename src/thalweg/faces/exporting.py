"""Exporting: a run to files that need no Thalweg, each compared with the run before it is put in place, and a model card beside them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from thalweg.core.durable import write_file
from thalweg.core.entries import Source
from thalweg.core.errors import ConfigError, DataError
from thalweg.core.imageset import ImageSet
from thalweg.core.progress import Progress, Silent
from thalweg.core.visible import visible
from thalweg.faces import api
from thalweg.faces.export._card import CONFIG, Shown, config_json, model_card
from thalweg.faces.export._check import Sample, draw_sample
from thalweg.faces.export._choice import choose, refuse_own_folder
from thalweg.faces.export._format import Format
from thalweg.faces.export._making import File, Made, make_all
from thalweg.faces.export._measured import measure
from thalweg.faces.export._places import card_place, refuse_strangers
from thalweg.faces.terminal import table, watcher
from thalweg.images import need_installed
from thalweg.run.run import Run


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
    chosen, notes = choose(opened, folder, {name: Path(path) for name, path in files.items() if path is not None})
    refuse_own_folder(opened, [path for _, path in chosen])
    others = _others(chosen, card=card, whole=folder is not None)
    refuse_strangers([*((path, entry.endings[path.suffix]) for entry, path in chosen), *((path, "") for path in others)], force=force)
    pictures, why = _pictures(opened, images, shown)
    sample = draw_sample(opened, check, pictures)
    made, impossible = make_all(opened, chosen, sample, whole=folder is not None, progress=shown)
    for each in made:
        for path, data in reversed(list(each.contents.items())):  # weights first: what reads them is there last
            write_file(path, data)
    cards = _write_cards(opened, made, pictures, sample, others)
    notes += impossible
    if why:
        notes.append(f"the run's own pictures are not at hand, so that the card has no figures of each class ({why})")
    return Exported(files=tuple(each.file for each in made), cards=cards, compared=sample.words, notes=tuple(notes))


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


def _others(chosen: Sequence[tuple[Format, Path]], *, card: bool, whole: bool) -> tuple[Path, ...]:
    """Return what is written besides: a model card in every folder that gets a file, and in a whole folder what hubs read."""
    folders = dict.fromkeys(path.parent for _, path in chosen)
    return tuple(place for folder in folders if card for place in (card_place(folder), *([folder / CONFIG] if whole else [])))


def _write_cards(run: Run, made: Sequence[Made], pictures: ImageSet | None, sample: Sample, others: Sequence[Path]) -> tuple[Path, ...]:
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
