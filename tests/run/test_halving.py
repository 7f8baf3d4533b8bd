"""Successive halving: the plan by hand, its budget, and who goes on."""

import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thalweg.core.errors import ConfigError
from thalweg.run.halving import Rung, budget, grid_budget, plan, survivors


def rows(rungs: tuple[Rung, ...]) -> list[tuple[int, int, int]]:
    return [(rung.epochs, rung.members, rung.keep) for rung in rungs]


def test_the_plan_of_the_paper() -> None:
    """Li et al., table 1: R = 81, eta = 3, s = 4 has n = 81, 27, 9, 3, 1 at r = 1, 3, 9, 27, 81."""
    assert rows(plan(81, epochs=81)) == [(1, 81, 27), (3, 27, 9), (9, 9, 3), (27, 3, 1), (81, 1, 1)]
    assert budget(plan(81, epochs=81)) == 81 + 27 * 2 + 9 * 6 + 3 * 18 + 54 == 297
    assert grid_budget(plan(81, epochs=81)) == 6561


def test_plans_by_hand() -> None:
    assert rows(plan(10, epochs=10)) == [(1, 10, 3), (3, 3, 1), (10, 1, 1)]
    assert rows(plan(8, epochs=8, factor=2)) == [(1, 8, 4), (2, 4, 2), (4, 2, 1), (8, 1, 1)]
    assert rows(plan(100, epochs=10, least=5)) == [(10, 100, 100)]  # 10 / 3 is below 5: nobody can be cut
    assert rows(plan(100, epochs=27, least=3)) == [(3, 100, 33), (9, 33, 11), (27, 11, 11)]
    assert rows(plan(2, epochs=50)) == [(50, 2, 2)]
    assert rows(plan(5, epochs=81)) == [(27, 5, 1), (81, 1, 1)]


@settings(deadline=None)
@given(members=st.integers(1, 500), epochs=st.integers(1, 200), factor=st.integers(2, 5), least=st.integers(1, 200))
def test_every_plan_ends_with_all_epochs_and_costs_no_more_than_a_grid(members: int, epochs: int, factor: int, least: int) -> None:
    if least > epochs:
        with pytest.raises(ConfigError, match="first epochs must be"):
            plan(members, epochs=epochs, factor=factor, least=least)
        return
    rungs = plan(members, epochs=epochs, factor=factor, least=least)
    assert (rungs[0].members, rungs[-1].epochs) == (members, epochs)
    assert rungs[0].epochs >= least
    assert all(a.epochs < b.epochs and a.keep == b.members < a.members for a, b in pairwise(rungs))
    assert rungs[-1].keep == rungs[-1].members >= 1
    assert budget(rungs) <= grid_budget(rungs) == members * epochs
    assert rungs[-1].members < factor or rungs[0].epochs < factor * least  # as many cuts as there can be


def test_the_best_go_on_and_the_diverged_never() -> None:
    assert survivors([0.5, 0.9, 0.7], 2) == (1, 2)
    assert survivors([0.5, 0.5, 0.5, 0.5], 2) == (0, 1)
    assert survivors([math.nan, None, 0.1], 2) == (2,)
    assert survivors([math.nan, None], 1) == ()
    assert survivors([0.1, -math.inf, math.inf], 2) == (0, 2)
    assert survivors([(0.9, -0.5), (0.9, -0.4), (0.8, -0.1), (0.95, math.nan)], 1) == (1,)
    assert survivors([], 3) == ()


@settings(deadline=None)
@given(scores=st.lists(st.none() | st.floats(allow_infinity=False)), keep=st.integers(0, 20))
def test_nobody_left_out_is_better_than_who_goes_on(scores: list[float | None], keep: int) -> None:
    kept = survivors(scores, keep)
    able = {place: score for place, score in enumerate(scores) if score is not None and not math.isnan(score)}
    assert len(kept) == min(keep, len(able))
    assert list(kept) == sorted(set(kept))
    left_out = set(able) - set(kept)
    assert all(able[out] < able[inside] or (able[out] == able[inside] and out > inside) for out in left_out for inside in kept)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"members": 0, "epochs": 3}, "at least one member; got 0"),
        ({"members": 3, "epochs": 3, "factor": 1}, "factor must be a whole number of at least 2.*got 1"),
        ({"members": 3, "epochs": 3, "least": 4}, r"in \[1, 3\].*got 4"),
        ({"members": 3, "epochs": 0}, "got 1"),
    ],
)
def test_errors(given: dict[str, int], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        plan(given.pop("members"), **given)
