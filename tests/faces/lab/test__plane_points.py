import numpy as np
import pytest

from thalweg.core.errors import ConfigError, DataError
from thalweg.faces.lab import _plane_points as drawn


def spiral(**changes):
    return drawn.preset("spiral", **{"noise": 0.0, "examples": 60, "seed": 0, "share": 0.2, **changes})


def again(points):
    words = drawn.written(points)
    return drawn.of_text(words["points"], words.get("names", ""))


def test_a_preset_holds_a_share_out():
    points = spiral()
    assert (len(points), int(points.held.sum()), points.own) == (60, 12, False)
    assert points.images().split.validation.tolist() == np.flatnonzero(points.held).tolist()


def test_own_points_are_those_of_the_address_bit_by_bit():
    points = spiral(noise=0.3).moved(3, 0.123456, -0.5).added(1.25, 0.0, 1)
    found = again(points)
    np.testing.assert_array_equal(found.places, points.places)
    np.testing.assert_array_equal(found.labels, points.labels)
    np.testing.assert_array_equal(found.held, points.held)
    assert (found.names, found.own) == (points.names, True)
    assert found.images().fingerprint == points.images().fingerprint


def test_becoming_ones_own_moves_no_point_by_more_than_a_thousandth_of_the_extent():
    points = spiral(noise=0.3)
    assert np.abs(points.rounded().places - points.places).max() <= 0.0005 * np.abs(points.places).max()


@pytest.mark.parametrize("size", [1e-3, 1.0, 180.0, 9e5])
def test_an_uploaded_table_is_in_the_address_as_it_was_given(size):
    numbers = np.random.default_rng(0).normal(size=(20, 2)).astype(np.float32) * np.float32(size / 4)
    rows = "\n".join(f"{x},{y},{'cat' if x > 0 else 'a dog'}" for x, y in numbers)
    points = drawn.uploaded(f"x,y,label\n{rows}\n", "pets.csv")
    found = again(points)
    assert found.names == ("a dog", "cat")
    np.testing.assert_allclose(found.places, points.places, atol=1e-12, rtol=6e-8)


def test_more_points_than_an_address_holds_are_left_out_of_it():
    points = spiral(examples=201)
    moved = points.moved(0, 0.5, 0.5)
    assert drawn.written(moved) == {}
    np.testing.assert_array_equal(moved.places[1:], points.places[1:])


def test_a_new_class_needs_a_number_that_there_is():
    points = drawn.beginning().added(0.1, 0.2, 3)
    assert points.names == ("class 0", "class 1", "class 2", "class 3")
    assert points.labels.tolist() == [0, 1, 3]
    with pytest.raises(ConfigError, match="classes 0 to 5; got 6"):
        points.added(0.0, 0.0, 6)


def test_what_is_left_can_be_trained_on():
    points = drawn.beginning().removed(1)
    with pytest.raises(DataError, match="needs at least 2"):
        points.images()
    with pytest.raises(ConfigError, match="at least one point to train on"):
        points.removed(0)
    with pytest.raises(ConfigError, match="points 0 to 0; got 1"):
        points.removed(1)


def test_another_share_is_held_out():
    assert int(spiral().carved(0.5, 0).held.sum()) == 30
    assert not spiral().carved(0.0, 0).held.any()


TOO_MANY, TOO_LARGE = "3,2," + ",".join(["0,0,0"] * 201), "3,2,1,2,9" + "9" * 30


@pytest.mark.parametrize("text", ["", "3", "3,2,1", "3,2,1,2,x", "3,2,1,2,5", "40,2,1,2,0", "3,9,1,2,0", TOO_MANY, TOO_LARGE])
def test_an_address_that_holds_no_points_says_so(text):
    with pytest.raises(ConfigError, match="address"):
        drawn.of_text(text, "")


def test_names_are_as_many_as_classes():
    with pytest.raises(ConfigError, match="2 classes and 3 names"):
        drawn.of_text("1,2,-5,0,0,5,0,1", "a,b,c")


def test_a_table_that_the_plane_cannot_show():
    rows = "\n".join(f"{row},1,class{row}" for row in range(7))
    with pytest.raises(ConfigError, match="7 classes and 7 points; the plane shows up to 6"):
        drawn.uploaded(f"x,y,label\n{rows}\n", "many.csv")
    with pytest.raises(ConfigError, match="beyond a million"):
        drawn.uploaded("x,y,label\n1,1e7,a\n2,2,b\n", "far.csv")
