"""Metrics log: what a run measured after every epoch, as plain rows and as comma-separated text."""

from collections.abc import Sequence
from typing import Any

from thalweg.evidence._csv import csv_text
from thalweg.run.record import Epoch

FIGURES = ("loss", "penalty", "total", "accuracy")


def rows(log: Sequence[Epoch]) -> list[dict[str, Any]]:
    """Return one plain row an epoch, the figures of each part beside each other; None where a part was not measured."""
    found = []
    for row in log:
        parts = (("train", row.train), ("validation", row.validation))
        figures = {f"{part} {name}": None if own is None else getattr(own, name) for part, own in parts for name in FIGURES}
        found.append({"epoch": row.epoch, "step": row.step, "examples": row.examples, "rate": row.rate, **figures})
    return found


def csv(log: Sequence[Epoch]) -> str:
    """Return the rows as comma-separated text."""
    found = rows(log)
    heads = list(found[0]) if found else ["epoch", "step", "examples", "rate"]
    return csv_text(heads, [list(row.values()) for row in found])
