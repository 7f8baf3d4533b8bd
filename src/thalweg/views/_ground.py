"""Ground: the contours of a loss on a plane, paler where lower."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from thalweg.evidence._levels import bands_of, levels_of
from thalweg.views import _palette as palette
from thalweg.views._drawing import quantity

LEVELS = 13

Values = Sequence[Sequence[float | None]]


def ground(
    x: Sequence[float],
    y: Sequence[float],
    values: Values,
    *,
    words: Sequence[Sequence[str]] | None = None,
    colours: tuple[str, ...] = palette.SHARES,
    lines: str = palette.SHARES[3],
) -> list[go.Contour]:
    """Return filled contours of `values[j][i]` at (x[i], y[j]); nothing where no value is finite, blank where one is not.

    Levels are evenly spaced, or geometric above the lowest point where most of the plane lies far below its highest. `words` are what is
    said of each point, else its value. `colours` are those of the ground, from low to high, `lines` that of the contours.
    """
    heights = np.array([[np.nan if value is None else value for value in line] for line in values], dtype=np.float64)
    known = np.isfinite(heights)
    if not known.any():
        return []
    levels, geometric = levels_of(heights[known], LEVELS)
    bands = np.full_like(heights, np.nan)
    bands[known] = bands_of(heights[known], levels, geometric=geometric, low=float(heights[known].min()))
    shown = list(range(0, LEVELS, 2))
    drawn = go.Contour(
        x=list(x),
        y=list(y),
        z=[[None if np.isnan(band) else round(float(band), 3) for band in line] for line in bands],
        customdata=words or [[quantity(value) for value in line] for line in values],
        zmin=0,
        zmax=LEVELS - 1,
        autocontour=False,
        contours={"start": 1, "end": LEVELS - 1, "size": 1, "coloring": "fill"},
        line={"color": lines, "width": 0.7},
        colorscale=palette.ramp(colours),
        colorbar={
            "title": {"text": "loss,<br>geometric" if geometric else "loss"},
            "tickmode": "array",
            "tickvals": shown,
            "ticktext": [quantity(float(levels[level])) for level in shown],
            "thickness": 12,
            "outlinewidth": 0,
            "len": 0.8,
        },
        hovertemplate="(%{x:.3g}, %{y:.3g}) loss %{customdata}<extra></extra>",
    )
    return [drawn]
