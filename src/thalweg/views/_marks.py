"""Marks: a chart as panels with axes and what lies on them, for painters that know nothing of plotly.

Every position is in the units of its axis; `Axis.place` says where that is between the axis's ends.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, UInt8

Colour = str
"""A colour as #rrggbb."""


@dataclass(frozen=True, kw_only=True)
class Axis:
    """An axis from `low` (left, or bottom) to `high`; `low` is the greater one where it runs the other way. `ticks` are (value, text)."""

    title: str
    low: float
    high: float
    log: bool = False
    ticks: tuple[tuple[float, str], ...] = ()
    grid: bool = True

    def place(self, values: Float64[np.ndarray, "..."]) -> Float64[np.ndarray, "..."]:
        """Return where values lie, 0 at `low` and 1 at `high`; NaN where a logarithmic axis has no place for them.

        >>> Axis(title="rate", low=0.01, high=1.0, log=True).place(np.array([0.1, -1.0])).tolist()
        [0.5, nan]
        """
        low, high = self.low, self.high
        if self.log:
            values = np.log10(np.where(values > 0, values, np.nan))
            low, high = float(np.log10(low)), float(np.log10(high))
        return (values - low) / ((high - low) or 1.0)

    def at(self, share: float) -> float:
        """Return the value at a share of the way from `low` to `high`."""
        if self.log:
            return float(self.low * (self.high / self.low) ** share)
        return self.low + share * (self.high - self.low)


@dataclass(frozen=True, kw_only=True, eq=False)
class Lines:
    """A line through points; NaN interrupts it. `dash` are lengths in pixels, drawn and left out in turn."""

    x: Float64[np.ndarray, " n"]
    y: Float64[np.ndarray, " n"]
    colour: Colour
    width: float = 1.5
    dash: tuple[float, ...] = ()
    opacity: float = 1.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Area:
    """A filled polygon."""

    x: Float64[np.ndarray, " n"]
    y: Float64[np.ndarray, " n"]
    colour: Colour
    opacity: float = 1.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Points:
    """A mark at each point; `shapes` are names of `SHAPES`, `sizes` diameters in pixels, `edges` colours and widths of the outline."""

    x: Float64[np.ndarray, " n"]
    y: Float64[np.ndarray, " n"]
    colours: tuple[Colour, ...]
    sizes: tuple[float, ...]
    shapes: tuple[str, ...]
    edges: tuple[tuple[Colour, float], ...]
    opacity: float = 1.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Picture:
    """Pixels between the values of two axes; the first row lies at `top`."""

    pixels: UInt8[np.ndarray, "height width 4"]
    left: float
    right: float
    bottom: float
    top: float


@dataclass(frozen=True, kw_only=True)
class Words:
    """Text at a point: `across` is -1 where it ends there, 0 in the middle, 1 where it begins; `up` 1 above, 0 level, -1 below."""

    x: float
    y: float
    text: str
    colour: Colour
    size: float = 12.0
    across: int = 0
    up: int = 0


Mark = Lines | Area | Points | Picture | Words

SHAPES = ("circle", "square", "diamond", "triangle-up", "cross", "x", "star", "hexagon", "x-thin", "cross-thin", "line-ns")
"""Names of marks; each but the thin ones also as an outline, `<name>-open`, and with a dot in the middle, `<name>-dot`."""


@dataclass(frozen=True, kw_only=True)
class Key:
    """A line of the legend: a sample of the line, or of the mark, or of both, or of an area."""

    name: str
    line: Lines | None = None
    point: Points | None = None
    area: Colour | None = None


@dataclass(frozen=True, kw_only=True)
class Scale:
    """What colours mean: `stops` are (share of the way, colour), `ticks` (share of the way, text)."""

    title: str
    stops: tuple[tuple[float, Colour], ...]
    ticks: tuple[tuple[float, str], ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Panel:
    """One plot: `low` and `high` are the shares of the figure's height that it lies between; `square`: both axes have one scale."""

    x: Axis
    y: Axis
    marks: tuple[Mark, ...]
    low: float = 0.0
    high: float = 1.0
    square: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Flat:
    """A chart as panels, from top to bottom, with its legend and its scales of colours."""

    title: str
    panels: tuple[Panel, ...]
    legend: tuple[Key, ...] = ()
    scales: tuple[Scale, ...] = ()
