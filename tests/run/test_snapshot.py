"""Snapshots: a training's weights at an instant, against the run that they become."""

import numpy as np
import pytest
import torch

from thalweg.core.progress import Silent
from thalweg.images import load
from thalweg.run.conduct import first_state
from thalweg.run.recipe import Recipe
from thalweg.run.setting import settle_down
from thalweg.run.snapshot import answers_of, model_of, pictures_of
from thalweg.run.train import train


@pytest.fixture(scope="module")
def digits():
    return load("digits")


SCORES = [{"name": "linear"}, {"name": "mlp", "widths": (16,)}, {"name": "cnn", "channels": (4,)}]


@pytest.mark.parametrize("score", SCORES, ids=lambda score: score["name"])
def test_a_snapshot_of_what_a_run_kept_is_its_model(digits, score):
    recipe = Recipe.make(score=score, prepare=("standardise",), epochs=1, keep="last", precision="fp32")
    run = train(digits, recipe)
    setting = settle_down(recipe, digits)
    model = model_of(setting, run.start.params, run.start.buffers)
    rows = digits.split.test
    assert np.allclose(model.scores(digits.images[rows]), run.scores(digits.images[rows]), atol=1e-5)
    answers = answers_of(setting, "test", run.start.params, run.start.buffers)
    assert answers.rows.tolist() == rows.tolist()
    assert np.allclose(answers.scores, run.scores(digits.images[rows]), atol=1e-3)
    assert np.allclose(answers.losses, run.losses(answers.scores, digits.labels[rows]))
    assert (answers.predicted == answers.labels).mean() == pytest.approx(run.figures["test"].accuracy)


def test_the_settings_own_module_stays_as_it_is(digits):
    setting = settle_down(Recipe.make(score="linear", epochs=1), digits)
    state, before = first_state(setting, None), setting.module.weight.detach().clone()
    model_of(setting, {name: tensor + 1 for name, tensor in state.params.items()}, state.buffers)
    assert torch.equal(setting.module.weight, before)


def test_raw_pixels_times_template_plus_bias_is_the_score(digits):
    setting = settle_down(Recipe.make(score="linear", prepare=("standardise",), epochs=1), digits)
    state = first_state(setting, None)
    shown = pictures_of(model_of(setting, state.params, state.buffers), digits, np.array([3, 5]))
    by_hand = shown.images.reshape(2, -1).astype(np.float64) @ shown.first_weight.T + shown.first_bias
    assert np.allclose(by_hand, shown.scores(torch.tensor(shown.images).float()).detach().numpy(), atol=1e-5)
    assert shown.linear
    assert shown.labels.tolist() == digits.labels[[3, 5]].tolist()


def test_the_sample_of_a_loop_is_of_the_training_part_and_the_same_again(digits):
    from thalweg.run.loop import Loop
    from thalweg.run.signals import Stop

    setting = settle_down(Recipe.make(score="linear", epochs=1), digits)

    def loop(sample):
        return Loop(setting, save=lambda _: None, log=lambda *_: None, stop=Stop(), progress=Silent(), clock=lambda: 0.0, sample=sample)

    rows = loop(100).sample.part.rows
    assert len(set(rows.tolist())) == 100
    assert set(rows.tolist()) <= set(digits.split.train.tolist())
    assert torch.equal(rows, loop(100).sample.part.rows)
    state = first_state(setting, None)
    assert loop(10**6).sample is None
    assert loop(10**6).figures(state.params, {})["train"] == loop(None).figures(state.params, {})["train"]
    assert loop(100).figures(state.params, {})["train"] != loop(None).figures(state.params, {})["train"]
