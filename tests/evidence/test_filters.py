import numpy as np

from thalweg.evidence import filters


def test_colour_filters_put_channels_last():
    weights = np.random.default_rng(0).normal(size=(4, 3, 5, 2))
    pictures = filters.measure(weights).pictures
    assert [one.name for one in pictures] == ["filter 0", "filter 1", "filter 2", "filter 3"]
    assert pictures[2].values[4, 1, 0] == weights[2, 0, 4, 1]
    assert pictures[2].bound == np.abs(weights[2]).max()


def test_other_numbers_of_channels_make_one_grey_picture_a_channel():
    pictures = filters.measure(np.ones((2, 4, 3, 3))).pictures
    assert len(pictures) == 8
    assert (pictures[5].name, pictures[5].values.shape) == ("filter 1, channel 1", (3, 3, 1))


def test_a_limit_says_how_many_are_left_out():
    record = filters.measure(np.ones((10, 1, 3, 3)), most=4)
    assert (len(record.pictures), record.left_out) == (4, 6)
