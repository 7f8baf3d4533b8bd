"""The lecture's experiment: its order, its counting, its courses against loops by hand, and its tuning."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from thalweg.core.errors import ConfigError
from thalweg.core.imageset import Split
from thalweg.evidence import search_course
from thalweg.run.conduct import first_state
from thalweg.run.recipe import Recipe
from thalweg.run.search_experiment import GRID, WAYS, search
from thalweg.run.setting import settle_down

FIXED = {"random-search": {"scale": 0.1}, "local-search": {"rate": 0.03}, "gradient-descent": {"rate": 0.5}}


def ends(found, method):
    return {trace.seed: min(trace.losses) for trace in found.traces if trace.method == method}


@pytest.mark.slow
def test_guessing_is_worse_than_trying_nearby_is_worse_than_following_the_gradient(pictures):
    """In at least 19 of 20 seeds, at 300 evaluations, every step size tuned with as many tries."""
    found = search(pictures, Recipe.make(), evaluations=300, seeds=20)
    course = search_course.measure(found.traces, chance=found.chance)
    assert [method.name for method in course.methods] == list(WAYS)
    assert course.shared == 20
    assert course.ordered >= 19
    accuracies = [method.final_accuracy[1] for method in course.methods]
    assert accuracies == sorted(accuracies)
    assert accuracies[-1] > 0.85


def test_evaluations_are_counted_the_same_for_all(pictures):
    """The first weights are one evaluation; 100 more are 4 steps of 25 guesses, 100 steps nearby, 50 along the gradient at 2 each."""
    found = search(pictures, Recipe.make(), evaluations=101, seeds=2, settings=FIXED)
    assert [(method.name, method.cost) for method in found.methods] == [("random-search", 25), ("local-search", 1), ("gradient-descent", 2)]
    for trace in found.traces:
        assert (trace.evaluations[0], trace.evaluations[-1]) == (1, 101)
    guesses = next(trace for trace in found.traces if trace.method == "random-search")
    assert guesses.evaluations == (1, 26, 51, 76, 101)
    dear = search(pictures, Recipe.make(), evaluations=101, seeds=1, settings=FIXED, gradient_cost=20)
    assert dear.traces[-1].evaluations == (1, 21, 41, 61, 81, 101)
    net = search(pictures, Recipe.make(score={"name": "mlp", "widths": [8]}), evaluations=10, seeds=1, settings=FIXED)
    assert net.methods[-1].cost == 3


def test_following_the_gradient_is_the_loop_by_hand(pictures):
    found = search(pictures, Recipe.make(precision="fp64", seed=3), evaluations=21, seeds=2, settings=FIXED)
    setting = settle_down(Recipe.make(precision="fp64", seed=4, data_seed=3), pictures)
    params = first_state(setting, None).params
    W, b = (params[name][0].clone() for name in ("weight", "bias"))
    parts = {
        name: [part.flatten(1) if part.ndim > 1 else part for part in next(setting.whole(name).chunks())[:2]] for name in ("train", "test")
    }
    trace = found.traces[-1]
    assert trace.seed == 4
    for place in range(11):
        loss = cross_entropy(parts["train"][0] @ W.T + b, parts["train"][1])
        hits = (parts["test"][0] @ W.T + b).argmax(1) == parts["test"][1]
        assert trace.losses[place] == pytest.approx(loss.item(), rel=1e-9)
        assert trace.accuracies[place] == pytest.approx(hits.double().mean().item())
        scores = torch.softmax(parts["train"][0] @ W.T + b, 1) - torch.eye(10, dtype=torch.float64)[parts["train"][1]]
        W, b = W - 0.5 * scores.T @ parts["train"][0] / 240, b - 0.5 * scores.mean(0)


def test_searches_never_get_worse_and_all_methods_begin_alike(pictures):
    found = search(pictures, Recipe.make(), evaluations=60, seeds=3, settings=FIXED)
    for trace in found.traces:
        if trace.method != "gradient-descent":
            assert (np.diff(trace.losses) <= 1e-6).all()
    firsts = [[trace.losses[0] for trace in found.traces if trace.method == way] for way in WAYS]
    np.testing.assert_allclose(firsts, [firsts[0]] * 3, rtol=1e-6)


@pytest.mark.slow
def test_the_step_size_is_the_best_of_those_tried_on_a_seed_of_its_own(pictures):
    recipe = Recipe.make(seed=10)
    found = search(pictures, recipe, evaluations=50, seeds=2)
    for method in found.methods:
        assert len(method.tried) == len(GRID)
        best = min((each for each in method.tried if each.objective is not None), key=lambda each: each.objective)
        assert method.settings[method.knob] == best.value
        given = {name: dict(FIXED[name]) for name in WAYS} | {method.name: dict(method.settings)}
        again = search(pictures, recipe.with_changes(seed=12, data_seed=10), evaluations=50, seeds=1, settings=given)
        assert ends(again, method.name)[12] == pytest.approx(best.objective, rel=1e-4)
    assert found.tuning_evaluations == len(GRID) * 50
    assert found.row() == search(pictures, recipe, evaluations=50, seeds=2).row()


def test_a_method_that_diverges_keeps_what_it_had(pictures):
    """At a rate of 1e38 the weights overflow at once: the course goes on to the last evaluation, without figures."""
    wild = {**FIXED, "gradient-descent": {"rate": 1e38}}
    found = search(pictures, Recipe.make(loss="svm-sum-squared"), evaluations=40, seeds=2, settings=wild)
    lost = [trace for trace in found.traces if trace.method == "gradient-descent"]
    assert all(trace.evaluations[-1] == 39 and np.isnan(trace.losses[-1]) for trace in lost)
    course = search_course.measure(found.traces)
    assert course.evaluations == 39
    assert all(min(trace.losses[:-1]) == trace.losses[0] for trace in lost)
    kept = next(method for method in course.methods if method.name == "gradient-descent")
    assert kept.final_loss[1] == pytest.approx(np.median([trace.losses[0] for trace in lost]))


def test_a_subset_is_fixed_and_said(pictures):
    found = search(pictures, Recipe.make(), evaluations=10, seeds=1, subset=50, settings=FIXED)
    assert (found.examples, found.available, found.part, found.measured) == (50, 240, "test", 80)
    split = pictures.split
    lone = replace(pictures, split=Split(split.train[:1], split.validation[:0], split.test[:0]))
    one = search(lone, Recipe.make(), evaluations=10, seeds=1, settings=FIXED)
    assert (one.examples, one.part, one.measured) == (1, "train", 1)


@pytest.mark.parametrize(
    ("settings", "asked", "words"),
    [
        ({}, {"evaluations": 0}, r"evaluations must be a whole number in \[10, 1000000\]; got 0"),
        ({}, {"seeds": 0}, "seeds must be at least 1"),
        ({}, {"subset": 0}, "subset must be at least 1"),
        ({}, {"gradient_cost": 1000}, r"gradient_cost must be a whole number in \[1, 999\]; got 1000"),
        ({}, {"settings": {"local-serch": {}}}, "Did you mean 'local-search'"),
        ({}, {"settings": {"local-search": {"rat": 1.0}}}, "Did you mean 'rate'"),
        ({"penalty": "l1"}, {}, "'l1' is not smooth"),
        ({"start": "runs/x"}, {}, "leave out --from"),
    ],
)
def test_what_cannot_be_asked(pictures, settings, asked, words):
    with pytest.raises(ConfigError, match=words):
        search(pictures, Recipe.make(**settings), **asked)
