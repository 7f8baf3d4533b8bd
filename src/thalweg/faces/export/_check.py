"""The check: what was written answers as the run does, on the run's own pictures where they are at hand."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from jaxtyping import Float, Shaped
from scipy.special import softmax

from thalweg.core.errors import ModelError
from thalweg.core.imageset import ImageSet
from thalweg.faces._prose import listed
from thalweg.faces.export._facts import of_points
from thalweg.faces.export._format import Answering, Answers
from thalweg.run.model import Model
from thalweg.run.run import Run
from thalweg.score import SCORES

BATCH = 256

SLACK = 8.0
"""How many times the run's own rounding a file may be away: both round, and sums of the same numbers come in another order."""

SINGLE = 1e-6
"""The rounding of scores as a share of the largest, where a module of somebody's does not run in double precision."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Sample:
    """Examples to compare on: how many of each part of the run's own, and how many were drawn because there were no more.

    `expected` are the run's own answers, and `rounding` is how far its scores lie from the same in double precision, at most.
    """

    images: Shaped[np.ndarray, "n height width channels"]
    parts: Mapping[str, int]
    drawn: int
    expected: Answers
    rounding: float

    @property
    def words(self) -> str:
        """What was compared on, as `360 test and 640 drawn`."""
        counts = [f"{count:,} {name}" for name, count in {**self.parts, "drawn at random": self.drawn}.items() if count]
        return listed(counts)


@dataclass(frozen=True, kw_only=True)
class Check:
    """How far a file's scores lie from the run's: the largest difference, and the one allowed, max(`tolerance`, SLACK * `rounding`).

    `probability` is the largest difference of probabilities, None where they are not defined.
    """

    examples: int
    parts: Mapping[str, int] = field(default_factory=dict)
    drawn: int
    difference: float
    allowed: float
    tolerance: float
    rounding: float
    largest_score: float
    probability: float | None

    def row(self) -> dict[str, Any]:
        """Return the record as a JSON object."""
        return asdict(self)


def answers_of(scores: Float[np.ndarray, "n classes"], *, probabilities: bool) -> Answers:
    """Return answers by their scores: the first of the highest ones is the class, softmax the probabilities."""
    likely = softmax(scores.astype(np.float64), axis=1) if probabilities else None
    return Answers(scores, scores.argmax(1) if len(scores) else np.zeros(0, dtype=np.int64), likely)


def draw_sample(run: Run, count: int, images: ImageSet | None) -> Sample:
    """Return `count` examples: the run's own, test part first, then validation and training; what is missing is drawn uniformly.

    Of a part that is not taken whole, rows lie evenly apart: in many sources a class lies together.
    """
    pieces: list[np.ndarray] = []
    parts: dict[str, int] = {}
    if images is not None:
        own = images.split.parts()
        for name in ("test", "validation", "train"):
            parts[name] = min(len(own[name]), count - sum(parts.values()))
            places = np.linspace(0, len(own[name]), parts[name], endpoint=False).astype(np.int64)
            pieces.append(np.asarray(images.images[own[name][places]]))
    drawn = count - sum(parts.values())
    if drawn:
        pieces.append(_drawn(run, drawn))
    pictures = np.concatenate(pieces)
    expected = answers_of(run.scores(pictures), probabilities=run.model.probabilities)
    return Sample(images=pictures, parts=parts, drawn=drawn, expected=expected, rounding=_rounding(run.model, pictures, expected.scores))


def tolerance_of(run: Run) -> float:
    """Return how far scores may lie from the run's wherever single precision can say as much."""
    return 1e-5 if SCORES.get(run.recipe.score.name).closed_form else 1e-4


def compare(answering: Answering, sample: Sample, *, tolerance: float) -> Check:
    """Ask for the sample's answers, in a batch of one and then larger ones, and compare; raise `ModelError` where they differ.

    Scores may differ by `tolerance`, or, where the run's own are rounded more coarsely, by a few times that rounding; probabilities, which
    are 1 at most, likewise. The class must be that of the file's own scores, the first of equal ones.
    """
    edges = [0, 1, *range(1 + BATCH, len(sample.images), BATCH), len(sample.images)]
    batches = [answering(sample.images[low:high]) for low, high in pairwise(edges) if high > low]
    scores, numbers = np.concatenate([batch.scores for batch in batches]), np.concatenate([batch.numbers for batch in batches])
    expected = sample.expected
    if scores.shape != expected.scores.shape:
        raise ModelError(f"it answers with scores {list(scores.shape)} where the run gives {list(expected.scores.shape)}")
    largest = float(np.abs(expected.scores).max())
    allowed = max(tolerance, SLACK * sample.rounding)
    difference, probability = _farthest(scores, expected.scores), None
    if not difference <= allowed:
        raise ModelError(f"its scores differ from the run's by up to {difference:.2g}, where {allowed:.2g} is allowed")
    if expected.probabilities is not None:
        likely = [batch.probabilities for batch in batches if batch.probabilities is not None]
        probability = _farthest(np.concatenate(likely), expected.probabilities) if len(likely) == len(batches) else float("inf")
        if not probability <= allowed:
            raise ModelError(f"its probabilities differ from the run's by up to {probability:.2g}, where {allowed:.2g} is allowed")
    if not np.array_equal(numbers, scores.argmax(1)):
        raise ModelError("the class it gives is not the one with the highest of its scores")
    return Check(
        examples=len(scores), parts=sample.parts, drawn=sample.drawn, difference=difference, allowed=allowed, tolerance=tolerance,
        rounding=sample.rounding, largest_score=largest, probability=probability,
    )  # fmt: skip


def _rounding(model: Model, images: Shaped[np.ndarray, "n height width channels"], scores: Float[np.ndarray, "n classes"]) -> float:
    """Return how far scores lie from the same model's in double precision, at most.

    It matters where numbers cancel: whitening folded into a linear map makes large weights and a large bias of opposite sign.
    """
    try:
        return _farthest(model.exact_scores(images), scores)
    except Exception:  # a module of somebody's may name a precision of its own
        return SINGLE * float(np.abs(scores).max())


def _drawn(run: Run, count: int) -> Shaped[np.ndarray, "n height width channels"]:
    chance = np.random.default_rng(0)
    shape = (count, *run.model.shape)
    if of_points(run):
        return chance.uniform(-2, 2, shape).astype(np.float32)
    return chance.integers(0, 256, shape, dtype=np.uint8)


def _farthest(one: Float[np.ndarray, "n classes"], other: Float[np.ndarray, "n classes"]) -> float:
    return float(np.abs(one.astype(np.float64) - other.astype(np.float64)).max())
