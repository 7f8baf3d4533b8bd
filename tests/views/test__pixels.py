import io

import numpy as np
from PIL import Image

from thalweg.views._pixels import LONGEST, png, signed


def test_pixels_come_back_unchanged():
    for channels in (1, 3):
        pixels = np.random.default_rng(0).integers(0, 256, (7, 5, channels), dtype=np.uint8)
        data, width, height = png(pixels)
        with Image.open(io.BytesIO(data)) as image:
            assert np.array_equal(np.asarray(image).reshape(7, 5, channels), pixels)
        assert (width, height) == (5, 7)


def test_large_pictures_are_reduced_in_proportion():
    assert png(np.zeros((800, 400, 3), np.uint8))[1:] == (LONGEST // 2, LONGEST)


def test_colour_weights_have_zero_at_mid_grey_and_ends_at_black_and_white():
    colours = signed(np.array([[[-2.0, 0.0, 2.0]]]), 1.0)
    assert colours.tolist() == [[[0, 128, 255]]]


def test_zero_weights_and_weights_that_are_not_finite_show_as_zero_or_the_ends():
    assert signed(np.zeros((1, 1, 1)), 0.0).tolist() == [[[247, 247, 247]]]
    assert signed(np.array([[[np.nan], [np.inf]]]), 1.0).tolist() == [[[247, 247, 247], [178, 24, 43]]]
