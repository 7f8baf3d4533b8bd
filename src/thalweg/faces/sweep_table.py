"""Sweep table: the best candidates as text for a terminal."""

from thalweg.evidence._axes import word
from thalweg.evidence._spread import Spread
from thalweg.evidence.leaderboard import Leaderboard
from thalweg.faces._prose import counted
from thalweg.faces.terminal import table
from thalweg.views._drawing import percent, quantity

SHOWN = 10


def shown(board: Leaderboard) -> str:
    """Return the best ten candidates with mean and standard error, and a sentence on what the order leaves open."""
    names = [axis.name for axis in board.varied]
    rows = [
        [
            row.rank,
            *(word(row.candidate.settings[name], digits=4) if name in row.candidate.settings else "" for name in names),
            _with_error(row.candidate.accuracy, share=True),
            _with_error(row.candidate.loss, share=False),
            percent(row.candidate.test.mean, decimals=2),
            row.candidate.standing.value,
        ]
        for row in board.rows[:SHOWN]
    ]
    text = table(["rank", *names, "validation accuracy", "loss", "test accuracy", ""], rows)
    more = len(board.rows) - SHOWN
    return "\n".join([text, *([f"... and {counted(more, 'candidate')} more"] if more > 0 else []), *_level(board)])


def _with_error(spread: Spread, *, share: bool) -> str:
    tell = (lambda value: percent(value, decimals=2)) if share else quantity
    return tell(spread.mean) if spread.error is None else f"{tell(spread.mean)} ± {tell(spread.error)}"


def _level(board: Leaderboard) -> list[str]:
    if board.level is None or board.level < 2:
        return []
    return [f"{board.level} candidates lie within one standard error of the best: among them chance decided"]
