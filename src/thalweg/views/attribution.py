"""Attribution: picture, weights and their product, one below the other, with the numbers that add up to the score."""

import numpy as np
from jaxtyping import UInt8

from thalweg.core.entries import View
from thalweg.core.visible import visible
from thalweg.evidence._maps import Map
from thalweg.evidence.attribution import Attribution, Explained, Part
from thalweg.views._drawing import Gallery, Picture, quantity
from thalweg.views._pixels import column, signed
from thalweg.views._weights import SCALE

REACH = 0.99
"""The ends of a map's scale are this quantile of its |values|."""


def draw(attribution: Attribution) -> Gallery:
    """Draw a column of three for each picture and class: the picture, what its pixels are multiplied by, and the products."""
    by = "the class's template" if attribution.linear else "the gradient of the class's score by the pixels"
    alt = (
        f"For each class, from top to bottom: the picture, {by}, and pixel times weight (summed over "
        "colours). Blue speaks against the class, red for it; "
        "zero is the middle of each scale, whose ends lie at the 99th percentile."
    )
    columns = tuple(_column(one, part) for one in attribution.pictures for part in one.parts)
    title = "Scores taken apart: pixel times template" if attribution.linear else "Scores taken apart: gradient times input"
    return Gallery(title=title, alt=alt, pictures=columns, scale=SCALE)


def _column(one: Explained, part: Part) -> Picture:
    data, width, height = column([_grey(one.picture), _coloured(part.weights), _coloured(part.products)])
    name, label, answer = visible(part.name), visible(one.label), visible(one.answer)
    caption = f"{label}, score of {name}" if label == answer else f"{label}, taken for {answer}: score of {name}"
    terms = f"{quantity(part.start)} + {quantity(part.favour)} − {quantity(abs(part.against))} = {quantity(part.start + part.total)}"
    details = (f"{terms} (start + for − against)", f"score {quantity(part.score)}, missed {part.missed:.1e}", visible(one.origin))
    alt = f"{visible(one.origin)}: {label}, its weights for {name} and their product"
    return Picture(png=data, width=width, height=height, alt=alt, caption=caption, details=details)


def _grey(picture: Map) -> UInt8[np.ndarray, "height width 3"]:
    values = picture.values if picture.shape[2] == 3 else np.repeat(picture.values[:, :, :1], 3, axis=2)
    return np.clip(values + 0.5, 0, 255).astype(np.uint8)


def _coloured(one: Map) -> UInt8[np.ndarray, "height width 3"]:
    values = one.values if one.shape[2] in (1, 3) else one.values[:, :, :1]
    size = np.abs(values)
    return signed(values, float(np.quantile(size, REACH) or size.max()))


ENTRY = View(
    summary="picture, weights and product, with the numbers that add up to the score",
    formula="s_k = b_k + sum_p W_kp x_p",
    reference="Stanford CS231n, Linear classification: interpreting a linear classifier as template matching",
    evidence="attribution",
    draw=draw,
)
