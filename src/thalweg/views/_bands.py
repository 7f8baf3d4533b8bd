"""Bands and marks that several views share: the area between two curves, and crosses for what diverged."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from thalweg.views import _palette as palette


def area(x: Sequence[int | float], low: Sequence[float | None], high: Sequence[float | None], *, colour: str, **place: Any) -> go.Scatter:
    """Return the area between two curves, pale; points at which one of them is undefined are left out."""
    known = [(at, below, above) for at, below, above in zip(x, low, high, strict=True) if below is not None and above is not None]
    return go.Scatter(
        x=[at for at, _, _ in known] + [at for at, _, _ in reversed(known)],
        y=[below for _, below, _ in known] + [above for _, _, above in reversed(known)],
        mode="lines",
        line={"width": 0, "color": colour},
        fill="toself",
        fillcolor=colour,
        opacity=0.16,
        hoverinfo="skip",
        showlegend=False,
        **place,
    )


def crosses(x: Sequence[Any], y: Sequence[Any], *, hover: Sequence[str], name: str = "diverged", colour: str = palette.MUTED) -> go.Scatter:
    """Return a cross for each thing that diverged."""
    return go.Scatter(
        x=list(x),
        y=list(y),
        mode="markers",
        name=name,
        marker={"symbol": "x-thin", "size": 9, "color": colour, "line": {"color": colour, "width": 2}},
        hovertext=list(hover),
        hoverinfo="text",
    )


def stacked(lower: str, *, share: float = 0.46) -> dict[str, Any]:
    """Return the layout of two plots above each other on one x axis; `lower` names the axis of the lower one."""
    axis = {"gridcolor": palette.GRID, "linecolor": palette.GRID, "zeroline": False, "automargin": True, "ticks": "", "title_standoff": 12}
    return {
        "xaxis": {"anchor": "y2"},
        "yaxis": {"domain": [1 - share, 1]},
        "yaxis2": {**axis, "domain": [0, share - 0.03], "title": {"text": lower}},
    }
