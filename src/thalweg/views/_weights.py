"""Galleries of weight pictures: what the views of templates and filters share."""

from thalweg.core.visible import visible
from thalweg.evidence._weights import WeightPicture, WeightPictures
from thalweg.views import _palette as palette
from thalweg.views._drawing import Gallery, Picture, percent, quantity
from thalweg.views._pixels import png, signed

SCALE = tuple(
    (f"#{red:02x}{green:02x}{blue:02x}", meaning)
    for (red, green, blue), meaning in zip(palette.SIGNED, ("against", "", "zero", "", "for"), strict=True)
)
"""The colours of signed maps of one channel, and what the ends and the middle mean."""


def gallery(weights: WeightPictures, *, title: str, alt: str) -> Gallery:
    """Return the pictures with the ends of their scales; pictures of one channel come with the colour scale."""
    grey = any(picture.values.shape[2] != 3 for picture in weights.pictures)
    scale = SCALE if grey else ()
    rest = f" {weights.left_out} more are left out." if weights.left_out else ""
    return Gallery(title=title, alt=alt + rest, pictures=tuple(_picture(one) for one in weights.pictures), scale=scale)


def _picture(one: WeightPicture) -> Picture:
    pixels = signed(one.values if one.values.shape[2] in (1, 3) else one.values[:, :, :1], one.bound)
    data, width, height = png(pixels)
    name = visible(one.name)
    zeros = (f"{percent(one.zeros, decimals=0)} zero",) if one.zeros >= 0.005 else ()
    alt = f"weights of {name}, from {quantity(one.low)} to {quantity(one.high)}"
    return Picture(png=data, width=width, height=height, alt=alt, caption=name, details=(f"±{one.bound:.2g}", *zeros))
