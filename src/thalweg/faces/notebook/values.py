"""Values: what a notebook shows of sets of pictures, runs, records of evidence and claims."""

from collections.abc import Sequence
from functools import singledispatch
from typing import Any

from markupsafe import Markup

from thalweg.core import claims as claim
from thalweg.core.findings import Finding
from thalweg.core.imageset import ImageSet
from thalweg.core.outcome import Ending
from thalweg.core.visible import visible
from thalweg.evidence import EVIDENCE
from thalweg.evidence.verdict import Verdict
from thalweg.faces import drawings
from thalweg.faces._prose import counted, sentence
from thalweg.faces.claims_words import HEADINGS, reasons, rows
from thalweg.faces.notebook.cell import Cell, built, png_image, svg_image
from thalweg.faces.notebook.results import result
from thalweg.faces.notebook.samples import plane, strip
from thalweg.run import run as runs
from thalweg.run.data_facts import data_facts
from thalweg.run.recipe import Recipe
from thalweg.views._drawing import PART_WORDS, Chart, Drawing, Gallery, Table, percent, quantity

CLASSES = 30
"""The most classes of a set that are listed."""


def html(value: Any) -> str:
    """Return a value as HTML that needs no script: what `_repr_html_` of everything that the package shows comes to."""
    return built(cell_of(value))


@singledispatch
def cell_of(value: Any) -> Cell:
    """Return what is shown of a record of evidence, or of a result of the Python face."""
    known = result(value)
    if known is not None:
        return known
    own = drawings.evidence_of(value)
    title = type(value).__name__ if own is None else sentence(EVIDENCE.get(own).summary).rstrip(".")
    drawn: Sequence[Drawing] = [make() for make in drawings.drawings(value).values()]
    said = value.sentences() if isinstance(value, Finding) else tuple(one.alt for one in drawn)
    tables = {f"{one.title}, as a table": one.table for one in drawn if isinstance(one, Chart)}
    headline = value.kind if isinstance(value, Verdict) else ""
    kind = "Evidence" if own is None else f"Evidence: {own}"
    return Cell(kind=kind, title=title, headline=headline, sentences=said, drawings=drawn, folded=tables)


@cell_of.register(Chart)
@cell_of.register(Gallery)
def _drawing(value: Chart | Gallery) -> Cell:
    table = {"As a table": value.table} if isinstance(value, Chart) else {}
    return Cell(kind="Drawing", title=value.title, sentences=[value.alt], drawings=[value], folded=table)


@cell_of.register
def _claim(value: claim.Finding) -> Cell:
    held = Table(columns=HEADINGS, rows=tuple(rows(value)), words=(0, 1, 2, 3, 4))
    return Cell(
        kind=f"Claim {value.number}", title=sentence(value.claim), headline=value.verdict, tables=[("", held)],
        sentences=[sentence(value.held), f"But: {value.caveat}" if value.caveat else ""],
        drawings=[make() for make in drawings.drawings(value).values()], notes=[*reasons(value), *value.notes],
    )  # fmt: skip


@cell_of.register
def _images(value: ImageSet) -> Cell:
    height, width, channels = value.shape
    noun = "points" if value.points else "pictures"
    facts = {noun: f"{len(value):,}", "classes": f"{len(value.classes):,}", "fingerprint": value.fingerprint[:12]}
    if not value.points:
        colours = {1: "grey", 3: "colour"}.get(channels, f"{channels} channels")
        facts = {noun: facts[noun], "size": f"{height} x {width}, {colours}", **facts}
    skipped = {}
    if value.skipped:
        left = tuple((visible(one.path), visible(one.reason)) for one in value.skipped[:CLASSES])
        skipped = {f"{counted(len(value.skipped), 'file')} left out": Table(columns=("file", "why"), rows=left, words=(0, 1))}
    return Cell(
        kind="Pictures" if not value.points else "Points", title=value.source, choices=facts, tables=[("", _classes(value))],
        extra=svg_image(plane(value), "the points on their plane, by class") if value.points and len(value) else Markup(),
        folded=skipped, notes=value.notes,
    )  # fmt: skip


def _classes(images: ImageSet) -> Table:
    """Return how many examples of each class every part has, with some of its pictures."""
    counts = data_facts(images).counts
    parts = [part for part, known in counts.items() if sum(known)]
    lines: list[tuple[str, ...]] = []
    for label, name in enumerate(images.classes[:CLASSES]):
        png = None if images.points else strip(images, label)
        shown = () if images.points else (Markup() if png is None else png_image(png, f"pictures of {visible(name)}"),)
        lines.append((visible(name), *(f"{counts[part][label]:,}" for part in parts), *shown))
    rest = len(images.classes) - len(lines)
    pictures = () if images.points else ("",)
    if rest:
        lines.append((f"and {rest:,} more", *("" for _ in parts), *pictures))
    lines.append(("all", *(f"{sum(counts[part]):,}" for part in parts), *pictures))
    return Table(columns=("class", *({"train": "training"}.get(part, part) for part in parts), *pictures), rows=tuple(lines), words=(0,))


@cell_of.register
def _run(value: runs.Run) -> Cell:
    part = next((name for name in ("test", "validation", "train") if name in value.figures), None)
    figures = Table(
        columns=("part", "loss", "penalty", "total", "accuracy"),
        rows=tuple(
            (name, quantity(own.loss), quantity(own.penalty), quantity(own.total), percent(own.accuracy, decimals=2))
            for name, own in value.figures.items()
        ),
    )
    outcome, course = value.outcome, drawings.course(value)
    said = [sentence(f"{outcome.ending.value} after epoch {outcome.epoch}, {outcome.reason}")]
    if part is not None:
        noun = "points" if value.data.shape[:2] == (1, 1) else "pictures"
        said.insert(0, f"of the {PART_WORDS[part]} {noun} right.")
    said.append(f"The weights are those after epoch {value.kept_epoch}.")
    wrong = outcome.ending in (Ending.DIVERGED, Ending.INTERRUPTED)
    return Cell(
        kind="Run",
        title=value.recipe.data.source,
        choices=choices(value.recipe),
        headline="" if part is None else percent(value.figures[part].accuracy),
        sentences=said,
        alarm=sentence(outcome.advice) if outcome.advice and wrong else "",
        tables=[("", figures)],
        drawings=[course[name]() for name in ("loss-curves", "accuracy-curves") if name in course]
        + [make() for make in (drawings.weights(value) | drawings.regions(value)).values()],
        folded={"Recipe": value.recipe.to_toml()},
        notes=[
            *([sentence(outcome.advice)] if outcome.advice and not wrong else []),
            f"Kept in {value.folder}." if value.folder else "In memory only.",
        ],
    )


def choices(recipe: Recipe) -> dict[str, str]:
    """Return what a recipe chooses, in a few words."""
    optimiser = recipe.optimiser
    rate = optimiser.knobs.get("rate")
    facts = {"score": recipe.score.name, "loss": recipe.loss.name}
    if recipe.penalty:
        facts["penalty"] = ", ".join(f"{part.name} {part.knobs['strength']:g}" for part in recipe.penalty)
    facts["optimiser"] = optimiser.name if rate is None else f"{optimiser.name}, rate {rate:g}"
    return {**facts, "epochs": f"{recipe.epochs:,}", "seed": str(recipe.seed)}
