"""Plot: any drawing as a plotly figure to look into, or on matplotlib axes to compose with others."""

import importlib
import io
from textwrap import wrap
from typing import Any

import numpy as np
import plotly.graph_objects as go
from PIL import Image

from thalweg.core.errors import ConfigError
from thalweg.faces.drawings import drawing
from thalweg.faces.notebook.axes import paint
from thalweg.views._drawing import Chart, Drawing, Gallery
from thalweg.views._flat import flat

INCH = 96
"""Pixels of an inch, as browsers count."""


def figure(value: Any, name: str | None = None) -> go.Figure:
    """Return a plotly figure of a run, a result or a record of evidence: `figure(run, "loss-curves")`, `figure(inspect(run)["spectrum"])`.

    `name` is that of a drawing, the first without one; an error lists what there is. The figure is the caller's own to change. Raises
    `ConfigError` where the drawing is of pictures, which are no plotly figure: `plot` draws those.
    """
    found = _asked(value, name)
    if isinstance(found, Gallery):
        raise ConfigError(f"{found.title!r} is {len(found.pictures)} pictures, not a chart; plot(...) draws them on axes.")
    made = go.Figure(found.figure)
    made.update_layout(height=found.height + 60, width=None if found.width is None else found.width + 60)
    return made


def plot(value: Any, name: str | None = None, *, ax: Any = None) -> Any:
    """Draw a run, a result or a record of evidence with matplotlib and return its axes: `plot(run, "accuracy-curves", ax=axes[0])`.

    `ax` is the axes to draw on, or an array of them where a drawing has several plots or pictures; without it a figure of its own is made.
    Raises `ConfigError` where matplotlib is not installed, or the axes are too few.
    """
    found = _asked(value, name)
    if ax is None:
        ax = _own(found)
    axes = list(np.ravel(np.asarray(ax, dtype=object)))
    if isinstance(found, Gallery):
        _pictures(found, axes)
        return ax
    panels = flat(found.figure)
    if len(axes) != len(panels.panels):
        raise ConfigError(f"{found.title!r} is {len(panels.panels)} plots; give so many axes, or none. Got {len(axes)}.")
    paint(panels, axes)
    return ax


def _asked(value: Any, name: str | None) -> Drawing:
    return value if isinstance(value, Chart | Gallery) else drawing(value, name)


def _own(found: Drawing) -> Any:
    """Return axes of a new figure, as large as the drawing is on a page."""
    try:
        pyplot = importlib.import_module("matplotlib.pyplot")
    except ModuleNotFoundError:
        raise ConfigError("plot needs matplotlib, which is not installed: pip install 'thalweg[matplotlib]'") from None
    if isinstance(found, Gallery):
        count = len(found.pictures)
        across = min(count, 5)
        rows = -(-count // across)
        _, axes = pyplot.subplots(rows, across, figsize=(1.5 * across, 1.9 * rows), squeeze=False, layout="constrained")
        for spare in axes.ravel()[count:]:
            spare.set_axis_off()
        return axes if count > 1 else axes[0, 0]
    panels = len(flat(found.figure).panels)
    size = ((found.width or 640) / INCH, max(found.height, 260) / INCH)
    _, axes = pyplot.subplots(panels, 1, figsize=size, sharex=panels > 1, layout="constrained")
    return axes


def _pictures(found: Gallery, axes: list[Any]) -> None:
    if len(axes) < len(found.pictures):
        raise ConfigError(f"{found.title!r} is {len(found.pictures)} pictures; give at least so many axes, or none. Got {len(axes)}.")
    for picture, ax in zip(found.pictures, axes, strict=False):
        ax.set_axis_off()
        ax.set_title("\n".join(wrap(picture.caption, 18)), fontsize=9, parse_math=False)
        if picture.png is not None:
            with Image.open(io.BytesIO(picture.png)) as opened:
                ax.imshow(np.asarray(opened.convert("RGBA")), interpolation="nearest")
