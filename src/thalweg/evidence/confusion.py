"""Confusion: which class was taken for which, and precision, recall and F1 of each class."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from jaxtyping import Float64, Int64
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from thalweg.core.display import Displayed
from thalweg.core.entries import Evidence
from thalweg.core.errors import DataError
from thalweg.evidence import accuracy
from thalweg.evidence._strict import number


@dataclass(frozen=True, kw_only=True)
class ClassFigures:
    """One class: `support` examples are of it, `predicted` were taken for it, `right` were both.

    An undefined share is None, and `reason` says why.
    """

    name: str
    support: int
    predicted: int
    right: int
    precision: float | None
    recall: float | None
    f1: float | None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Macro:
    """Means over the classes for which the figure is defined; `reason` where a class was left out."""

    precision: float | None
    recall: float | None
    f1: float | None
    reason: str = ""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Confusion(Displayed):
    """`counts[t, p]` examples of class t were taken for class p."""

    counts: Int64[np.ndarray, "classes classes"]
    classes: tuple[ClassFigures, ...]
    macro: Macro
    accuracy: accuracy.Accuracy

    def most_confused(self, count: int = 10) -> list[tuple[int, int, int]]:
        """Return the most frequent mistakes as (true class, predicted class, examples), most frequent first, ties in class order."""
        wrong = self.counts - np.diag(np.diag(self.counts))
        order = np.argsort(-wrong, axis=None, kind="stable")[:count]
        triples = [
            (int(true), int(taken), int(wrong[true, taken])) for true, taken in zip(*np.unravel_index(order, wrong.shape), strict=True)
        ]
        return [triple for triple in triples if triple[2]]

    def row(self) -> dict[str, Any]:
        """Return the record as a JSON object."""
        return {
            "counts": self.counts.tolist(),
            "classes": [asdict(figures) for figures in self.classes],
            "macro": asdict(self.macro),
            "accuracy": self.accuracy.row(),
        }


def measure(labels: Int64[np.ndarray, " n"], predicted: Int64[np.ndarray, " n"], classes: Sequence[str]) -> Confusion:
    """Count true class against predicted class, and derive each class's figures.

    With TP right answers, FP others taken for the class and FN of the class taken for others: precision = TP / (TP + FP), recall =
    TP / (TP + FN), F1 = 2 TP / (2 TP + FP + FN). A class nobody predicted has no precision, a class without examples no recall, and F1
    needs one of the two; macro averages run over the classes where the figure is defined, and say how many were left out.

    Raises `DataError` on a class number outside 0 .. len(classes) - 1.

    >>> table = measure(np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1]), ["cat", "dog"])
    >>> table.counts.tolist(), table.classes[0].precision, table.classes[0].recall
    ([[1, 1], [0, 2]], 1.0, 0.5)
    """
    for numbers in (labels, predicted):
        if len(numbers) and not 0 <= numbers.min() <= numbers.max() < len(classes):
            raise DataError(f"class numbers must lie in 0 .. {len(classes) - 1}; got {numbers.min()} .. {numbers.max()}.")
    counts, shares = _tables(labels, predicted, len(classes))
    support, taken, right = counts.sum(1), counts.sum(0), np.diag(counts)
    figures = tuple(
        ClassFigures(
            name=name,
            support=int(support[index]),
            predicted=int(taken[index]),
            right=int(right[index]),
            precision=number(shares[0, index]),
            recall=number(shares[1, index]),
            f1=number(shares[2, index]),
            reason=_reason(int(support[index]), int(taken[index])),
        )
        for index, name in enumerate(classes)
    )
    total = accuracy.measure(int(right.sum()), len(labels))
    return Confusion(counts=counts, classes=figures, macro=_macro(figures), accuracy=total)


def _tables(
    labels: Int64[np.ndarray, " n"], predicted: Int64[np.ndarray, " n"], classes: int
) -> tuple[Int64[np.ndarray, "classes classes"], Float64[np.ndarray, "3 classes"]]:
    if not len(labels):  # scikit-learn refuses empty input
        return np.zeros((classes, classes), np.int64), np.full((3, classes), np.nan)
    every = np.arange(classes)
    counts = confusion_matrix(labels, predicted, labels=every).astype(np.int64)
    shares = precision_recall_fscore_support(labels, predicted, labels=every, zero_division=np.nan)[:3]
    return counts, np.asarray(shares, np.float64)


def _reason(support: int, predicted: int) -> str:
    if not support and not predicted:
        return "no example is of this class and none was taken for it"
    if not support:
        return "no example is of this class: no recall"
    return "" if predicted else "no example was taken for this class: no precision"


def _macro(classes: tuple[ClassFigures, ...]) -> Macro:
    means, reasons = {}, []
    for name in ("precision", "recall", "f1"):
        defined = [value for figures in classes if (value := getattr(figures, name)) is not None]
        means[name] = sum(defined) / len(defined) if defined else None
        if len(defined) < len(classes):
            reasons.append(f"{name} is undefined for {len(classes) - len(defined)} of {len(classes)} classes")
    return Macro(**means, reason="; ".join(reasons))


def example() -> Confusion:
    """Return ten pictures of three animals, two of them taken for another."""
    labels = np.array([0, 0, 0, 0, 1, 1, 1, 2, 2, 2])
    predicted = np.array([0, 0, 0, 1, 1, 1, 1, 2, 2, 0])
    return measure(labels, predicted, ["cat", "dog", "hen"])


ENTRY = Evidence(
    summary="confusion matrix with precision, recall and F1 of each class",
    formula="precision = TP/(TP+FP), recall = TP/(TP+FN), F1 = 2TP/(2TP+FP+FN)",
    reference="C. J. van Rijsbergen, Information Retrieval, 2nd ed., 1979, chapter 7",
    measure=measure,
    example=example,
)
