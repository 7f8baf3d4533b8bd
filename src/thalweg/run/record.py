"""Records of a run: what was measured at each epoch, and what stands at the end. Plain values; they round-trip through JSON."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Four numbers of one part of the data at one W: mean data loss, penalty, their sum, and the share of examples classified rightly."""

    loss: float
    penalty: float
    total: float
    accuracy: float

    @property
    def not_finite(self) -> list[str]:
        """Names of the sums that are not finite."""
        return [name for name in ("loss", "penalty", "total") if not math.isfinite(getattr(self, name))]

    @classmethod
    def of(cls, loss: float, penalty: float, accuracy: float) -> "Figures":
        """Make the record; the total is the sum of loss and penalty."""
        return cls(loss=loss, penalty=penalty, total=loss + penalty, accuracy=accuracy)


@dataclass(frozen=True, kw_only=True)
class Epoch:
    """One row of the metrics log: the figures after `epoch` epochs (0: before the first step), all at the same W in evaluation mode.

    `rate` is the rate of the last step taken (before the first step: of the first step to come); `examples` counts training examples
    processed so far (with folds those of the shared batches, of which a member trains on its own). `validation` is None where the run has
    no validation part, `train` where the training part was not measured.
    """

    epoch: int
    step: int
    examples: int
    rate: float
    train: Figures | None
    validation: Figures | None

    def row(self) -> dict[str, Any]:
        """Return the record as a JSON object."""
        return asdict(self)

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "Epoch":
        """Read the record from a JSON object."""
        parts = {name: Figures(**row[name]) if row[name] is not None else None for name in ("train", "validation")}
        return cls(**{**row, **parts})


@dataclass(frozen=True, kw_only=True)
class DataFacts:
    """What a run was trained on, without the pixels: kept in the run's manifest and shown in its report.

    `fingerprint` is that of pixels, labels and class names; `split` that of the rows in each part; `dtype` is the pixels' type for NumPy.
    """

    source: str
    fingerprint: str
    shape: tuple[int, int, int]
    classes: tuple[str, ...]
    counts: Mapping[str, tuple[int, ...]]
    skipped: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    split: str = ""
    dtype: str = "uint8"

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "DataFacts":
        """Read the record from a JSON object; earlier ones name no type of numbers, and are of pictures or of points of the plane."""
        return cls(
            source=row["source"],
            fingerprint=row["fingerprint"],
            shape=tuple(row["shape"]),
            classes=tuple(row["classes"]),
            counts={name: tuple(counts) for name, counts in row["counts"].items()},
            skipped=tuple((path, reason) for path, reason in row["skipped"]),
            notes=tuple(row["notes"]),
            split=row["split"],
            dtype=row.get("dtype", "float32" if tuple(row["shape"]) == (1, 1, 2) else "uint8"),
        )
