"""One member diverges, or leaves for another reason: the others' numbers are the same bits as without it (fault F-25)."""

import json
import math
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from thalweg.core.outcome import Ending
from thalweg.core.progress import Silent
from thalweg.run.conduct import drop, first_state
from thalweg.run.recipe import Recipe
from thalweg.run.setting import settle_down
from thalweg.run.state import State

sys.path.insert(0, str(Path(__file__).parent))
from together import spread_out, trained

SCORES = {
    "linear": {"name": "linear"},
    "mlp": {"name": "mlp", "widths": [7]},
    "mlp-dropout": {"name": "mlp", "widths": [7], "dropout": 0.2},
    "mlp-batch-norm": {"name": "mlp", "widths": [7], "batch_norm": True},
    "cnn": {"name": "cnn", "channels": [3]},
}


def population(score, optimiser, poisoned, members=8, **settings):
    base = Recipe.make(**{"score": SCORES[score], "precision": "fp32", "epochs": 2, "batch": 60, "penalty": {"l2": 1e-4}, **settings})
    rates = [0.001 * (1 + index) for index in range(members)]
    if poisoned is not None:
        rates[poisoned] = 1e38
    return spread_out(base, seed=list(range(members)), optimiser=[{"name": optimiser, "rate": rate} for rate in rates])


def alike(one: State, places, two: State, others):
    for tree, other in ((one.params, two.params), (one.buffers, two.buffers), (one.best.params, two.best.params)):
        for name, tensor in tree.items():
            assert torch.equal(tensor[places], other[name][others]), name


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("score", SCORES)
@pytest.mark.parametrize(("optimiser", "poisoned"), [("sgd", 0), ("momentum", 3), ("adam", 7)])
def test_the_others_are_the_same_bits_as_without_it(pictures, threads, score, optimiser, poisoned):
    """Population of 8, one poisoned, against the population of the other 7, tensor by tensor and row by row."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        recipes = population(score, optimiser, poisoned)
        state, kept, _ = trained(pictures, recipes)
        rest = [number for number in range(8) if number != poisoned]
        without, own, _ = trained(pictures, [recipes[number] for number in rest])
    finally:
        torch.set_num_threads(before)
    outcome = state.outcomes[poisoned]
    assert outcome.ending is Ending.DIVERGED
    assert f"(rate {1e38:g})" in outcome.reason
    assert "step" in outcome.reason
    assert state.active == tuple(rest)
    for name, tensor in without.params.items():
        assert torch.equal(state.params[name], tensor), name
    for place, number in enumerate(rest):
        assert state.logs[number] == without.logs[place]
        assert state.outcomes[number] == without.outcomes[place]
        for name, tensor in own.params.items():
            assert torch.equal(kept.params[name][number], tensor[place]), name
    assert all(tensor.isfinite().all() for tensor in kept.params.values())


def test_all_may_diverge_and_the_weights_before_are_kept(pictures):
    recipes = spread_out(
        Recipe.make(epochs=3, batch=60, precision="fp32"), optimiser=[{"name": "sgd", "rate": 1e38}, {"name": "sgd", "rate": 2e38}]
    )
    state, kept, setting = trained(pictures, recipes)
    assert {outcome.ending for outcome in state.outcomes} == {Ending.DIVERGED}
    start = first_state(setting, None)
    for name, tensor in kept.params.items():
        assert torch.equal(tensor, start.params[name])
    assert kept.epochs == (0, 0)


def test_members_stop_early_each_by_its_own_patience(pictures):
    recipes = spread_out(
        Recipe.make(epochs=6, batch=60, precision="fp32"), patience=[1, 3, None, None],
        optimiser=[{"name": "sgd", "rate": rate} for rate in (1e-12,) * 4],
    )  # fmt: skip
    state, kept, _ = trained(pictures, recipes)
    assert [(outcome.ending, outcome.epoch) for outcome in state.outcomes] == [
        (Ending.STOPPED_EARLY, 1), (Ending.STOPPED_EARLY, 3), (Ending.FINISHED, 6), (Ending.FINISHED, 6),
    ]  # fmt: skip
    assert [len(log) for log in state.logs] == [2, 4, 7, 7]
    assert kept.epochs == (0, 0, 0, 0)


def test_who_leaves_early_keeps_the_last_weights_where_these_are_asked_for(pictures):
    recipes = spread_out(
        Recipe.make(epochs=4, batch=60, precision="fp32", keep="last", score=SCORES["mlp"]), patience=[1, None],
        optimiser=[{"name": "sgd", "rate": 1e-12}, {"name": "sgd", "rate": 0.01}],
    )  # fmt: skip
    _, kept, _ = trained(pictures, recipes)
    alone, own, _ = trained(pictures, recipes[0])
    assert kept.epochs == (1, 4)
    assert alone.outcomes[0].ending is Ending.STOPPED_EARLY
    for name, tensor in own.params.items():
        torch.testing.assert_close(kept.params[name][:1], tensor, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("keep", ["best", "last"])
def test_dropping_frees_their_place_and_keeps_their_weights(pictures, keep):
    recipes = population("mlp", "sgd", None, members=5, epochs=4, keep=keep)
    state, _, setting = trained(pictures, recipes, until=2)
    assert state.outcomes == (None,) * 5
    assert state.epoch == 2
    fewer = drop(setting, state, [1, 4], reason="not among the best 3")
    assert fewer.active == (0, 2, 3)
    assert [outcome is not None and outcome.ending is Ending.DROPPED for outcome in fewer.outcomes] == [False, True, False, False, True]
    assert all(len(tensor) == 3 for tensor in fewer.params.values())
    ended, kept, _ = trained(pictures, recipes, state=fewer)
    assert [outcome.ending for outcome in ended.outcomes] == [
        Ending.FINISHED,
        Ending.DROPPED,
        Ending.FINISHED,
        Ending.FINISHED,
        Ending.DROPPED,
    ]
    whole, _, _ = trained(pictures, [recipes[number] for number in (0, 2, 3)])
    for name, tensor in whole.params.items():
        assert torch.equal(ended.params[name], tensor), name
    if keep == "last":
        for name, tensor in state.params.items():
            assert torch.equal(kept.params[name][[1, 4]], tensor[[1, 4]])
        assert kept.epochs == (4, 2, 4, 4, 2)


def test_a_checkpoint_of_a_thinned_population_goes_on_with_the_same_bits(pictures):
    recipes = population("mlp-dropout", "adam", 2, members=4, checkpoint_steps=1, epochs=3)
    saved = []
    whole, kept, _ = trained(pictures, recipes, saved=saved)
    assert whole.outcomes[2].ending is Ending.DIVERGED
    for state in saved[::3]:
        again = State.from_files(state.to_files(), device=torch.device("cpu"))
        rest, own, _ = trained(pictures, recipes, state=again)
        assert rest.logs == whole.logs
        assert rest.outcomes == whole.outcomes
        for name, tensor in kept.params.items():
            assert torch.equal(own.params[name], tensor), name


def test_the_log_of_a_diverged_member_is_strict_json(pictures):
    state, *_ = trained(pictures, population("linear", "sgd", 1, members=2))
    for log in state.logs:
        assert all(math.isfinite(row.train.total) for row in log)
        json.dumps([row.row() for row in log], allow_nan=False)
    assert len(state.logs[1]) == 1


def test_the_setting_follows_who_is_left(pictures):
    recipes = population("linear", "sgd", None, members=3, clip=1.0)
    some = settle_down(recipes, pictures).only([0, 2])
    assert len(some.members) == 2
    assert some.members.seeds == (0, 2)
    assert some.settings["rate"].tolist() == pytest.approx([0.001, 0.003])
    assert len(some.members.clip) == 2


@pytest.mark.parametrize("threads", [1, 2])
def test_weights_that_overflow_at_a_finite_loss_move_nobodys_statistics(pictures, threads):
    """A rate of 1e39 makes the first weights infinite while the loss is finite, so that the culprit is looked for in the gradient."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        base = Recipe.make(score=SCORES["mlp-batch-norm"], precision="fp32", epochs=1, batch=60)
        recipes = spread_out(base, seed=[0, 1, 2], optimiser=[{"name": "sgd", "rate": rate} for rate in (0.1, 0.2, 1e39)])
        state, *_ = trained(pictures, recipes)
        without, *_ = trained(pictures, recipes[:2])
    finally:
        torch.set_num_threads(before)
    assert state.outcomes[2].reason == "the weights layers.0.weight stopped being finite at step 1 (rate 1e+39)"
    for name, tensor in without.buffers.items():
        assert torch.equal(state.buffers[name], tensor), name
    assert state.logs[:2] == without.logs


