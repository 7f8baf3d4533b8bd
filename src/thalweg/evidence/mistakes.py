"""Mistakes: the answers worth looking at one by one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Float64, Int64, Shaped

from thalweg.core.display import Displayed
from thalweg.core.entries import Evidence
from thalweg.evidence._strict import number


@dataclass(frozen=True, kw_only=True, eq=False)
class Answer:
    """One example and what was answered; `second` is the class with the second highest score, None where there is one class only.

    `gap` is the score of the predicted class less that of the true one (0 where the answer is right); `lead` is the highest score less the
    second highest. The probabilities are those of the true and of the predicted class, None where the loss defines none.
    """

    row: int
    label: int
    predicted: int
    true_name: str
    predicted_name: str
    second: int | None
    second_name: str | None
    loss: float | None
    gap: float | None
    lead: float | None
    probability_true: float | None
    probability_predicted: float | None
    origin: str
    picture: Shaped[np.ndarray, "height width channels"]


@dataclass(frozen=True, kw_only=True, repr=False)
class Mistakes(Displayed):
    """`wrong` of `count` answers were wrong.

    `worst`: wrong with the highest loss; `confident`: wrong with the largest lead; `hesitant`: right with the smallest lead.
    """

    count: int
    wrong: int
    worst: tuple[Answer, ...]
    confident: tuple[Answer, ...]
    hesitant: tuple[Answer, ...]
    reason: str = ""

    def row(self) -> dict[str, Any]:
        """Return the record as a JSON object, without the pixels."""
        lists = {name: [_plain(answer) for answer in getattr(self, name)] for name in ("worst", "confident", "hesitant")}
        return {"count": self.count, "wrong": self.wrong, **lists, "reason": self.reason}


def measure(
    scores: Float[np.ndarray, "n classes"],
    labels: Int64[np.ndarray, " n"],
    losses: Float[np.ndarray, " n"],
    images: Shaped[np.ndarray, "n height width channels"],
    *,
    classes: Sequence[str],
    probabilities: Float64[np.ndarray, "n classes"] | None = None,
    origins: Sequence[str] | None = None,
    most: int = 12,
) -> Mistakes:
    """Pick the worst, the most confident and the most hesitant answers, at most `most` of each.

    The predicted class has the highest score, the first of equals. Confidence is the lead of the highest score over the next, which
    every loss defines (under softmax it is the log of the odds between the two). Ties are kept in the order of the rows.

    >>> scores, images = np.array([[2.0, 0.0], [1.0, 0.0]]), np.zeros((2, 1, 1, 1))
    >>> picks = measure(scores, np.array([1, 0]), np.array([2.1, 0.3]), images, classes=["a", "b"])
    >>> picks.wrong, picks.worst[0].row, picks.worst[0].gap, picks.hesitant[0].lead
    (1, 0, 2.0, 1.0)
    """
    names, every = list(classes), np.arange(len(labels))
    predicted = scores.argmax(1) if len(labels) else np.zeros(0, np.int64)
    second = np.argsort(-scores, axis=1, kind="stable")[:, 1] if len(names) > 1 else predicted
    lead = scores[every, predicted] - scores[every, second]
    gap = scores[every, predicted] - scores[every, labels]
    wrong = predicted != labels

    def answer(row: int) -> Answer:
        true, taken, next_best = int(labels[row]), int(predicted[row]), int(second[row])
        return Answer(
            row=row,
            label=true,
            predicted=taken,
            true_name=names[true],
            predicted_name=names[taken],
            second=next_best if len(names) > 1 else None,
            second_name=names[next_best] if len(names) > 1 else None,
            loss=number(losses[row]),
            gap=number(gap[row]),
            lead=number(lead[row]),
            probability_true=number(probabilities[row, true]) if probabilities is not None else None,
            probability_predicted=number(probabilities[row, taken]) if probabilities is not None else None,
            origin=origins[row] if origins is not None else f"row {row}",
            picture=images[row],
        )

    return Mistakes(
        count=len(labels),
        wrong=int(wrong.sum()),
        worst=tuple(answer(row) for row in _highest(losses, wrong, most)),
        confident=tuple(answer(row) for row in _highest(lead, wrong, most)),
        hesitant=tuple(answer(row) for row in _highest(-lead, ~wrong, most)),
        reason="" if wrong.any() else "no answer was wrong" if len(labels) else "there are no examples",
    )


def _highest(values: Float[np.ndarray, " n"], among: Bool[np.ndarray, " n"], most: int) -> list[int]:
    rows = np.flatnonzero(among)
    order = np.argsort(-values[rows], kind="stable")  # NaN sorts last
    return [int(row) for row in rows[order][:most]]


def _plain(answer: Answer) -> dict[str, Any]:
    return {name: value for name, value in vars(answer).items() if name != "picture"}


def example() -> Mistakes:
    """Return two wrong answers and one right one, on pictures of one pixel."""
    scores = np.array([[3.0, 0.0], [0.5, 1.0], [2.0, 1.5]])
    images = np.array([0, 128, 255], np.uint8).reshape(3, 1, 1, 1)
    return measure(scores, np.array([1, 0, 0]), np.array([3.05, 0.97, 0.47]), images, classes=["cat", "dog"])


ENTRY = Evidence(
    summary="the worst, the most confident and the most hesitant answers",
    formula="lead = s_(1) - s_(2); gap = s_predicted - s_true",
    reference="Stanford CS231n, Linear classification: loss function",
    measure=measure,
    example=example,
)
