"""Limits of a model, as sentences that follow from what is recorded and measured of it."""

from thalweg.core.outcome import Ending
from thalweg.evidence import balance
from thalweg.evidence.confusion import ClassFigures
from thalweg.faces._prose import counted, listed
from thalweg.faces.export._facts import of_points
from thalweg.faces.export._markdown import escaped
from thalweg.faces.export._measured import Measured
from thalweg.run.run import Run
from thalweg.views._drawing import percent

FEW = 30
"""Test examples of a class below which its figures say little: one answer more moves a share by over three points."""

UNEVEN = 3.0


def limits(run: Run, measured: Measured | None) -> list[str]:
    """Return what a user should know before trusting the model; each sentence is a fact of this run."""
    return [*_of_answers(run, measured), *_of_data(run, measured), *_of_figures(run, measured)]


def _of_answers(run: Run, measured: Measured | None) -> list[str]:
    noun = "point" if of_points(run) else "picture"
    said = [f"It answers with one of {len(run.classes):,} classes whatever it is shown; it has no answer for a {noun} of none of them."]
    if not run.model.probabilities:
        loss = run.recipe.loss.name
        said.append(f"Its scores are no probabilities: loss `{loss}` fits margins, so that they order the classes and no more.")
    elif measured is not None and measured.calibration is not None and measured.calibration.error is not None:
        said.append(
            f"On the {measured.part} part its confidence differs from its accuracy by {percent(measured.calibration.error)} on average "
            "(expected calibration error, ten bins); on other data it may be far more or less sure than right."
        )
    if measured is not None:
        weak = sorted((each for each in measured.confusion.classes if each.recall is not None), key=lambda each: each.recall or 0.0)[:3]
        found = [_recalled(each) for each in weak if each.recall is not None and each.recall < 1]
        said += [f"Classes it finds least often on the {measured.part} part: {listed(found)}."] if found else []
    return said


def _recalled(figures: ClassFigures) -> str:
    return f"{escaped(figures.name)} ({figures.right:,} of {figures.support:,})"


def _of_data(run: Run, measured: Measured | None) -> list[str]:
    shares, (height, width, channels) = balance.measure(run.classes, run.data.counts), run.model.shape
    said = []
    if not of_points(run):
        kind = "grey" if channels == 1 else "colour"
        fitted = f", brought to that size with `{run.recipe.data.fit}`" if run.recipe.data.size else ""
        said.append(
            f"It has seen {shares.totals['train']:,} {kind} pictures of {height} x {width} pixels{fitted}; others must be brought to "
            "that size, and what is smaller than one of these pixels is lost."
        )
    if shares.ratio is None or shares.ratio >= UNEVEN:
        smallest = min(run.data.counts["train"])
        most = max(run.data.counts["train"])
        said.append(f"Classes are uneven in training: {counted(smallest, 'example')} of the rarest, {most:,} of the most frequent.")
    if measured is not None and measured.leaks:
        said.append(f"{counted(measured.leaks, 'group')} of equal pictures lie in more than one part, so that the figures flatter it.")
    return said


def _of_figures(run: Run, measured: Measured | None) -> list[str]:
    said = []
    if run.outcome.ending in (Ending.DIVERGED, Ending.INTERRUPTED):
        said.append(f"Training did not come to its end: {run.outcome.ending.value} after epoch {run.outcome.epoch}.")
    if "test" not in run.figures:
        said.append("No part was kept for a test: figures are of examples that training looked at to choose, and flatter it.")
    few = 0 if measured is None else sum(each.support < FEW for each in measured.confusion.classes)
    if few and measured is not None:
        which = f"{few} of {len(run.classes)} classes have fewer than {FEW} examples in the {measured.part} part"
        said.append(f"{which}: their own figures are rough.")
    return [
        *said,
        "Figures are of data like those it was trained on. Not measured: how it answers on data from elsewhere, under noise or "
        "manipulation, and whether it is fair to groups of people.",
    ]
