"""Templates: each row of a linear classifier's W, laid out as the picture that it scores highest."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from thalweg.core.entries import Evidence
from thalweg.core.errors import ModelError
from thalweg.core.knobs import Number
from thalweg.core.progress import Progress
from thalweg.core.subject import Subject, Unsuited
from thalweg.evidence._weights import WeightPictures, weight_picture


def measure(
    weights: Float[np.ndarray, "classes pixels"], shape: tuple[int, int, int], names: Sequence[str], *, quantile: float = 0.99
) -> WeightPictures:
    """Return one picture a class from W in raw-pixel terms, columns in height, width, channel order.

    The score of a class is the inner product of the picture and its row of W: a pixel with a positive weight speaks for the class, one
    with a negative weight against it. Each template is scaled on its own and symmetrically: zero is in the middle, +-`bound` are the
    ends, where `bound` is the 0.99 quantile of the template's |weights|. Grey templates so become a signed map; in colour each channel
    runs from 0 (-bound) over mid-grey (zero) to full (+bound). Strengths therefore compare within a template, not between two.

    Raises `ModelError` where W does not fit the shape or the names.

    >>> record = measure(np.array([[0.5, -1.0]]), (1, 2, 1), ["cat"], quantile=1.0)
    >>> record.pictures[0].values[:, :, 0].tolist(), record.pictures[0].bound
    ([[0.5, -1.0]], 1.0)
    """
    height, width, channels = shape
    if weights.shape != (len(names), height * width * channels):
        raise ModelError(
            f"W must be {len(names)} x {height * width * channels} for {len(names)} classes of {shape} pictures; got {weights.shape}."
        )
    rows = weights.reshape(-1, height, width, channels)
    pictures = tuple(weight_picture(name, row, quantile=quantile) for name, row in zip(names, rows, strict=True))
    return WeightPictures(pictures=pictures, quantile=quantile, of="class")


def inspect(subject: Subject, *, progress: Progress | None = None, quantile: float = 0.99) -> WeightPictures:
    """Show the rows of a linear score's W on raw pixels."""
    shown = subject.pictures
    if shown is None or not shown.linear or shown.first_weight is None:
        raise Unsuited("templates are the rows of a linear score's W on raw pixels; this score is not linear in them (see filters).")
    return measure(shown.first_weight, shown.images.shape[1:], shown.classes, quantile=quantile)


def example() -> WeightPictures:
    """Return two classes that differ in the slope of a line."""
    return measure(np.array([[1.0, -1.0, -1.0, 1.0], [-1.0, 1.0, 1.0, -1.0]]), (2, 2, 1), ["falling", "rising"])


ENTRY = Evidence(
    summary="each row of a linear W as a picture",
    formula="T_k = reshape(W_k, height, width, channels)",
    reference="Stanford CS231n, Linear classification: interpreting a linear classifier as template matching",
    knobs=(
        Number(name="quantile", default=0.99, low=0, low_open=True, high=1, meaning="share of a template's |weights| within the scale"),
    ),
    measure=measure,
    example=example,
    inspect=inspect,
    place=80,
)
