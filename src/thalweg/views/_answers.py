"""Galleries of single answers: what the views of mistakes share."""

from collections.abc import Sequence

from thalweg.core.visible import visible
from thalweg.evidence.mistakes import Answer
from thalweg.views._drawing import Gallery, Picture, percent, quantity
from thalweg.views._pixels import drawable, png


def gallery(answers: Sequence[Answer], *, title: str, alt: str) -> Gallery:
    """Return the examples with what they are, what was answered, and by how much."""
    return Gallery(title=title, alt=alt, pictures=tuple(_picture(answer) for answer in answers))


def _picture(answer: Answer) -> Picture:
    data, width, height = png(answer.picture) if drawable(answer.picture) else (None, 0, 0)
    origin, caption = visible(answer.origin), _caption(answer)
    details = (*_sureness(answer), f"loss {quantity(answer.loss)}", origin)
    return Picture(png=data, width=width, height=height, alt=f"{origin}: {caption}", caption=caption, details=details)


def _caption(answer: Answer) -> str:
    true = visible(answer.true_name)
    if answer.label != answer.predicted:
        return f"{true}, taken for {visible(answer.predicted_name)}"
    return f"{true}, ahead of {visible(answer.second_name)}" if answer.second_name is not None else true


def _sureness(answer: Answer) -> tuple[str, ...]:
    if answer.probability_predicted is None or answer.probability_true is None:
        return (f"lead {quantity(answer.lead)}",)
    taken = f"{visible(answer.predicted_name)}: {_probability(answer.probability_predicted)}"
    if answer.label == answer.predicted:
        return (taken,)
    return (taken, f"{visible(answer.true_name)}: {_probability(answer.probability_true)}")


def _probability(value: float) -> str:
    return percent(value) if value >= 0.0005 else "< 0.1%"
