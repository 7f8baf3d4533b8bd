"""The exact solver against scikit-learn, brute force and hand-made cases; what it proves is checked from outside."""

import math

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from thalweg.core.convex import Convex
from thalweg.core.errors import ConfigError
from thalweg.core.outcome import Ending
from thalweg.core.progress import Silent
from thalweg.core.subject import LinearProblem
from thalweg.core.truncated_newton import FEWEST, improve
from thalweg.images import load
from thalweg.loss import LOSSES
from thalweg.optimise.exact import ENTRY
from thalweg.penalty import PENALTIES
from thalweg.run.conduct import first_state, run_to_the_end
from thalweg.run.recipe import Recipe
from thalweg.run.setting import settle_down
from thalweg.run.signals import Stop
from thalweg.run.state import State
from thalweg.run.train import train

CLASSES = 3


def examples(number=60, inputs=4, seed=1):
    random = np.random.default_rng(seed)
    labels = np.arange(number) % CLASSES
    centres = random.normal(size=(CLASSES, inputs))
    return centres[labels] + random.normal(size=(number, inputs)), labels


def problem(loss="softmax", strengths=None, pixels=None, labels=None, biases=False, **knobs):
    if pixels is None:
        pixels, labels = examples()
    entry = LOSSES.get(loss)
    penalties = [
        (PENALTIES.get(name), {**PENALTIES.get(name).defaults(), "strength": value}) for name, value in (strengths or {"l2": 0.01}).items()
    ]
    return LinearProblem(
        pixels=torch.as_tensor(np.asarray(pixels), dtype=torch.float64), labels=torch.as_tensor(labels), loss=entry,
        knobs={**entry.defaults(), **knobs}, penalties=penalties, penalise_biases=biases,
    )  # fmt: skip


def solved(given, gap=1e-6, iterations=400):
    convex = Convex.of(given)
    start = torch.zeros(int(given.labels.max()) + 1, given.pixels.shape[1] + 1, dtype=torch.float64)
    return convex, improve(convex, start, gap=gap, iterations=iterations, fresh=True)


def objective(convex, weights):
    weights = torch.as_tensor(weights, dtype=torch.float64)
    return convex.primal(convex.design.scores(weights), weights)


def test_softmax_is_where_scikit_learn_ends():
    pixels, labels = examples()
    convex, found = solved(problem(pixels=pixels, labels=labels), gap=1e-10)
    peer = LogisticRegression(C=1 / (2 * 0.01 * len(labels)), tol=1e-10, max_iter=5000).fit(pixels, labels)
    theirs = np.column_stack([peer.coef_, peer.intercept_])
    assert found.proof.primal == pytest.approx(objective(convex, theirs), rel=1e-9)
    torch.testing.assert_close(found.weights[:, :-1], torch.as_tensor(peer.coef_), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("loss", "settings"),
    [
        ("svm-max", {"multi_class": "crammer_singer"}),
        ("svm-ova", {"loss": "hinge"}),
        ("svm-ova-squared", {"loss": "squared_hinge"}),
    ],
)
def test_hinges_are_where_liblinear_ends(loss, settings):
    """Without intercept, on data with a column of ones whose weight is penalised as liblinear does; our bias is penalised and so in it."""
    pixels, labels = examples()
    convex, found = solved(problem(loss, pixels=pixels, labels=labels, biases=True), gap=1e-5)
    wide = np.column_stack([pixels, np.ones(len(labels))])
    peer = LinearSVC(C=1 / (2 * 0.01 * len(labels)), fit_intercept=False, tol=1e-8, max_iter=200_000, random_state=0, **settings)
    theirs = objective(convex, peer.fit(wide, labels).coef_)
    assert found.proof.relative <= 1e-5
    assert theirs >= found.proof.lower
    assert found.proof.primal == pytest.approx(theirs, rel=2e-5)


@pytest.mark.parametrize(
    "loss", [pytest.param(each.name, marks=[pytest.mark.slow] if each.dual.kinked else []) for each in LOSSES if each.dual is not None]
)
@pytest.mark.parametrize("strengths", [{"l2": 0.01}, {"elastic": 0.02}, {"l1": 0.01}, {"l1": 0.01, "l2": 0.01}], ids=str)
def test_the_gap_asked_for_is_proved_and_nothing_nearby_is_better(loss, strengths):
    convex, found = solved(problem(loss, strengths), gap=1e-4)
    assert found.proof.relative <= 1e-4
    assert found.proof.primal == pytest.approx(objective(convex, found.weights), rel=1e-12)
    random = torch.Generator().manual_seed(0)
    for size in (1e-3, 1e-2, 0.1, 1.0):
        other = found.weights + size * torch.randn(found.weights.shape, generator=random, dtype=torch.float64)
        assert objective(convex, other) >= found.proof.lower


