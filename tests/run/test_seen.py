"""Who looks on after an epoch sees every member by its number, its new row, and the weights that the row is of."""

import numpy as np
import pytest

from thalweg.images import load
from thalweg.run.population import Member, plan, train_members
from thalweg.run.recipe import Recipe
from thalweg.run.train import train


@pytest.fixture(scope="module")
def digits():
    return load("digits")


def test_a_run_is_seen_after_every_epoch_with_its_weights(digits):
    found = []
    run = train(digits, Recipe(epochs=2, keep="last"), see=found.append)
    assert tuple(row for seen in found for _, row in seen.rows) == run.metrics
    assert np.array_equal(found[-1].model(0).scores(digits.images[:5]), run.scores(digits.images[:5]))
    assert found[1].log(0) == run.metrics[:2]


def test_members_are_seen_by_their_number_also_when_others_have_left(digits):
    rates = (0.01, 3e38, 0.1)  # the second diverges
    members = [Member(Recipe(epochs=2, optimiser={"name": "sgd", "rate": rate})) for rate in rates]
    found = []
    (trained,) = train_members(plan(members, digits), digits, see=found.append)
    told = {}
    for seen in found:
        for place, row in seen.rows:
            told.setdefault(seen.number(place), []).append(row)
            assert seen.setting.members.recipes[place].optimiser.knobs["rate"] == rates[seen.number(place)]
    assert {number: tuple(rows) for number, rows in told.items()} == {result.number: result.rows for result in trained.results}
    assert [len(told[number]) for number in range(3)] == [3, 1, 3]
