import math

import pytest
import torch

from thalweg.run.members import gather_members
from thalweg.run.recipe import Recipe

BASE = Recipe.make(optimiser={"name": "adam", "rate": 0.1}, loss={"name": "svm-sum", "margin": 2.0}, penalty={"l2": 0.5})


def gathered(recipes, own=None):
    return gather_members(recipes, penalised=frozenset({"weight"}), dtype=torch.float64, device=torch.device("cpu"), own=own)


def test_a_lone_member_keeps_plain_numbers_but_for_the_optimisers():
    one = gathered([BASE])
    assert one.settings["rate"].tolist() == [0.1]
    assert one.loss == {"margin": 2.0}
    assert one.penalties.entries[0][1] == {"strength": 0.5, "half": False}
    assert one.clip is None
    assert gathered([BASE.with_changes(clip=3.0)]).clip == 3.0


def test_numbers_are_stacked_and_zeros_of_all_stay_plain():
    recipes = [
        BASE.with_changes(seed=k, data_seed=0, loss={"name": "svm-sum", "margin": 1.0 + k}, clip=None if k else 0.5) for k in range(3)
    ]
    three = gathered(recipes)
    assert three.seeds == (0, 1, 2)
    assert three.loss["margin"].tolist() == [[1.0], [2.0], [3.0]]
    assert three.penalties.entries[0][1]["strength"].tolist() == [0.5] * 3
    assert three.penalties.entries[0][1]["half"] is False
    assert three.clip.tolist() == [0.5, math.inf, math.inf]
    assert gathered([Recipe(seed=k, data_seed=0) for k in range(2)]).loss == {"smoothing": 0.0}


def test_some_of_them():
    own = torch.eye(3, dtype=torch.bool)
    recipes = [BASE.with_changes(seed=k, data_seed=0, clip=1.0 + k) for k in range(3)]
    some = gathered(recipes, own).only([2, 0])
    assert some.seeds == (2, 0)
    assert some.clip.tolist() == [3.0, 1.0]
    assert some.own.tolist() == [[False, False, True], [True, False, False]]
    assert len(some.only([1])) == 1


def test_schedules_that_are_equal_are_computed_once_and_multiply():
    cut = [{"name": "step", "every": 1, "factor": 0.5}]
    recipes = [BASE.with_changes(schedule=[*cut, {"name": "exponential", "decay": decay}]) for decay in (0.5, 1.0, 0.5)]
    assert gathered(recipes).factors(2, 10, 2) == pytest.approx((0.25, 0.5, 0.25))
    assert gathered(recipes[:1] + recipes[2:]).factors(2, 10, 2) == pytest.approx((0.25,)), "one number where all have the same"
