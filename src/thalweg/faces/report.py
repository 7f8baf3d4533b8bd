"""The report: what a run was, what it found and what that is worth, as one HTML file without network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from jaxtyping import Float, Int64, Shaped

from thalweg.core.findings import Finding
from thalweg.core.outcome import Ending, Outcome
from thalweg.doctor._check import Check
from thalweg.evidence import balance, calibration, confusion, curves, filters, mistakes, probabilities, templates
from thalweg.evidence._strict import number
from thalweg.evidence.plane import Plane
from thalweg.faces._page import render
from thalweg.faces._prose import counted, sentence
from thalweg.faces.inspection_page import sections_of
from thalweg.run.record import DataFacts, Epoch, Figures
from thalweg.views import accuracy_curves, confident_mistakes, hesitant_answers, loss_curves, plane, worst_mistakes
from thalweg.views import balance as balance_view
from thalweg.views import calibration as calibration_view
from thalweg.views import confusion as confusion_view
from thalweg.views import filters as filters_view
from thalweg.views import templates as templates_view
from thalweg.views._drawing import Drawing, percent, quantity


@dataclass(frozen=True, kw_only=True, eq=False)
class Examined:
    """The part of the data whose answers the report shows: the test part, or the validation part where a run has no test part.

    `losses` are the data loss of each example; `images` are the pictures as read (uint8), or points (float, 1 x 1 x 2); `origins` names
    where each came from, None where the row number is the only name.
    """

    part: str
    scores: Float[np.ndarray, "n classes"]
    labels: Int64[np.ndarray, " n"]
    losses: Float[np.ndarray, " n"]
    images: Shaped[np.ndarray, "n height width channels"]
    origins: Sequence[str] | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class FirstLayer:
    """The first layer's weights.

    A linear score's W [classes, H*W*C] in raw-pixel terms, columns in height, width, channel order; or a convolution's [outputs, inputs,
    height, width].
    """

    kind: Literal["linear", "convolution"]
    weights: Float[np.ndarray, "outputs ..."]


@dataclass(frozen=True, kw_only=True, eq=False)
class ReportInput:
    """Everything a report shows. Equal inputs give equal bytes; `seconds` shows in one place only.

    `choices` are the parts of the recipe worth naming on top, as {"score": "linear", "loss": "softmax"}; `final` holds the figures of the
    kept weights by part ("train", "validation", "test"); `expected_start` is the loss of all-zero scores;
    `findings` those of inspections; `checks` what the doctor has to report, nothing where all is well.
    """

    title: str
    command: str
    recipe: str
    outcome: Outcome
    facts: DataFacts
    epochs: Sequence[Epoch]
    final: Mapping[str, Figures]
    defines_probabilities: bool
    versions: Mapping[str, str]
    seconds: float
    choices: Mapping[str, str] = field(default_factory=dict)
    expected_start: float | None = None
    examined: Examined | None = None
    first_layer: FirstLayer | None = None
    plane: Plane | None = None
    findings: Mapping[str, Finding] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    notes: tuple[str, ...] = ()


def build(run: ReportInput) -> str:
    """Return the report as one HTML page that opens from a file, prints, and fetches nothing."""
    shares = balance.measure(run.facts.classes, run.facts.counts)
    drawings: dict[str, Drawing] = {"balance": balance_view.draw(shares), **course_of(run.epochs, run.expected_start)}
    if run.plane is not None:
        drawings["plane"] = plane.draw(run.plane)
    if run.first_layer is not None:
        drawings |= weights_of(run.first_layer, run.facts.shape, run.facts.classes)
    table, likely = None, None
    if (examined := run.examined) is not None and len(examined.labels):
        table = confusion.measure(examined.labels, examined.scores.argmax(1), run.facts.classes)
        likely = probabilities.measure(examined.scores, defined=run.defines_probabilities)
        drawings |= _answers(run, examined, table, likely)
    sections, drawn = sections_of(run.findings)
    return render(
        "report",
        drawings | drawn,
        run=run,
        sections=sections,
        noun="points" if run.facts.shape == (1, 1, 2) else "pictures",
        summary=_summary(run, table, shares),
        headline=_headline(run, table),
        table=table,
        likely=likely,
        final=_final(run.final),
        balance=shares,
        alarm=run.outcome.ending in (Ending.DIVERGED, Ending.INTERRUPTED),
        percent=percent,
        quantity=quantity,
        counted=counted,
        sentence=sentence,
    )


def course_of(epochs: Sequence[Epoch], expected_start: float | None = None) -> dict[str, Drawing]:
    """Return the drawings of how training went; none where no row was logged."""
    if not epochs:
        return {}
    course = curves.measure(epochs, expected_start=expected_start)
    return {"loss": loss_curves.draw(course), "accuracy": accuracy_curves.draw(course)}


def answers_of(run: ReportInput) -> dict[str, Drawing]:
    """Return the drawings of the answers to the examined examples; none where no part was kept."""
    examined = run.examined
    if examined is None or not len(examined.labels):
        return {}
    table = confusion.measure(examined.labels, examined.scores.argmax(1), run.facts.classes)
    return _answers(run, examined, table, probabilities.measure(examined.scores, defined=run.defines_probabilities))


def weights_of(layer: FirstLayer, shape: tuple[int, int, int], classes: Sequence[str]) -> dict[str, Drawing]:
    """Return the pictures of a first layer's weights: templates or filters; none where the data are no pictures."""
    height, width, channels = shape
    if channels not in (1, 3):
        return {}
    if layer.kind == "convolution":
        return {"filters": filters_view.draw(filters.measure(layer.weights))}
    return {"templates": templates_view.draw(templates.measure(layer.weights, (height, width, channels), classes))}