@pytest.mark.parametrize("loss", ["softmax", pytest.param("svm-max", marks=pytest.mark.slow), "svm-ova-squared"])
@pytest.mark.parametrize("case", ["one class", "duplicates", "constant inputs", "separable", "tiny strength"])
def test_degenerate_data(loss, case):
    pixels, labels = examples(30)
    strength = 1e-7 if case == "tiny strength" else 1e-2
    if case == "one class":
        labels = np.zeros_like(labels)
    elif case == "duplicates":
        pixels, labels = np.repeat(pixels[:6], 5, 0), np.repeat(labels[:6], 5)
    elif case == "constant inputs":
        pixels = np.ones_like(pixels)
    elif case == "separable":
        pixels = pixels + 50 * np.eye(CLASSES, pixels.shape[1])[labels]
    _, found = solved(problem(loss, {"l2": strength}, pixels, labels), gap=1e-3)
    assert math.isfinite(found.proof.primal)
    assert found.proof.lower <= found.proof.primal * (1 + 1e-12)
    assert found.proof.relative <= 1e-3 or strength == 1e-7


def test_l1_gives_weights_that_are_exactly_zero():
    _, found = solved(problem(strengths={"l1": 0.1}), gap=1e-5)
    assert 0 < int((found.weights[:, :-1] == 0).sum()) < found.weights[:, :-1].numel()


def test_an_objective_that_is_closed_is_refused(function_objective):
    closed = function_objective(lambda params: params["weight"].square().sum((1, 2)))
    params = {"weight": torch.ones(1, 2, 3), "bias": torch.ones(1, 2)}
    settings = {"gap": torch.tensor([1e-4]), "iterations": 3}
    with pytest.raises(ConfigError, match="solves linear scores"):
        ENTRY.step(closed, params, ENTRY.init(params, settings), settings, ())


def test_nothing_is_proved_without_a_penalty():
    with pytest.raises(ConfigError, match="no finite gap can be proved"):
        Convex.of(problem(strengths={"l2": 0.0}))


def run_with(images, **more):
    settings = {"score": "linear", "optimiser": "exact", "penalty": {"l2": 1e-3}, "precision": "fp64", "epochs": 30, **more}
    return train(images, Recipe.make(**settings))


def test_a_run_ends_when_the_gap_is_proved_says_so_and_keeps_the_last_weights():
    images = load("digits")
    run = run_with(images)
    assert run.outcome.ending is Ending.CONVERGED
    assert "of it) above the best possible one" in run.outcome.reason
    assert run.kept_epoch == run.outcome.epoch == 1


def test_many_short_steps_end_where_one_long_one_does_and_say_when_they_run_out():
    images = load("digits")
    short = run_with(images, optimiser={"name": "exact", "iterations": 1})
    assert short.outcome.ending is Ending.CONVERGED
    assert short.outcome.epoch > 2
    assert short.figures["train"].total == pytest.approx(run_with(images).figures["train"].total, rel=2e-4)
    out = run_with(images, optimiser={"name": "exact", "iterations": 1}, epochs=2)
    assert out.outcome.ending is Ending.FINISHED
    assert "all 2 epochs are done; " in out.outcome.reason
    assert "its aim is not reached: give it more epochs (--epochs 4)" in out.outcome.advice


@pytest.mark.parametrize("loss", ["softmax", "svm-sum"])
def test_a_step_ends_after_so_much_work_and_the_run_gets_there_all_the_same(loss, monkeypatch):
    """A product with 1438 examples, 650 weights of 8 bytes, is 7.5 million; steps of 20 products or a few more are taken one by one."""
    whole = run_with(load("digits"), loss=loss, epochs=200)
    monkeypatch.setattr("thalweg.optimise.exact.WORK", 1e7)
    run = run_with(load("digits"), loss=loss, epochs=200)
    assert run.outcome.ending is whole.outcome.ending is Ending.CONVERGED
    assert run.outcome.epoch > 3 * whole.outcome.epoch
    assert run.figures["train"].total == pytest.approx(whole.figures["train"].total, rel=2e-4)


def test_a_step_takes_no_more_products_than_its_work_allows():
    given = Convex.of(problem("svm-max", {"l2": 1e-5}))
    start = torch.zeros(CLASSES, 5, dtype=torch.float64)
    product = 8.0 * len(given) * start.numel()
    for allowed in (1, 30):
        found = improve(given, start, gap=1e-12, iterations=400, work=allowed * product)
        assert found.passes <= allowed + max(FEWEST, allowed) + 5  # the last step's own, with its gradient and the proof
    assert improve(given, start, gap=1e-12, iterations=400).passes > 100


