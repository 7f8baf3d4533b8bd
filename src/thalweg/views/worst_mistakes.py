"""Worst mistakes: the wrong answers with the highest loss, as pictures."""

from thalweg.core.entries import View
from thalweg.evidence.mistakes import Mistakes
from thalweg.views._answers import gallery
from thalweg.views._drawing import Gallery


def draw(mistakes: Mistakes) -> Gallery:
    """Draw the wrong answers that cost most, the worst first."""
    alt = (
        f"{len(mistakes.worst)} of {mistakes.wrong:,} wrong answers, highest loss first." if mistakes.worst else f"None: {mistakes.reason}."
    )
    return gallery(mistakes.worst, title="Worst mistakes", alt=alt)


ENTRY = View(
    summary="the wrong answers with the highest loss, as pictures",
    formula="wrong i by L_i, descending",
    reference="Stanford CS231n, Linear classification: loss function",
    evidence="mistakes",
    draw=draw,
)
