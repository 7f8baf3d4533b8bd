"""The plane in Chromium."""

import pytest

pytestmark = pytest.mark.slow


def test_spiral_is_learnt_by_a_small_net(visit):
    plane = visit("room=plane&data=spiral&score=mlp&widths=8,8&rate=0.1")
    plane.page.keyboard.press(" ")
    plane.until("lab.last.accuracy > 0.95", seconds=60)
