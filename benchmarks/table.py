"""What comes out of the benchmarks: rows of ratios, as a table to read and as JSON to keep."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Result:
    """One row against one peer. Seconds are of the rounds in their order: round k of both sides ran side by side in time."""

    row: str
    peer: str
    goal: float
    ours: Sequence[float]
    theirs: Sequence[float]
    ours_memory_mb: float | None = None
    peer_memory_mb: float | None = None
    note: str = ""

    @property
    def ratios(self) -> list[float]:
        """Peer's seconds over ours, round by round: above 1, ours is faster."""
        return [theirs / ours for ours, theirs in zip(self.ours, self.theirs, strict=True)]

    @property
    def ratio(self) -> float:
        """The median of the paired ratios: what disturbs both sides of a round drops out."""
        return statistics.median(self.ratios)

    def record(self) -> dict[str, Any]:
        """Return the row as `results.json` holds it."""
        return {
            "row": self.row,
            "peer": self.peer,
            "ratio": round(self.ratio, 2),
            "goal": self.goal,
            "met": self.ratio >= self.goal,
            "ratio_min": round(min(self.ratios), 2),
            "ratio_max": round(max(self.ratios), 2),
            "ours_seconds": round(statistics.median(self.ours), 5),
            "peer_seconds": round(statistics.median(self.theirs), 5),
            "ours_memory_mb": self.ours_memory_mb,
            "peer_memory_mb": self.peer_memory_mb,
            "rounds": len(self.ours),
            "note": self.note,
        }


HEADINGS = ("row", "peer", "ours s", "peer s", "ratio", "min..max", "goal", "met", "ours MB", "peer MB")
LEFT = 2


def as_json(results: Sequence[Result]) -> str:
    """Return the rows as strict JSON."""
    return json.dumps([result.record() for result in results], indent=2, allow_nan=False) + "\n"


def as_table(results: Sequence[Result]) -> str:
    """Return the rows as lines of aligned columns, notes below them."""
    lines = [HEADINGS, *(_cells(result.record()) for result in results)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    text = [_aligned(line, widths) for line in lines]
    text.insert(1, "  ".join("-" * width for width in widths))
    notes = dict.fromkeys(f"{result.row}: {result.note}" for result in results if result.note)
    return "\n".join([*text, *([""] if notes else []), *notes]) + "\n"


def _cells(record: dict[str, Any]) -> tuple[str, ...]:
    return (
        record["row"],
        record["peer"],
        f"{record['ours_seconds']:.4g}",
        f"{record['peer_seconds']:.4g}",
        f"{record['ratio']:.2f}",
        f"{record['ratio_min']:.2f}..{record['ratio_max']:.2f}",
        f"{record['goal']:g}",
        "yes" if record["met"] else "no",
        _megabytes(record["ours_memory_mb"]),
        _megabytes(record["peer_memory_mb"]),
    )


def _megabytes(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}"


def _aligned(line: Sequence[str], widths: Sequence[int]) -> str:
    cells = [
        cell.ljust(width) if column < LEFT else cell.rjust(width) for column, (cell, width) in enumerate(zip(line, widths, strict=True))
    ]
    return "  ".join(cells).rstrip()
