import numpy as np
import pytest

from thalweg.run.surface_ending import ending
from thalweg.run.surface_landscape import landscape
from thalweg.run.surface_record import Finish


def ended(words, path, *, kind="not critical", diverged=None, values=None, angle=0):
    points = np.array(path, dtype=np.float64)
    heights = np.zeros(len(points)) if values is None else np.array(values, dtype=np.float64)
    return ending(points, heights, diverged, landscape(words, angle=angle), kind=kind)


def test_a_minimum_is_reached_where_the_path_stays_near_not_where_it_passes():
    passing = [[-1.0, 0.0], [0.0, 0.0], [1.0, 0.0], [0.005, 0.0], [0.0, -0.005]]
    assert str(ended("quadratic", passing)) == "reached the minimum at step 3"
    assert ended("quadratic", passing[:3]).finish is Finish.UNDERWAY


def test_known_minima_turn_with_the_surface():
    assert ended("double-well", [[0.0, 1.6], [0.0, 1.0]], angle=90).finish is Finish.LOCAL
    assert ended("double-well", [[0.0, 1.6], [0.0, -1.2]], angle=90).finish is Finish.REACHED


def test_a_minimum_that_nobody_listed_counts_as_local():
    assert str(ended("rastrigin", [[2.2, 2.0], [2.98, 1.99]], kind="minimum")) == "reached a local minimum at step 1"


@pytest.mark.parametrize("kind", ["saddle", "maximum", "degenerate"])
def test_a_critical_point_that_is_no_minimum_is_where_one_is_stuck(kind):
    assert str(ended("himmelblau", [[1.0, 1.0], [0.0, 0.0], [0.0, 0.0]], kind=kind)) == "stuck at step 1"


def test_the_finish_counts_from_the_first_step_below_it():
    path, values = [[1.0, 0.1], [0.5, 0.9], [0.2, 1.2]], [0.4, -0.5, -0.7]
    assert str(ended("saddle", path, values=values)) == "left the saddle at step 1"


def test_divergence_says_when():
    assert str(ended("quadratic", [[1.0, 1.0]] * 3, diverged=2)) == "diverged at step 2"
