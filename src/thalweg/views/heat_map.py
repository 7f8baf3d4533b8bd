"""Heat map: the figure of a sweep over the two settings that decide most; with one setting, a line with its band."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go

from thalweg.core.entries import View
from thalweg.core.errors import ConfigError, unknown
from thalweg.core.visible import visible
from thalweg.evidence._axes import MISSING, Axis
from thalweg.evidence.leaderboard import Leaderboard, Row
from thalweg.views import _palette as palette
from thalweg.views._bands import crosses
from thalweg.views._drawing import Chart, Table, figure, plain, ticks
from thalweg.views._one_axis import one_axis
from thalweg.views._sweep import FIGURES, told

NUMBERED = 12
"""With more cells on a side than this, cells carry no numbers."""


class Cell(NamedTuple):
    """Candidates in one place: means of those that have a figure, and how many members diverged of how many."""

    means: tuple[float, ...]
    diverged: int
    members: int

    @property
    def mean(self) -> float | None:
        """The mean over the candidates that have a figure."""
        return float(np.mean(self.means)) if self.means else None


def draw(board: Leaderboard, axes: Sequence[str] | None = None) -> Chart:
    """Draw the mean figure over two settings, the mean over all others; a cross marks cells in which members diverged.

    Without `axes` the two settings of numbers that explain the most variance are taken, settings of words where there are fewer than two
    of numbers. Raises `ConfigError` where no setting varied, or on an unknown one.
    """
    chosen = _chosen(board, axes)
    if len(chosen) == 1:
        return one_axis(board, chosen[0])
    across, up = chosen
    cells = _cells(board, (across, up))
    title = f"{FIGURES[board.monitor].capitalize()} over two settings"
    layout = {"xaxis": {**ticks(across.cells), "showgrid": False}, "yaxis": {**ticks(up.cells), "showgrid": False}}
    drawn = figure(_heat(board, across, up, cells), title=title, x=plain(across.name), y=plain(up.name), layout=layout)
    rows = tuple(
        (across.cells[x], up.cells[y], told(board, cell.mean), str(len(cell.means)), str(cell.diverged))
        for (x, y), cell in sorted(cells.items())
    )
    heads = (visible(across.name), visible(up.name), f"mean {FIGURES[board.monitor]}", "candidates", "members diverged")
    words = tuple(place for place, axis in enumerate((across, up)) if not axis.numeric or axis.edges)
    return Chart(
        title=title,
        alt=_alt(board, chosen, cells),
        figure=drawn,
        table=Table(columns=heads, rows=rows, words=words),
        height=140 + 44 * min(len(up.cells), NUMBERED),
        width=None,
    )


def _chosen(board: Leaderboard, names: Sequence[str] | None) -> tuple[Axis, ...]:
    varied = {axis.name: axis for axis in board.varied}
    if names is not None:
        for name in names:
            if name not in varied:
                raise unknown("setting that varied", name, varied)
        if not 1 <= len(dict.fromkeys(names)) == len(names) <= 2:
            raise ConfigError(f"a heat map takes one or two different settings; got {', '.join(names) or 'none'}.")
        return tuple(varied[name] for name in names)
    if not varied:
        raise ConfigError("a heat map needs a setting that varied; all candidates have the same.")
    ranked = sorted(varied.values(), key=lambda axis: (not axis.numeric, -(axis.explained if axis.explained is not None else -1.0)))
    return tuple(ranked[:2])


def _cells(board: Leaderboard, axes: Sequence[Axis]) -> dict[tuple[int, ...], Cell]:
    groups: dict[tuple[int, ...], list[Row]] = {}
    for row in board.rows:
        groups.setdefault(tuple(axis.cell(row.candidate.settings.get(axis.name, MISSING)) for axis in axes), []).append(row)
    return {
        key: Cell(
            means=tuple(row.figure.mean for row in rows if row.figure.mean is not None),
            diverged=sum(row.candidate.diverged for row in rows),
            members=sum(len(row.candidate.members) for row in rows),
        )
        for key, rows in groups.items()
    }


def _heat(board: Leaderboard, across: Axis, up: Axis, cells: dict[tuple[int, ...], Cell]) -> list[Any]:
    numbered = max(len(across.cells), len(up.cells)) <= NUMBERED
    places = [[cells.get((x, y)) for x in range(len(across.cells))] for y in range(len(up.cells))]
    form = ".0~%" if board.monitor == "accuracy" else ".3~g"
    heat = go.Heatmap(
        z=[[cell.mean if cell else None for cell in line] for line in places],
        colorscale=palette.ramp(palette.SHARES),
        reversescale=board.monitor == "loss",
        text=[[told(board, cell.mean) if cell and cell.means else "" for cell in line] for line in places],
        texttemplate="%{text}" if numbered else None,
        hovertext=[[_hover(board, across, up, x, y, cell) for x, cell in enumerate(line)] for y, line in enumerate(places)],
        hoverinfo="text",
        xgap=2,
        ygap=2,
        hoverongaps=False,
        colorbar={"thickness": 10, "outlinewidth": 0, "tickformat": form, "title": {"text": FIGURES[board.monitor], "side": "right"}},
    )
    lost = [(key, cell) for key, cell in sorted(cells.items()) if cell.diverged]
    kinds = (
        ("no figure, diverged", [pair for pair in lost if not pair[1].means], 0.0),
        ("some diverged", [pair for pair in lost if pair[1].means], 0.36),
    )
    return [heat] + [
        crosses(
            [x + aside for (x, _), _ in pairs],
            [y + aside for (_, y), _ in pairs],
            hover=[_hover(board, across, up, x, y, cell) for (x, y), cell in pairs],
            name=name,
            colour=palette.CLASSES[1],
        )
        for name, pairs, aside in kinds
        if pairs
    ]


def _hover(board: Leaderboard, across: Axis, up: Axis, x: int, y: int, cell: Cell | None) -> str:
    if cell is None:
        return ""
    words = [f"{plain(across.name)} {plain(across.cells[x])}", f"{plain(up.name)} {plain(up.cells[y])}"]
    words.append(f"{FIGURES[board.monitor]} {told(board, cell.mean)}, {len(cell.means)} candidates" if cell.means else "no figure")
    return "<br>".join(words + ([f"{cell.diverged} of {cell.members} members diverged"] if cell.diverged else []))


def _alt(board: Leaderboard, axes: Sequence[Axis], cells: dict[tuple[int, ...], Cell]) -> str:
    measured = {key: mean for key, cell in cells.items() if (mean := cell.mean) is not None}
    lost = sum(cell.diverged > 0 for cell in cells.values())
    words = [] if measured else ["No cell has a figure."]
    if measured:
        safe = {key: mean for key, mean in measured.items() if not cells[key].diverged} or measured
        best = (max if board.monitor == "accuracy" else min)(safe, key=safe.__getitem__)
        where = " and ".join(f"{visible(axis.name)} {visible(axis.cells[at])}" for axis, at in zip(axes, best, strict=True))
        kept = "" if len(safe) == len(measured) else " where no member diverged"
        words.append(f"The best mean {FIGURES[board.monitor]}{kept}, {told(board, safe[best])}, lies at {where}.")
    shares = [f"{visible(axis.name)} {axis.explained:.0%}" for axis in axes if axis.explained is not None]
    if shares:
        words.append(f"Share of the variance over candidates explained: {', '.join(shares)}.")
    if lost:
        words.append(f"In {lost} of {len(cells)} cells members diverged.")
    return " ".join(words)


ENTRY = View(
    summary="the figure of a sweep over the two settings that decide most",
    formula="mean over all candidates in a cell",
    reference="J. Bergstra, Y. Bengio, Random search for hyper-parameter optimization, JMLR 13, 2012",
    evidence="leaderboard",
    draw=draw,
)
