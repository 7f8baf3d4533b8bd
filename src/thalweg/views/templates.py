"""Templates: each class's row of W as a picture."""

from thalweg.core.entries import View
from thalweg.evidence._weights import WeightPictures
from thalweg.views._drawing import Gallery
from thalweg.views._weights import gallery


def draw(weights: WeightPictures) -> Gallery:
    """Draw one template a class, each on its own symmetric scale (see `thalweg.evidence.templates`)."""
    share = f"{100 * (1 - weights.quantile):.3g}%"
    alt = (
        "Each class's weights, pixel by pixel: the score of a class is the sum of pixel times weight. "
        f"Zero is the middle of each scale, ± its ends; the largest {share} of the weights may lie beyond."
    )
    return gallery(weights, title="Templates: a picture for each row of W", alt=alt)


ENTRY = View(
    summary="each row of a linear W as a picture",
    formula="T_k = reshape(W_k, height, width, channels)",
    reference="Stanford CS231n, Linear classification: interpreting a linear classifier as template matching",
    evidence="templates",
    draw=draw,
)
