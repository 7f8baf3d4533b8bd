"""The rate finder against a loop written by hand, against the curvature's prediction, and asked for what cannot be."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from thalweg.core.errors import ConfigError
from thalweg.core.imageset import Split
from thalweg.evidence import rate_band
from thalweg.run.batches import order
from thalweg.run.conduct import first_state
from thalweg.run.rate_finder import find_rate
from thalweg.run.recipe import Recipe
from thalweg.run.setting import settle_down


def read(found):
    return rate_band.measure(found.rates, found.losses, start=found.start, noise=found.noise)


def test_the_losses_are_those_of_a_loop_by_hand(pictures):
    """Two seeds of plain descent in float64, batches of 100 out of 240 in their order, every pass anew, the rate from 1e-3 to 0.1."""
    recipe = Recipe.make(optimiser="sgd", batch=100, precision="fp64", seed=5)
    found = find_rate(pictures, recipe, seeds=2, low=1e-3, high=0.1, steps=20)
    assert found.rates[:2].tolist() == pytest.approx([1e-3, 1e-3 * 100 ** (1 / 19)])
    assert found.seeds == (5, 6)
    setting = settle_down([recipe.with_changes(seed=seed, data_seed=5) for seed in (5, 6)], pictures)
    params = first_state(setting, None).params
    rows = torch.from_numpy(pictures.split.train)
    pieces = [rows[order(240, seed=5, epoch=epoch)].split(100) for epoch in range(8)]
    batches = [setting.batch(piece, step=0) for epoch in pieces for piece in epoch][:21]
    for place in range(2):
        W, b = (params[name][place].clone().requires_grad_() for name in ("weight", "bias"))
        seen = []
        for step, (images, labels, _) in enumerate(batches):
            loss = cross_entropy(images.flatten(1) @ W.T + b, labels)
            seen.append(loss.item())
            slopes = torch.autograd.grad(loss, [W, b])
            rate = found.rates[min(step, 19)]
            W, b = ((tensor - rate * slope).detach().requires_grad_() for tensor, slope in zip((W, b), slopes, strict=True))
        np.testing.assert_allclose(found.losses[place], seen[1:], rtol=1e-9)


def test_divergence_lies_within_a_factor_of_ten_above_what_the_curvature_predicts(pictures):
    """Each rate has one step, so it is seen late; softmax's curvature falls as the scores grow, so it comes late too."""
    found = find_rate(pictures, Recipe.make(optimiser="sgd", batch=0), steps=200, low=1e-3, high=1e3)
    for ramp, predicted, curvature in zip(read(found).ramps, found.predicted, found.curvatures, strict=True):
        assert predicted == pytest.approx(2 / curvature.value)
        assert predicted < ramp.diverged < 10 * predicted


@pytest.mark.slow
@pytest.mark.parametrize(("optimiser", "factor"), [("sgd", 1.0), ("gradient-descent", 1.0), ("momentum", 1.9), ("nesterov", 1.9 / 2.8)])
def test_a_long_climb_on_what_is_nearly_a_quadratic_diverges_at_the_prediction(pictures, optimiser, factor):
    """A strong l2 penalty leaves little else: its curvature, 20, is the same everywhere, and 1200 steps a decade leave little delay."""
    recipe = Recipe.make(optimiser=optimiser, batch=0, penalty={"l2": 10.0}, penalise_biases=True, precision="fp64")
    found = find_rate(pictures, recipe, seeds=1, low=0.03, high=0.3, steps=1200)
    (ramp,), (predicted,), (curvature,) = read(found).ramps, found.predicted, found.curvatures
    assert predicted == pytest.approx(2 * factor / curvature.value)
    assert curvature.value == pytest.approx(20 + 3, rel=0.1)
    assert predicted < ramp.diverged < 1.5 * predicted


def test_the_same_question_has_the_same_answer(pictures):
    recipe = Recipe.make(optimiser="adam", score={"name": "cnn", "channels": [4], "hidden": 0}, augment="flip", schedule="cosine")
    first, second = (find_rate(pictures, recipe, seeds=2, steps=40) for _ in range(2))
    assert first.row() == second.row()
    assert "cosine" in first.notes[0]
    assert first.predicted == (None, None)
    assert "adam" in first.silence


def test_a_seed_does_not_depend_on_who_else_climbs(pictures):
    recipe = Recipe.make(optimiser="momentum")
    alone = find_rate(pictures, recipe.with_changes(seed=1, data_seed=0), seeds=1, steps=60)
    both = find_rate(pictures, recipe, seeds=2, steps=60)
    np.testing.assert_allclose(alone.losses[0], both.losses[1], rtol=1e-4)
    np.testing.assert_allclose(alone.start, both.start[1:], rtol=1e-6)


def test_lost_seeds_end_the_ramp(pictures):
    found = find_rate(pictures, Recipe.make(optimiser="sgd"), steps=100, low=1.0, high=1e12)
    assert np.isnan(found.losses[:, -1]).all()
    assert np.isfinite(found.losses[:, 0]).all()
    band = read(found)
    assert band.suggestion is None
    assert band.reason


def test_too_low_rates_are_never_mistaken_for_a_band(pictures):
    band = read(find_rate(pictures, Recipe.make(optimiser="sgd"), low=1e-9, high=1e-6, steps=30))
    assert band.suggestion is None
    assert "never fell" in band.reason


def test_noise_is_that_of_the_batches_and_none_on_the_whole_set(pictures):
    recipe = Recipe.make(optimiser="sgd", batch=10)
    assert find_rate(pictures, recipe.with_changes(batch=0), seeds=1, steps=20, high=0.1).noise == 0
    found = find_rate(pictures, recipe, seeds=1, steps=20, high=0.1)
    setting = settle_down(recipe, pictures)
    params = first_state(setting, None).params
    pieces = torch.from_numpy(pictures.split.train)[torch.randperm(240)].split(10)
    losses = [
        cross_entropy(images.flatten(1) @ params["weight"][0].T + params["bias"][0], labels).item()
        for images, labels, _ in (setting.batch(rows, step=0) for rows in pieces)
    ]
    assert found.noise == pytest.approx(np.std(losses, ddof=1), rel=0.5)  # 24 batches each: a seventh of it is one deviation of the ratio
    assert found.start[0] == pytest.approx(np.mean(losses), rel=0.01)


def test_one_example_is_enough(pictures):
    split = pictures.split
    lone = replace(pictures, split=Split(split.train[:1], split.validation, split.test))
    found = find_rate(lone, Recipe.make(optimiser="sgd"), seeds=1, steps=40)
    assert found.batch == found.examples == 1
    assert read(found).ramps


@pytest.mark.parametrize(
    ("settings", "asked", "words"),
    [
        ({"optimiser": "random-search"}, {}, "optimiser 'random-search' has no rate to find; choose one that has: .*sgd"),
        ({}, {"seeds": 0}, "seeds must be at least 1; got 0"),
        ({}, {"steps": 19}, r"steps must be a whole number in \[20, 100000\]; got 19"),
        ({}, {"low": 2.0, "high": 1.0}, "0 < low < high; got 2 and 1"),
        ({}, {"low": 0.0}, "0 < low < high"),
        ({"start": "runs/x"}, {}, "leave out --from"),
    ],
)
def test_what_cannot_be_asked(pictures, settings, asked, words):
    with pytest.raises(ConfigError, match=words):
        find_rate(pictures, Recipe.make(**settings), **asked)
