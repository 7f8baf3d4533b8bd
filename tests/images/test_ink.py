"""Ink: drawings brought to where and how large a data set's pictures are."""

import numpy as np
import pytest
from PIL import Image

from thalweg.core.errors import DataError
from thalweg.images import Hand, fit_drawing, hand_of, load

DIGITS = Hand(side=8.0, centre=(4.0, 4.0), bright=True)


def pad(*boxes: tuple[int, int, int, int], side: int = 80) -> np.ndarray:
    drawing = np.zeros((side, side), np.uint8)
    for top, bottom, left, right in boxes:
        drawing[top:bottom, left:right] = 255
    return drawing


def test_a_bar_anywhere_and_of_any_size_fills_the_middle_by_hand():
    expected = np.zeros((8, 8), np.uint8)
    expected[:, 3:5] = 255
    for box in ((10, 50, 0, 10), (0, 16, 60, 64), (60, 80, 75, 80)):
        assert fit_drawing(pad(box), DIGITS, shape=(8, 8, 1))[:, :, 0].tolist() == expected.tolist()


def test_a_pixel_is_the_mean_of_the_drawing_over_it():
    drawn = fit_drawing(pad((10, 50, 20, 30), (10, 50, 40, 42), side=64), DIGITS, shape=(8, 8, 1))[0, :, 0]
    assert drawn.sum() == pytest.approx(255 * (10 + 2) / 5, abs=4)  # 5 pixels of the pad make one


def test_the_sets_own_place_and_polarity_count():
    dark = Hand(side=4.0, centre=(6.0, 2.0), bright=False)
    drawn = fit_drawing(pad((0, 20, 0, 20)), dark, shape=(8, 8, 1))[:, :, 0]
    expected = np.full((8, 8), 255, np.uint8)
    expected[4:8, 0:4] = 0
    assert drawn.tolist() == expected.tolist()


def test_colour_gets_the_grey_in_every_channel():
    assert fit_drawing(pad((0, 9, 0, 9)), DIGITS, shape=(8, 8, 3)).shape == (8, 8, 3)


def test_an_empty_pad_is_refused_in_words():
    with pytest.raises(DataError, match=r"nothing is drawn yet\. Draw on the pad\."):
        fit_drawing(pad(), DIGITS, shape=(8, 8, 1))


def test_a_hand_is_read_from_pictures_of_dark_ink_too():
    picture = np.full((3, 10, 10, 1), 255, np.uint8)
    picture[:, 2:8, 4:6] = 0
    assert hand_of(picture) == Hand(side=6.0, centre=(5.0, 5.0), bright=False)
    assert hand_of(np.zeros((2, 6, 8, 1), np.uint8)) == Hand(side=8.0, centre=(3.0, 4.0), bright=True)


def test_enlarged_digits_are_read_nearly_as_before():
    import thalweg as tw

    images = load("digits")
    hand = hand_of(images.images[images.split.train])
    assert hand == DIGITS
    test, labels = images.images[images.split.test], images.labels[images.split.test]
    run = tw.train("digits", score="linear")
    before = run.predict(test)
    for size, top, left, filtered in ((112, 14, 14, Image.Resampling.NEAREST), (72, 60, 5, Image.Resampling.BICUBIC)):
        drawn = np.zeros((len(test), 140, 140), np.uint8)
        for place, each in enumerate(test):
            drawn[place, top : top + size, left : left + size] = np.asarray(Image.fromarray(each[:, :, 0]).resize((size, size), filtered))
        after = run.predict(np.stack([fit_drawing(each, hand, shape=(8, 8, 1)) for each in drawn]))
        assert (after == before).mean() > 0.93  # 0.94 to 0.95: edges of a digit that are faint are no ink
        assert (after == labels).mean() > (before == labels).mean() - 0.03
