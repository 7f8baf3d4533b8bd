"""Hesitant answers: right, but only just, as pictures."""

from thalweg.core.entries import View
from thalweg.evidence.mistakes import Mistakes
from thalweg.views._answers import gallery
from thalweg.views._drawing import Gallery


def draw(mistakes: Mistakes) -> Gallery:
    """Draw the right answers with the smallest lead over the runner-up."""
    alt = "None: no answer was right."
    if mistakes.hesitant:
        alt = f"{len(mistakes.hesitant)} of {mistakes.count - mistakes.wrong:,} right answers, smallest lead over the second score first."
    return gallery(mistakes.hesitant, title="Right, but only just", alt=alt)


ENTRY = View(
    summary="the right answers with the smallest lead, as pictures",
    formula="right i by s_(1) - s_(2), ascending",
    reference="B. Settles, Active learning literature survey, 2009, section 3.1: margin sampling",
    evidence="mistakes",
    draw=draw,
)