def _answers(run: ReportInput, examined: Examined, table: confusion.Confusion, likely: probabilities.Probabilities) -> dict[str, Drawing]:
    drawings: dict[str, Drawing] = {"confusion": confusion_view.draw(table)}
    if likely.values is not None:
        drawings["calibration"] = calibration_view.draw(calibration.measure(likely.values, examined.labels))
    picks = mistakes.measure(
        examined.scores,
        examined.labels,
        examined.losses,
        examined.images,
        classes=run.facts.classes,
        probabilities=likely.values,
        origins=examined.origins,
    )
    drawings["worst"] = worst_mistakes.draw(picks)
    if [answer.row for answer in picks.confident] != [answer.row for answer in picks.worst]:
        drawings["confident"] = confident_mistakes.draw(picks)
    return drawings | {"hesitant": hesitant_answers.draw(picks)}


def _headline(run: ReportInput, table: confusion.Confusion | None) -> str:
    if table is not None:
        return percent(table.accuracy.value)
    shown = run.final.get("validation") or run.final.get("train")
    return percent(number(shown.accuracy)) if shown else "–"


def _summary(run: ReportInput, table: confusion.Confusion | None, shares: balance.Balance) -> list[str]:
    noun = "points" if run.facts.shape == (1, 1, 2) else "pictures"
    words = []
    if table is not None and run.examined is not None and table.accuracy.value is not None:
        share, part = table.accuracy, run.examined.part
        interval = f"with 95% confidence the share lies between {percent(share.low)} and {percent(share.high)}"
        words.append(f"of {share.count:,} {part} {noun} classified rightly; {interval}.")
        if part != "test":
            words.append(f"No test part was kept: the run itself looked at the {part} part, so expect less on new {noun}.")
        chance = shares.chance.get(part)
        if chance is not None:
            words.append(
                f"Always answering “{run.facts.classes[shares.largest]}”, the largest training class, would reach {percent(chance)}."
            )
    else:
        part = "validation" if "validation" in run.final else "training"
        words.append(f"of the {part} {noun} classified rightly. No part was kept for a test, so this says little about other {noun}.")
    words.append(f"Trained on {shares.totals['train']:,} {noun} of {len(run.facts.classes)} classes.")
    return words


def _final(final: Mapping[str, Figures]) -> list[dict[str, Any]]:
    names = ("loss", "penalty", "total", "accuracy")
    return [{"part": part, **{name: number(getattr(figures, name)) for name in names}} for part, figures in final.items()]
