"""Spectrum: the density of a Hessian's eigenvalues, with those at both ends and their error bars."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from thalweg.core.entries import View
from thalweg.evidence._blocks import Block
from thalweg.evidence.spectrum import Spectrum
from thalweg.views import _palette as palette
from thalweg.views._drawing import Chart, Table, figure, plain, quantity

POINTS = 600
WIDTH = 1 / 150


def draw(spectrum: Spectrum) -> Chart:
    """Draw each block's density on a logarithmic axis, and its eigenvalues at both ends as marks below it.

    The density is the share of the eigenvalues per unit of the largest |eigenvalue|, each drawn as a bell of 1/150 of the spectrum's width.
    """
    traces: list[go.Scatter] = []
    for place, block in enumerate(spectrum.blocks):
        colour = palette.CLASSES[place % len(palette.CLASSES)]
        traces += [_density(block, colour), _marks(block, colour)]
    top = max(max(trace.y) for trace in traces)
    layout = {"yaxis": {"type": "log", "exponentformat": "power", "dtick": 1, "range": [-5, float(np.log10(top)) + 0.2]}}
    title = "Eigenvalues of the Hessian"
    drawn = figure(traces, title=title, x="eigenvalue", y="density", layout=layout)
    drawn.add_vline(x=0, line={"color": palette.MUTED, "width": 1, "dash": "dot"})
    return Chart(title=title, alt=_alt(spectrum), figure=drawn, table=_table(spectrum.blocks), height=420)


def _density(block: Block, colour: str) -> go.Scatter:
    nodes, weights = np.array(block.nodes), np.array(block.weights)
    low, high = min(block.low[0].value, 0.0), max(block.high[0].value, 0.0)
    span = (high - low) or 1.0
    at = np.linspace(low - 0.04 * span, high + 0.04 * span, POINTS)
    sigma = WIDTH * span
    bells = np.exp(-0.5 * ((at[:, None] - nodes) / sigma) ** 2) / (sigma * np.sqrt(2 * np.pi))
    size = max(abs(block.low[0].value), abs(block.high[0].value)) or 1.0
    density = np.maximum(bells @ weights * size, 1e-6)
    name = "density" if block.name == "all" else plain(block.name)
    return go.Scatter(
        x=at.round(9).tolist(), y=density.tolist(), mode="lines", name=name, line={"color": colour, "width": 1.8},
        hovertemplate="density %{y:.3g} at %{x:.4g}<extra></extra>",
    )  # fmt: skip


def _marks(block: Block, colour: str) -> go.Scatter:
    pairs = list({each.value: each for each in (*block.low, *block.high)}.values())
    name = "ends" if block.name == "all" else f"ends of {plain(block.name)}"
    return go.Scatter(
        x=[each.value for each in pairs], y=[2e-5] * len(pairs), mode="markers", name=name,
        marker={"color": colour, "size": 11, "symbol": "line-ns-open", "line": {"color": colour, "width": 2}},
        error_x={"type": "data", "array": [each.residual for each in pairs], "color": colour, "thickness": 1},
        customdata=[each.residual for each in pairs], hovertemplate="eigenvalue %{x:.6g} ± %{customdata:.1g}<extra></extra>",
    )  # fmt: skip


def _alt(spectrum: Spectrum) -> str:
    block = spectrum.blocks[0]
    lowest, largest = block.low[0], block.high[0]
    more = f" and {len(spectrum.blocks) - 1} more blocks" if len(spectrum.blocks) > 1 else ""
    how = "from the whole matrix" if block.exact else "by Lanczos, the density from random probes"
    return (
        f"Eigenvalues of the Hessian of {block.parameters:,} parameters{more}, {how}: from {quantity(lowest.value)} to "
        f"{quantity(largest.value)}; {100 * block.negative:.3g}% lie below zero."
    )


def _table(blocks: Sequence[Block]) -> Table:
    rows = []
    for block in blocks:
        ends = [("largest", each) for each in block.high] + [("lowest", each) for each in block.low]
        rows += [(block.name, end, f"{each.value:.6g}", f"{each.residual:.1g}") for end, each in ends]
        rows.append((block.name, "trace", f"{block.trace.value:.6g}", f"{block.trace.error:.2g}"))
    return Table(columns=("block", "what", "value", "residual or standard error"), rows=tuple(rows), words=(0, 1))


ENTRY = View(
    summary="density of the Hessian's eigenvalues with the ends and their error bars",
    formula="density(t) = (1/P) sum_i N(t; lambda_i, sigma)",
    reference="Ghorbani, Krishnan and Xiao, An investigation into neural net optimization via Hessian eigenvalue density, ICML 2019",
    evidence="spectrum",
    draw=draw,
)
