import numpy as np

from thalweg.faces.lab._plane_history import COLUMNS, MOST, History
from thalweg.run.record import Figures


def figures(loss):
    return Figures.of(loss, 0.5, 0.75)


def test_a_long_training_is_thinned_evenly_and_keeps_both_ends():
    history = History()
    for step in range(5000):
        history.add(step, figures(float(step)), None)
    steps = history.array()[:, 0]
    assert MOST / 2 - 2 <= len(steps) <= MOST
    assert (steps[0], steps[-1]) == (0, 4999)
    gaps = np.diff(steps[:-1])
    assert gaps.min() >= gaps.max() / 2
    np.testing.assert_array_equal(history.array()[:, COLUMNS.index("total")], steps + 0.5)


def test_the_same_step_measured_again_counts_once():
    history = History()
    history.add(3, figures(1.0), None)
    history.add(3, figures(2.0), figures(4.0))
    assert history.array().tolist() == [[3.0, 2.0, 2.5, 0.75, 4.0, 4.5, 0.75]]


def test_going_back_forgets_what_came_later():
    history = History()
    for step in (0, 10, 20, 5):
        history.add(step, figures(1.0), None)
    assert history.array()[:, 0].tolist() == [5.0]
