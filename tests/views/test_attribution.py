import io

import numpy as np
from PIL import Image

from thalweg.evidence.attribution import example
from thalweg.views._palette import SIGNED
from thalweg.views.attribution import draw


def test_a_strip_shows_the_picture_the_weights_and_the_products_with_the_sum():
    """The picture is two pixels wide, each drawn 56 pixels large: weights (3, -1), products (6, -1)."""
    gallery = draw(example())
    (strip,) = gallery.pictures
    assert (strip.width, strip.height) == (3 * 112 + 2 * 8, 56)
    assert strip.caption == "a, score of a"
    assert strip.details[0] == "start + for − against: 1.000 + 6.000 − 1.000 = 6.000"
    pixels = np.array(Image.open(io.BytesIO(strip.png)))
    assert pixels[10, 10].tolist() == [2, 2, 2, 255]  # the raw value of the first pixel
    assert pixels[10, 116].tolist() == [0, 0, 0, 0]  # nothing between the panels
    assert pixels[10, 120 + 10].tolist() == [*SIGNED[-1], 255]  # the largest weight, at the end of the scale
    assert pixels[10, 240 + 56 + 10, 2] > pixels[10, 240 + 56 + 10, 0]  # a product against the class is blue
