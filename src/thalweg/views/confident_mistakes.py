"""Confident mistakes: the wrong answers whose score leads by most, as pictures."""

from thalweg.core.entries import View
from thalweg.evidence.mistakes import Mistakes
from thalweg.views._answers import gallery
from thalweg.views._drawing import Gallery


def draw(mistakes: Mistakes) -> Gallery:
    """Draw the wrong answers given with the largest lead over the runner-up; a label that is itself wrong often shows here."""
    alt = f"None: {mistakes.reason}."
    if mistakes.confident:
        alt = f"{len(mistakes.confident)} of {mistakes.wrong:,} wrong answers, largest lead over the second score first."
    return gallery(mistakes.confident, title="Most confident mistakes", alt=alt)


ENTRY = View(
    summary="the wrong answers given with the largest lead, as pictures",
    formula="wrong i by s_(1) - s_(2), descending",
    reference="C. G. Northcutt, L. Jiang, I. L. Chuang, Confident learning: estimating uncertainty in dataset labels, JAIR 70, 2021",
    evidence="mistakes",
    draw=draw,
)
