import io

import numpy as np
from PIL import Image

from thalweg.evidence.attribution import example
from thalweg.views._palette import SIGNED
from thalweg.views.attribution import draw


def test_a_column_shows_the_picture_the_weights_and_the_products_with_the_sum():
    """The picture is two pixels wide, each drawn 56 pixels large: weights (3, -1), products (6, -1)."""
    gallery = draw(example())
    (column,) = gallery.pictures
    assert (column.width, column.height) == (112, 3 * 56 + 2 * 8)
    assert column.caption == "a, score of a"
    assert column.details[0] == "1.000 + 6.000 − 1.000 = 6.000 (start + for − against)"
    pixels = np.array(Image.open(io.BytesIO(column.png)))
    assert pixels[10, 10].tolist() == [2, 2, 2, 255]  # the raw value of the first pixel
    assert pixels[60, 10].tolist() == [0, 0, 0, 0]  # nothing between the panels
    assert pixels[64 + 10, 10].tolist() == [*SIGNED[-1], 255]  # the largest weight, at the end of the scale
    assert pixels[128 + 10, 66, 2] > pixels[128 + 10, 66, 0]  # a product against the class is blue
