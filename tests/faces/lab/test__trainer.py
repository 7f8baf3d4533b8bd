from dataclasses import replace

import numpy as np
import pytest
import torch

import thalweg as tw
from thalweg.core.errors import ConfigError
from thalweg.faces.lab._settings import Menu, settled
from thalweg.faces.lab._trainer import Trainer

MENU = Menu(offered={"score": ("linear", "mlp"), "loss": ("softmax", "svm-sum"), "optimiser": ("momentum", "adam", "sgd")})


def recipe(**words):
    return settled(words, MENU, {"data": {"source": "spiral"}, "prepare": (), "epochs": 100}).recipe


@pytest.fixture
def spiral():
    return tw.load("spiral", examples=60)


def taken(trainer, steps):
    for _ in range(steps):
        assert trainer.step()
    return trainer


def equal(one, other):
    return all(torch.equal(one.state.params[name], other.state.params[name]) for name in one.state.params)


@pytest.mark.parametrize("score", ["linear", "mlp"])
def test_steps_are_those_of_train(spiral, score):
    asked = recipe(score=score, batch="16", rate="0.05")
    trainer = Trainer(spiral, asked)
    taken(trainer, 3 * trainer.steps_an_epoch)
    run = tw.train(spiral, recipe=asked.with_changes(epochs=3, keep="last"))
    ours, theirs = trainer.figures(), run.figures["train"]
    assert (ours.loss, ours.accuracy) == (theirs.loss, theirs.accuracy)


def test_rewound_it_goes_the_same_way(spiral):
    trainer = taken(Trainer(spiral, recipe(score="mlp", batch="16")), 7)
    there = trainer.state.params
    trainer.rewind()
    assert trainer.state.step == 0
    taken(trainer, 7)
    assert all(torch.equal(there[name], trainer.state.params[name]) for name in there)


def test_the_rate_changes_under_way_and_memory_stays(spiral):
    trainer = taken(Trainer(spiral, recipe(rate="0.05")), 5)
    weights, velocity = trainer.state.params["weight"], trainer.state.optimiser["velocity"]
    trainer.change(spiral, recipe(rate="0.1"))
    assert torch.equal(trainer.state.params["weight"], weights)
    assert trainer.state.optimiser["velocity"] is velocity
    gradient = trainer.gradient(trainer.state)["weight"]
    trainer.step()
    expected = weights - 0.1 * (0.9 * velocity["weight"] + gradient)
    torch.testing.assert_close(trainer.state.params["weight"], expected)


def test_another_optimiser_begins_without_memory(spiral):
    trainer = taken(Trainer(spiral, recipe()), 5)
    weights = trainer.state.params["weight"]
    trainer.change(spiral, recipe(optimiser="adam"))
    assert torch.equal(trainer.state.params["weight"], weights)
    assert "velocity" not in trainer.state.optimiser
    assert trainer.step()


def test_another_score_or_seed_begins_anew(spiral):
    trainer = taken(Trainer(spiral, recipe()), 5)
    trainer.change(spiral, recipe(seed="1"))
    assert (trainer.state.step, trainer.last) == (0, None)
    taken(trainer, 2)
    trainer.change(spiral, recipe(score="mlp", widths="4"))
    assert trainer.state.step == 0
    assert equal(trainer, Trainer(spiral, recipe(score="mlp", widths="4")))


def test_a_moved_point_changes_the_loss_and_not_the_weights(spiral):
    trainer = taken(Trainer(spiral, recipe()), 5)
    weights, before = trainer.state.params, trainer.figures().loss
    pixels = spiral.images.copy()
    pixels[spiral.split.train[0]] = 3.0
    trainer.change(replace(spiral, images=pixels), trainer.recipe)
    assert torch.equal(trainer.state.params["weight"], weights["weight"])
    weight, bias = weights["weight"][0].double().numpy(), weights["bias"][0].double().numpy()
    rows = spiral.split.train
    scores = pixels[rows].reshape(-1, 2).astype(np.float64) @ weight.T + bias
    chances = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    assert trainer.figures().loss == pytest.approx(-np.log(chances[np.arange(len(rows)), spiral.labels[rows]]).mean(), rel=1e-5)
    assert trainer.figures().loss != before


def test_what_does_not_go_together_changes_nothing(spiral):
    trainer = taken(Trainer(spiral, recipe()), 3)
    state, setting = trainer.state, trainer.setting
    with pytest.raises(ConfigError):
        trainer.change(spiral, trainer.recipe.with_changes(optimiser="exact"))
    assert (trainer.state, trainer.setting) == (state, setting)
    assert trainer.step()


def test_a_number_put_by_hand(spiral):
    trainer = taken(Trainer(spiral, recipe()), 3)
    before = trainer.state.params["weight"]
    trainer.put("weight", (1, 0), 2.5)
    assert trainer.state.params["weight"][0, 1, 0] == 2.5
    assert before[0, 1, 0] != 2.5
    assert trainer.last is None


def test_divergence_stops_at_the_last_finite_weights(spiral):
    trainer = Trainer(spiral, recipe(optimiser="sgd", loss="softmax", rate="1e38", score="mlp"))
    while trainer.step():
        assert trainer.state.step < 50
    assert trainer.diverged
    assert "rate" in trainer.failed
    assert all(tensor.isfinite().all() for tensor in trainer.state.params.values())
    trainer.rewind()
    assert not trainer.diverged


def test_the_step_just_made_is_kept(spiral):
    trainer = taken(Trainer(spiral, recipe(optimiser="sgd", batch="8", rate="0.5")), 4)
    gradient = trainer.gradient(trainer.last.before, trainer.last.batches)["weight"]
    torch.testing.assert_close(trainer.last.before.params["weight"] - 0.5 * gradient, trainer.last.after.params["weight"])
