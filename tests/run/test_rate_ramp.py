"""The loop with another schedule, watched: the rate it steps with and what it tells."""

import pytest

from thalweg.core.progress import Silent
from thalweg.run.conduct import first_state
from thalweg.run.loop import Loop
from thalweg.run.recipe import Recipe
from thalweg.run.setting import settle_down
from thalweg.run.signals import Stop


def test_a_schedule_takes_the_place_of_the_recipes_and_every_step_is_told(pictures):
    setting = settle_down(Recipe.make(optimiser="sgd", schedule="cosine", batch=100), pictures)
    seen = []
    loop = Loop(
        setting, save=lambda _: None, log=lambda *_: None, stop=Stop(), progress=Silent(), clock=lambda: 0.0,
        schedule=lambda step: 2.0**step, watch=lambda state, info: seen.append((state.step, info["loss"].item())),
    )  # fmt: skip
    state, rates, lowest = first_state(setting, None), [], []
    for batches in loop.batches(state):
        before = state.params["weight"]
        _, slope = loop.setting.objective(batches, {}, step=0).value_and_gradient(state.params)
        state, loss = loop.step(state, batches)
        moved, rate = before - state.params["weight"], state.rates[0]
        assert (moved - rate * slope["weight"]).abs().max() < 1e-6
        rates.append(rate)
        lowest.append(loss)
    assert rates == pytest.approx([0.1, 0.2, 0.4])
    assert seen == list(enumerate(lowest))