@pytest.mark.parametrize("work", [math.inf, 2e7])
@pytest.mark.parametrize("settings", [{"loss": "svm-max"}, {"penalty": {"l1": 1e-3}}])
def test_an_interrupted_run_goes_on_with_the_same_bits(tmp_path, settings, work, monkeypatch):
    monkeypatch.setattr("thalweg.optimise.exact.WORK", work)
    images = load("digits")
    recipe = Recipe.make(
        score="linear", optimiser={"name": "exact", "iterations": 2}, epochs=4, **{"penalty": {"l2": 1e-2}, **settings}
    )  # fmt: skip
    setting = settle_down(recipe, images)
    saved = []

    def to_the_end(state, save):
        return run_to_the_end(setting, state, save=save, log=lambda *_: None, stop=Stop(), progress=Silent())[0]

    every = setting.recipe.with_changes(checkpoint_steps=1)
    setting = settle_down(every, images)
    straight = to_the_end(first_state(setting, None), lambda state: saved.append(state.to_files()))
    resumed = to_the_end(State.from_files(saved[1], device=torch.device("cpu")), lambda _: None)
    assert straight.step == resumed.step
    for name, tensor in straight.params.items():
        assert torch.equal(tensor, resumed.params[name])


def test_an_interrupted_run_says_what_is_proved_so_far_and_how_to_go_on():
    recipe = Recipe.make(score="linear", optimiser={"name": "exact", "iterations": 2}, penalty={"l2": 1e-3}, loss="svm-max", epochs=4)
    setting, stop = settle_down(recipe, load("digits")), Stop()

    class Ask(Silent):
        def advance(self, count=1, **figures):
            stop.signal = 2 if "gap" in figures else None

    state, kept = run_to_the_end(setting, first_state(setting, None), save=lambda _: None, log=lambda *_: None, stop=stop, progress=Ask())
    outcome, (_, proved) = state.outcomes[0], ENTRY.reached(state.optimiser, setting.settings)[0]
    assert (outcome.ending, outcome.exit_code) == (Ending.INTERRUPTED, 130)
    assert "above the best possible one" in proved
    assert outcome.reason == f"asked to stop; {proved}"
    assert outcome.advice == "run the same command again to go on."
    assert torch.equal(kept.params["weight"], state.params["weight"])


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"score": "mlp"}, "optimiser 'exact' solves linear scores; got score 'mlp'"),
        ({"penalty": {"l2": 0.0}}, "needs a penalty of strength above 0"),
        ({"penalty": ()}, "nothing can be proved. Add one, such as l2 1e-6"),
        ({"clip": 1.0}, "leave out clip and average"),
        ({"average": "ema"}, "leave out clip and average"),
        ({"batch": 32}, "looks at the whole training set"),
        ({"schedule": "cosine"}, "has no rate"),
    ],
)
def test_recipes_that_have_no_proof_are_refused(settings, says):
    with pytest.raises(ConfigError, match=says):
        Recipe.make(**{"score": "linear", "optimiser": "exact", "penalty": {"l2": 1e-3}, **settings})


@pytest.mark.parametrize("loss", ["softmax", pytest.param("svm-ova", marks=pytest.mark.slow)])
def test_members_with_strengths_and_folds_of_their_own_are_solved_alone(loss):
    images = load("digits")
    recipes = [
        Recipe.make(
            score="linear",
            loss=loss,
            optimiser="exact",
            penalty={"l2": strength},
            precision="fp64",
            data={"source": "digits", "folds": 3, "fold": fold},
        )
        for strength in (1e-3, 1e-2)
        for fold in (0, 1)
    ]
    setting = settle_down(recipes, images)
    state, _ = run_to_the_end(setting, first_state(setting, None), save=lambda _: None, log=lambda *_: None, stop=Stop(), progress=Silent())
    assert [outcome.ending for outcome in state.outcomes] == [Ending.CONVERGED] * 4
    for place, recipe in enumerate(recipes):
        single = train(images, recipe)
        own = [row.train.total for row in state.logs[place]][-1]
        assert own == pytest.approx(single.figures["train"].total, rel=3e-4)


@pytest.mark.parametrize("loss", ["svm-sum", "svm-max", "svm-ova"])
def test_flat_pieces_on_which_nothing_holds_the_biases_are_left(loss):
    """Far from the origin no example lies in a rounded kink after a step; Newton's direction is then as long as rounding allows."""
    random = np.random.RandomState(0)
    pixels, labels = random.normal(loc=100, size=(100, 2)), random.randint(0, 2, size=100)
    rows = random.permutation(100)[20:]
    convex, found = solved(problem(loss=loss, strengths={"l2": 1e-4}, pixels=pixels[rows], labels=labels[rows]), gap=1e-6)
    assert found.proof.relative <= 1e-6
    assert objective(convex, found.weights) == pytest.approx(found.proof.primal, rel=1e-9)
