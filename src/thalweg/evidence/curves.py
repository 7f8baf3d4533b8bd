"""Curves: loss, penalty, total and accuracy after each epoch, for the training and the validation part."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from thalweg.core.display import Displayed
from thalweg.core.entries import Evidence
from thalweg.evidence._strict import number, numbers
from thalweg.run.record import Epoch, Figures


@dataclass(frozen=True, kw_only=True)
class PartCurves:
    """The four figures of one part, one value an epoch; None where the figure was not finite."""

    loss: tuple[float | None, ...]
    penalty: tuple[float | None, ...]
    total: tuple[float | None, ...]
    accuracy: tuple[float | None, ...]


@dataclass(frozen=True, kw_only=True, repr=False)
class Curves(Displayed):
    """Figures over epochs; the first is 0, before any step. `validation` is None where no epoch measured one."""

    epochs: tuple[int, ...]
    steps: tuple[int, ...]
    rates: tuple[float | None, ...]
    train: PartCurves
    validation: PartCurves | None
    expected_start: float | None
    reason: str = ""

    @property
    def parts(self) -> dict[str, PartCurves]:
        """The parts that were measured, by name."""
        return {"train": self.train} | ({"validation": self.validation} if self.validation is not None else {})

    @property
    def penalised(self) -> bool:
        """Whether the penalty was ever different from zero."""
        return any(self.train.penalty)

    def row(self) -> dict[str, Any]:
        """Return the record as a JSON object."""
        return asdict(self)


def measure(epochs: Sequence[Epoch], *, expected_start: float | None = None) -> Curves:
    """Lay the rows of a metrics log out as curves.

    All figures of one epoch were taken at the same W in evaluation mode, so training and validation compare. `expected_start` is the
    loss that W = 0 has, known before training (log C for softmax, margin * (C - 1) for the summed hinge): a first point far from it
    means a wrong scale of the initial weights or the pixels.

    >>> point = Epoch(epoch=0, step=0, examples=0, rate=0.1, train=Figures.of(0.7, 0.0, 0.5), validation=None)
    >>> measure([point]).train.loss
    (0.7,)
    """
    train = _part([row.train for row in epochs])
    seen = [row.validation for row in epochs]
    validation = _part(seen) if any(seen) else None
    gaps = [row.epoch for row, value in zip(epochs, train.total, strict=True) if row.train is not None and value is None]
    return Curves(
        epochs=tuple(row.epoch for row in epochs),
        steps=tuple(row.step for row in epochs),
        rates=numbers(row.rate for row in epochs),
        train=train,
        validation=validation,
        expected_start=number(expected_start) if expected_start is not None else None,
        reason=f"the training loss was not finite after epoch {gaps[0]}" if gaps else "",
    )


def _part(rows: Sequence[Figures | None]) -> PartCurves:
    columns = {
        name: tuple(number(getattr(row, name)) if row else None for row in rows) for name in ("loss", "penalty", "total", "accuracy")
    }
    return PartCurves(**columns)


def example() -> Curves:
    """Return three epochs of two balanced classes under softmax, which starts at log 2."""
    train = [Figures.of(0.6931, 0.0, 0.5), Figures.of(0.4, 0.02, 0.8), Figures.of(0.3, 0.03, 0.9)]
    validation = [Figures.of(0.6931, 0.0, 0.5), Figures.of(0.45, 0.02, 0.75), Figures.of(0.4, 0.03, 0.8)]
    pairs = enumerate(zip(train, validation, strict=True))
    rows = [Epoch(epoch=k, step=10 * k, examples=40 * k, rate=0.1, train=one, validation=other) for k, (one, other) in pairs]
    return measure(rows, expected_start=0.6931)


ENTRY = Evidence(
    summary="loss, penalty, total and accuracy after each epoch",
    formula="L = (1/N) sum_i L_i, R(W), L + R(W), share right",
    reference="Stanford CS231n, Neural networks part 3: babysitting the learning process",
    measure=measure,
    example=example,
)
