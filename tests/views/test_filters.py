import numpy as np

from thalweg.evidence import filters as evidence
from thalweg.views import filters


def test_colour_filters_need_no_colour_scale():
    gallery = filters.draw(evidence.measure(np.random.default_rng(0).normal(size=(2, 3, 5, 5))))
    assert gallery.scale == ()
    assert [(one.width, one.height) for one in gallery.pictures] == [(5, 5), (5, 5)]


def test_sparse_filters_tell_their_zeros_and_the_rest_is_counted():
    gallery = filters.draw(evidence.measure(np.eye(3)[None, None] * np.ones((3, 1, 1, 1)), most=2))
    assert gallery.pictures[0].details == ("±1", "67% zero")
    assert gallery.alt.endswith("1 more are left out.")
