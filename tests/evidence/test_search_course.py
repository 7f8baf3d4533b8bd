import math

import numpy as np
import pytest

from thalweg.core.errors import DataError
from thalweg.evidence.search_course import measure
from thalweg.run.population_record import SearchTrace


def trace(method, losses, *, seed=0, evaluations=None, accuracies=None):
    steps = tuple(evaluations or range(1, len(losses) + 1))
    return SearchTrace(
        method=method, seed=seed, evaluations=steps, losses=tuple(losses), accuracies=tuple(accuracies or (0.0,) * len(losses))
    )


def test_a_search_is_held_at_its_best_so_far_with_the_accuracy_it_has_there():
    (method,) = measure([trace("a", [3.0, 5.0, 2.0, 2.0], accuracies=(0.1, 0.9, 0.3, 0.7))]).methods
    assert method.loss.median == (3.0, 3.0, 2.0, 2.0)
    assert method.accuracy.median == (0.1, 0.1, 0.3, 0.3)


def test_best_so_far_agrees_with_a_loop():
    rng = np.random.default_rng(0)
    losses, shares = rng.normal(size=60).tolist(), rng.uniform(size=60).tolist()
    (method,) = measure([trace("a", losses, accuracies=shares)]).methods
    best = [min(range(k + 1), key=losses.__getitem__) for k in range(60)]
    assert list(method.loss.median) == [losses[k] for k in best]
    assert list(method.accuracy.median) == [shares[k] for k in best]


def test_methods_are_compared_up_to_the_evaluations_that_all_had():
    course = measure([trace("a", [3.0, 2.0, 1.0]), trace("b", [3.0, 2.5], evaluations=(1, 2))])
    assert course.evaluations == 2
    assert {method.name: method.final_loss[1] for method in course.methods} == {"a": 2.0, "b": 2.5}


def test_median_and_ends_over_seeds_worst_method_first_and_the_order_counted_seed_by_seed():
    ends = {"random": (3.0, 2.0, 2.5), "gradient": (1.0, 2.4, 0.5)}
    course = measure([trace(name, [4.0, end], seed=seed) for name, both in ends.items() for seed, end in enumerate(both)])
    assert [(method.name, method.final_loss) for method in course.methods] == [("random", (2.0, 2.5, 3.0)), ("gradient", (0.5, 1.0, 2.4))]
    assert (course.ordered, course.shared) == (2, 3)


def test_seeds_that_not_all_methods_have_do_not_count_for_the_order():
    course = measure([trace("a", [2.0]), trace("a", [2.0], seed=1), trace("b", [1.0])])
    assert (course.ordered, course.shared) == (1, 1)


def test_losses_that_are_not_finite_find_nothing():
    (method,) = measure([trace("a", [math.inf, math.nan, 2.0], accuracies=(0.9, 0.9, 0.5))]).methods
    assert method.loss.median == (None, None, 2.0)
    assert method.accuracy.median == (None, None, 0.5)
    blind = measure([trace("a", [math.nan, math.nan])]).methods[0]
    assert (blind.final_loss, blind.reason) == ((None, None, None), "1 of 1 seeds never found a finite loss")


def test_grids_may_differ_and_a_search_that_has_not_begun_does_not_count():
    (method,) = measure([trace("a", [3.0, 1.0], evaluations=(1, 10)), trace("a", [2.0], evaluations=(5,), seed=1)]).methods
    assert method.evaluations == (1, 5, 10)
    assert (method.loss.low, method.loss.median) == ((3.0, 2.0, 1.0), (3.0, 2.5, 1.5))


def test_wrong_traces_are_refused():
    with pytest.raises(DataError, match="at least one trace"):
        measure([])
    with pytest.raises(DataError, match=r"must ascend; got \(2, 1\)"):
        measure([trace("a", [1.0, 1.0], evaluations=(2, 1))])
    with pytest.raises(DataError, match="a loss and an accuracy for each"):
        measure([trace("a", [1.0, 1.0], evaluations=(1,))])
    with pytest.raises(DataError, match="share no number of evaluations"):
        measure([trace("a", [1.0], evaluations=(1,)), trace("b", [1.0], evaluations=(5,))])
