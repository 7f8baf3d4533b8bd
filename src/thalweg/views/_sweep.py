"""Words of a sweep that its views share: a candidate in one line, its figure, its hover text."""

from thalweg.core.visible import visible
from thalweg.evidence._axes import MISSING, word
from thalweg.evidence.leaderboard import Leaderboard, Row
from thalweg.views._drawing import Table, percent, plain, quantity

FIGURES = {"accuracy": "validation accuracy", "loss": "validation loss"}


def told(board: Leaderboard, value: float | None) -> str:
    """Return a figure in words: an accuracy as a percentage, a loss as a number."""
    return percent(value, decimals=2) if board.monitor == "accuracy" else quantity(value)


def setting(row: Row, name: str) -> str:
    """Return a candidate's value of a setting, numbers with four digits."""
    return visible(word(row.candidate.settings.get(name, MISSING), digits=4))


def names(board: Leaderboard) -> list[str]:
    """Return the names of the settings that varied, or of all where none did."""
    return [axis.name for axis in board.varied or board.axes]


def label(board: Leaderboard, row: Row) -> str:
    """Return a candidate's settings in one line, without the names."""
    return " · ".join(setting(row, name) for name in names(board)) or "the only candidate"


def hover(board: Leaderboard, row: Row) -> str:
    """Return what a candidate is and what came of it, for plotly."""
    lines = [f"{plain(name)} {plain(setting(row, name))}" for name in names(board)]
    spread = "" if row.figure.error is None else f" ± {told(board, row.figure.error)}"
    ending = f"{FIGURES[board.monitor]} {told(board, row.figure.mean)}{spread}" if row.figure.mean is not None else row.candidate.standing
    lost = f"{row.candidate.diverged} of {len(row.candidate.members)} diverged"
    return "<br>".join([f"rank {row.rank}", *lines, ending, *([lost] if row.candidate.diverged else [])])


def table(board: Leaderboard, *, most: int) -> Table:
    """Return the first `most` candidates with their settings and figures."""
    heads = names(board)
    columns = ("rank", *map(visible, heads), f"mean {FIGURES[board.monitor]}", "standard error", "deviation", "members", "diverged")
    words = tuple(index for index, axis in enumerate(board.varied or board.axes, start=1) if not axis.numeric)
    rows = [
        (
            str(row.rank),
            *(setting(row, name) for name in heads),
            told(board, row.figure.mean),
            told(board, row.figure.error),
            told(board, row.figure.deviation),
            str(len(row.candidate.members)),
            str(row.candidate.diverged),
        )
        for row in board.rows[:most]
    ]
    return Table(columns=columns, rows=tuple(rows), words=words)