def test_a_member_that_is_not_finite_at_the_start_leaves_the_others(pictures):
    base = Recipe.make(score={"name": "linear", "scale": 1.0}, precision="fp32", epochs=1, batch=60)
    recipes = spread_out(base, penalty=[[{"name": "l2", "strength": strength}] for strength in (1e-4, 1e39, 1e-3)])
    state, *_ = trained(pictures, recipes)
    assert [outcome.ending for outcome in state.outcomes] == [Ending.FINISHED, Ending.DIVERGED, Ending.FINISHED]
    assert state.logs[1] == ()
    both = spread_out(base, penalty=[[{"name": "l2", "strength": strength}] for strength in (1e39, 2e39)])
    lost, *_ = trained(pictures, both)
    assert {outcome.ending for outcome in lost.outcomes} == {Ending.DIVERGED}


WIDE = {"linear-zero": {"name": "linear", "init": "zero"}, "mlp-batch-norm": {"name": "mlp", "widths": [64], "batch_norm": True}}


@pytest.mark.parametrize("score", WIDE)
def test_at_784_inputs_an_interrupted_population_ends_with_the_same_bits(score):
    """Large enough that two threads share a product, and that one product over all members differs from tiles."""
    from thalweg.core.imageset import ImageSet, Split
    from thalweg.run.signals import Stop

    chance = np.random.default_rng(0)
    rows = np.arange(1024, dtype=np.int64)
    images = ImageSet(
        images=chance.integers(0, 255, (1024, 28, 28, 1), dtype=np.uint8), labels=chance.integers(0, 10, 1024), classes=tuple("0123456789"),
        fingerprint="noise", split=Split(rows[:896], rows[896:], rows[:0]), source="noise",
    )  # fmt: skip
    recipes = spread_out(Recipe.make(score=WIDE[score], precision="fp32", epochs=2, keep="last"), seed=[0, 1, 2])
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        whole, *_ = trained(images, recipes)
        state = None
        for ends in (1, 3, 5, 9):
            stop = Stop()

            class Watch(Silent):
                def advance(self, count=1, **figures):
                    self.steps = getattr(self, "steps", 0) + bool(figures)
                    if self.steps == self.ends:
                        self.stop.signal = 2

            watch = Watch()
            watch.ends, watch.stop = ends if state is None else ends - state.step, stop
            state, *_ = trained(images, recipes, state=state, stop=stop, progress=watch)
            state = State.from_files(state.to_files(), device=torch.device("cpu"))
        rest, *_ = trained(images, recipes, state=state)
    finally:
        torch.set_num_threads(before)
    assert rest.logs == whole.logs
    for name, tensor in whole.params.items():
        assert torch.equal(rest.params[name], tensor), name
