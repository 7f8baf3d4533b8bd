"""The loop against loops written by hand, against itself interrupted, and against numbers that run away."""

import json
import math

import pytest
import torch
from torch import nn

from thalweg.core.outcome import Ending
from thalweg.core.progress import Silent
from thalweg.core.tree import dot
from thalweg.run.batches import cuts, order
from thalweg.run.conduct import first_state, run_to_the_end
from thalweg.run.keeping import merit
from thalweg.run.recipe import Recipe
from thalweg.run.record import Epoch, Figures
from thalweg.run.setting import settle_down
from thalweg.run.signals import Stop
from thalweg.run.state import State
from thalweg.run.train import train
from thalweg.score import SCORES


class Watch(Silent):
    """Counts steps; asks for the end after `until` of them; keeps the losses it was shown."""

    def __init__(self, stop=None, until=None):
        self.stop, self.until, self.losses = stop, until, []

    def advance(self, count=1, **figures):
        if "loss" in figures:
            self.losses.append(figures["loss"])
            if len(self.losses) == self.until:
                self.stop.signal = 2


def go(images, state=None, *, end=None, saved=None, **settings):
    """Train in memory; return the last state, the outcome, the kept weights and the setting."""
    setting = settle_down(Recipe.make(**settings), images)
    stop = Stop()
    watch = Watch(stop, end)
    save = (lambda _: None) if saved is None else saved.append
    state, kept = run_to_the_end(
        setting, first_state(setting, None) if state is None else state, save=save, log=lambda *_: None, stop=stop, progress=watch
    )
    return state, state.outcomes[0], kept, setting


def prepared(setting, images, part, dtype):
    rows = torch.from_numpy(images.split.parts()[part])
    pixels = torch.from_numpy(images.images)[rows].to(dtype)
    return setting.chain.apply(pixels), torch.from_numpy(images.labels)[rows]


def by_hand(setting, images, module, optimiser, dtype, *, epochs, batch, seed=0):
    """What anybody would write in PyTorch, over the same order of the examples."""
    pixels, labels = prepared(setting, images, "train", dtype)
    loss = nn.CrossEntropyLoss()
    module.train()
    for epoch in range(epochs):
        shuffled = order(len(labels), seed=seed, epoch=epoch)
        for rows in shuffled.split(cuts(len(labels), batch)):
            optimiser.zero_grad()
            loss(module(pixels[rows].permute(0, 3, 1, 2)), labels[rows]).backward()
            optimiser.step()
    return dict(module.named_parameters())


@pytest.mark.parametrize("score", ["linear", {"name": "mlp", "widths": [12], "activation": "tanh"}], ids=["linear", "mlp"])
@pytest.mark.parametrize("optimiser", ["sgd", "momentum"])
@pytest.mark.parametrize(("precision", "tolerance"), [("fp32", 2e-6), ("fp64", 1e-12)])
def test_a_loop_written_by_hand_finds_the_same_weights(pictures, score, optimiser, precision, tolerance):
    """Some 15 steps; float32 sums in another order differ by some units of 6e-8, float64 by 1e-16."""
    settings = {
        "score": score,
        "optimiser": {"name": optimiser, "rate": 0.05},
        "precision": precision,
        "epochs": 3,
        "batch": 50,
        "keep": "last",
    }
    state, outcome, kept, setting = go(pictures, **settings)
    module = SCORES.get(setting.recipe.score.name).build(
        setting.chain.shape(pictures.shape), 10, torch.Generator(), **setting.recipe.score.knobs
    )
    dtype = setting.dtype
    module = module.to(dtype)
    start = first_state(settle_down(setting.recipe, pictures), None).params
    module.load_state_dict({name: tensor[0] for name, tensor in start.items()})
    peer = torch.optim.SGD(module.parameters(), lr=0.05, momentum=0.9 if optimiser == "momentum" else 0.0)
    expected = by_hand(setting, pictures, module, peer, dtype, epochs=3, batch=50)
    assert outcome.ending is Ending.FINISHED
    assert (state.step, state.examples, state.epoch) == (15, 3 * 240, 3)
    for name, tensor in expected.items():
        torch.testing.assert_close(state.params[name][0], tensor.detach(), rtol=tolerance, atol=tolerance)
        assert torch.equal(kept.params[name], state.params[name])
        assert not torch.equal(state.params[name], start[name])


def test_penalties_enter_every_step(pictures):
    """One whole-set step of gradient descent by hand: W - rate (dL/dW + 2 strength W), the bias free."""
    settings = {
        "optimiser": {"name": "gradient-descent", "rate": 0.1},
        "penalty": {"l2": 0.5},
        "precision": "fp64",
        "epochs": 1,
        "keep": "last",
    }
    state, _, _, setting = go(pictures, **settings)
    start = first_state(settle_down(setting.recipe, pictures), None).params
    weight, bias = (start[name][0].clone().requires_grad_() for name in ("weight", "bias"))
    pixels, labels = prepared(setting, pictures, "train", torch.float64)
    loss = nn.functional.cross_entropy(pixels.flatten(1) @ weight.T + bias, labels) + 0.5 * weight.square().sum()
    loss.backward()
    torch.testing.assert_close(state.params["weight"][0], (weight - 0.1 * weight.grad).detach(), rtol=1e-12, atol=1e-13)
    torch.testing.assert_close(state.params["bias"][0], (bias - 0.1 * bias.grad).detach(), rtol=1e-12, atol=1e-13)
    assert state.rows[0].train.total == pytest.approx(float(loss.detach()), rel=1e-12)


def test_the_proximal_step_makes_exact_zeros(pictures):
    state, *_ = go(pictures, optimiser="sgd", penalty={"l1": 0.05}, epochs=2, batch=40, keep="last")
    zeros = (state.params["weight"] == 0).float().mean()
    assert 0.3 < float(zeros) < 1


@pytest.mark.parametrize(
    ("loss", "expected"),
    [("softmax", math.log(10)), ("svm-sum", 9.0), ({"name": "svm-sum", "margin": 2.0}, 18.0), ("svm-max", 1.0), ("svm-ova", 10.0)],
)
def test_before_the_first_step_zero_weights_cost_what_is_expected(pictures, loss, expected):
    state, _, _, setting = go(pictures, loss=loss, score={"name": "linear", "init": "zero"}, epochs=0)
    assert setting.expected_start == pytest.approx(expected, rel=1e-12)
    assert state.rows[0].train.loss == pytest.approx(expected, rel=1e-6)
    assert state.rows[0].validation.loss == pytest.approx(expected, rel=1e-6)
    assert (len(state.rows), state.step, state.rows[0].rate) == (1, 0, 0.05)


def test_figures_of_both_parts_are_taken_at_the_same_weights_in_evaluation_mode(pictures):
    saved = []
    settings = {
        "score": {"name": "mlp", "widths": [8], "dropout": 0.4, "batch_norm": True},
        "penalty": {"l2": 0.01},
        "epochs": 2,
        "batch": 60,
        "checkpoint_steps": 4,
        "precision": "fp32",
    }
    *_, setting = go(pictures, saved=saved, **settings)
    ends = [state for state in saved if state.taken == 0 and state.rows]
    assert [state.epoch for state in ends] == [1, 2]
    for state in ends:
        module = setting.module.eval()
        module.load_state_dict({name: tensor[0] for name, tensor in {**state.params, **state.buffers}.items()})
        penalty = 0.01 * sum(float(p.detach().square().sum()) for p in module.parameters() if p.ndim == 2)
        for part in ("train", "validation"):
            pixels, labels = prepared(setting, pictures, part, torch.float32)
            with torch.no_grad():
                scores = module(pixels.permute(0, 3, 1, 2))
            found = getattr(state.rows[-1], part)
            assert found.loss == pytest.approx(float(nn.functional.cross_entropy(scores, labels)), rel=1e-5)
            assert found.accuracy == pytest.approx(float((scores.argmax(1) == labels).float().mean()), abs=1e-7)
            assert found.penalty == pytest.approx(penalty, rel=1e-5)
            assert found.total == found.loss + found.penalty


def test_the_log_says_where_it_stands(pictures):
    state, *_ = go(pictures, epochs=2, batch=100, schedule={"name": "exponential"}, optimiser={"name": "sgd", "rate": 0.1})
    assert [(row.epoch, row.step, row.examples) for row in state.rows] == [(0, 0, 0), (1, 3, 240), (2, 6, 480)]
    assert state.rows[0].rate == 0.1
    assert state.rows[2].rate < state.rows[1].rate <= 0.1
    assert all(Epoch.from_row(json.loads(json.dumps(row.row(), allow_nan=False))) == row for row in state.rows)


RECIPES = {
    "momentum-l1": {"optimiser": "momentum", "penalty": {"l1": 1e-3}, "schedule": ["warm-up", "cosine"]},
    "adam-mlp": {
        "score": {"name": "mlp", "widths": [8], "dropout": 0.3, "batch_norm": True},
        "optimiser": "adam",
        "average": {"name": "ema", "decay": 0.8},
        "clip": 0.5,
    },
    "polyak": {"score": {"name": "mlp", "widths": [6], "batch_norm": True}, "optimiser": "sgd", "average": "polyak", "keep": "last"},
    "augmented": {"score": {"name": "mlp", "widths": [6]}, "optimiser": "muon", "augment": ["crop", "flip", "cutout"], "precision": "bf16"},
    "lbfgs": {"optimiser": "lbfgs", "penalty": {"l2": 0.1}, "tolerance": 1e-2, "batch": None, "epochs": 30},
    "patience": {"optimiser": {"name": "sgd", "rate": 1e-3}, "patience": 1, "epochs": 5, "monitor": "loss", "loss": "svm-sum"},
    "random-search": {"optimiser": "random-search", "batch": None, "epochs": 4},
}


def alike(one, two):
    """Whether two trees of tensors and values are the same, bit for bit."""
    if isinstance(one, torch.Tensor):
        return one.dtype == two.dtype and torch.equal(one, two)
    if isinstance(one, dict):
        return list(one) == list(two) and all(alike(one[name], two[name]) for name in one)
    return one == two


def same_state(one, two):
    for field in ("params", "optimiser", "buffers", "chain", "mean", "averaged", "epoch", "taken", "step", "examples", "rates", "logs"):
        assert alike(getattr(one, field), getattr(two, field)), field
    assert one.best.epochs == two.best.epochs
    assert alike(one.best.params, two.best.params)
    assert alike(one.best.buffers, two.best.buffers)


def reloaded(state):
    return State.from_files(state.to_files(), device=torch.device("cpu"))


@pytest.mark.many_steps
@pytest.mark.parametrize("name", RECIPES)
def test_interrupted_after_every_step_in_turn_and_resumed_it_ends_with_the_same_bits(pictures, name):
    """Step by step, saved and read back after each; from each of these states also on to the end without a stop."""
    settings = {"batch": 60, "epochs": 3, **RECIPES[name]}
    whole, ended, kept, _ = go(pictures, **settings)
    assert whole.step >= 3
    state = None
    for step in range(1, whole.step + 1):
        state, outcome, *_ = go(pictures, state, end=1, **settings)
        assert (outcome.ending, outcome.signal, state.step) == (Ending.INTERRUPTED, 2, step)
        rest, again, chosen, _ = go(pictures, reloaded(state), **settings)
        same_state(rest, whole)
        assert again == ended
        assert alike(chosen.params, kept.params)
        assert alike(chosen.buffers, kept.buffers)
        state = reloaded(state)


@pytest.mark.many_steps
def test_every_checkpoint_leads_to_the_same_end(pictures):
    """What is saved on the way, also between the last step of an epoch and its figures, is a place to go on from."""
    settings = {"batch": None, "epochs": 30, "optimiser": "lbfgs", "penalty": {"l2": 0.1}, "tolerance": 1e-2, "checkpoint_steps": 1}
    saved = []
    whole, ended, *_ = go(pictures, saved=saved, **settings)
    assert ended.ending is Ending.CONVERGED
    for state in saved:
        rest, again, *_ = go(pictures, reloaded(state), **settings)
        assert again == ended
        same_state(rest, whole)


def test_an_end_that_was_reached_is_reached_again_at_once(pictures):
    for settings in ({"epochs": 1}, {"optimiser": {"name": "sgd", "rate": 1e-12}, "patience": 1, "epochs": 5}):
        state, outcome, *_ = go(pictures, **settings)
        again, same, *_ = go(pictures, reloaded(state), **settings)
        assert same == outcome
        same_state(again, state)


def test_the_global_random_state_is_left_alone(pictures):
    torch.manual_seed(5)
    before = torch.get_rng_state()
    go(pictures, score={"name": "mlp", "widths": [4], "dropout": 0.5}, epochs=1)
    assert torch.equal(torch.get_rng_state(), before)


def finite(tree):
    return all(bool(torch.isfinite(tensor).all()) for tensor in tree.values())


@pytest.mark.parametrize("rate", [1e3, 1e6, 1e30])
@pytest.mark.parametrize("loss", ["softmax", "svm-sum", "svm-sum-squared"])
@pytest.mark.parametrize("score", ["linear", {"name": "mlp", "widths": [8]}], ids=["linear", "mlp"])
@pytest.mark.parametrize("batch", [60, 0])
@pytest.mark.parametrize("keep", ["best", "last"])
def test_numbers_that_run_away_end_the_run_and_are_never_kept(pictures, rate, loss, score, batch, keep):
    saved = []
    settings = {
        "score": score, "loss": loss, "penalty": {"l2": 1e-3}, "optimiser": {"name": "momentum", "rate": rate}, "batch": batch,
        "epochs": 4, "keep": keep, "checkpoint_steps": 1, "precision": "fp32",
    }  # fmt: skip
    state, outcome, kept, _ = go(pictures, saved=saved, **settings)
    for one in [*saved, state]:
        assert finite(one.params)
        for row in one.rows:
            json.dumps(row.row(), allow_nan=False)
        reloaded(one)
    assert finite(kept.params)
    assert outcome.ending in (Ending.DIVERGED, Ending.FINISHED)
    if rate == 1e30:
        assert outcome.ending is Ending.DIVERGED
        assert "penalty" in outcome.reason or "loss" in outcome.reason or "weights" in outcome.reason
    if outcome.ending is Ending.DIVERGED:
        assert outcome.exit_code == 4
        assert (
            f"at step {outcome.step + 1} (rate {rate:g})" in outcome.reason
            or f"after step {outcome.step} (rate {rate:g})" in outcome.reason
        )
        assert kept.epochs[0] <= outcome.epoch
        assert outcome.advice


def test_divergence_names_the_tensor(pictures):
    """Squared hinge, rate 1e30: the first step makes scores of 1e30, whose squares are no float32 any more."""
    _, outcome, *_ = go(pictures, loss="svm-sum-squared", optimiser={"name": "sgd", "rate": 1e30}, batch=60, epochs=1)
    assert (outcome.ending, outcome.step, outcome.epoch) == (Ending.DIVERGED, 1, 0)
    assert outcome.reason == "the loss stopped being finite at step 2 (rate 1e+30)"
    _, outcome, *_ = go(pictures, loss="svm-sum", optimiser={"name": "sgd", "rate": 1e39}, batch=60, epochs=1)
    assert outcome.ending is Ending.DIVERGED
    assert outcome.reason == "the weights weight stopped being finite at step 1 (rate 1e+39)"


def test_weights_that_single_precision_cannot_hold_are_no_weights_of_a_model(pictures):
    """In float64 1e39 is a number, but the model is kept in float32."""
    settings = {"optimiser": {"name": "sgd", "rate": 1e42}, "precision": "fp64", "batch": 60, "epochs": 1, "keep": "last"}
    _, outcome, kept, _ = go(pictures, **settings)
    assert outcome.ending is Ending.DIVERGED
    assert outcome.reason == "the weights stopped being finite at step 1 (rate 1e+42)"
    assert finite({name: tensor.float() for name, tensor in kept.params.items()})


def test_a_diverged_run_diverges_in_the_same_way_again(pictures):
    settings = {"loss": "svm-sum-squared", "optimiser": {"name": "sgd", "rate": 1e6}, "batch": 60, "epochs": 3}
    state, outcome, *_ = go(pictures, **settings)
    assert outcome.ending is Ending.DIVERGED
    again, same, *_ = go(pictures, reloaded(state), **settings)
    assert same == outcome
    same_state(again, state)


def test_no_better_figure_for_some_epochs_ends_the_run(pictures):
    state, outcome, kept, _ = go(pictures, optimiser={"name": "sgd", "rate": 1e-12}, epochs=50, patience=3)
    assert (outcome.ending, outcome.epoch, kept.epochs[0]) == (Ending.STOPPED_EARLY, 3, 0)
    assert outcome.reason == "no better accuracy for 3 epochs; the best was after epoch 0"
    assert len(state.rows) == 4
    assert outcome.exit_code == 0


def test_the_best_weights_are_those_of_the_best_row(pictures):
    state, _, kept, _ = go(pictures, optimiser={"name": "sgd", "rate": 0.5}, epochs=6, batch=40, monitor="loss")
    losses = [row.validation.loss for row in state.rows]
    assert kept.epochs[0] == losses.index(min(losses))
    _, _, last, _ = go(pictures, optimiser={"name": "sgd", "rate": 0.5}, epochs=6, batch=40, monitor="loss", keep="last")
    assert last.epochs[0] == 6


def test_merit_takes_validation_where_there_is_any():
    low, high = Figures.of(1.0, 0.5, 0.2), Figures.of(2.0, 0.0, 0.9)
    row = Epoch(epoch=0, step=0, examples=0, rate=0.1, train=low, validation=high)
    assert merit(row, "accuracy") == (0.9, -2.0)
    assert merit(row, "loss") == (-2.0,)
    alone = Epoch(epoch=0, step=0, examples=0, rate=0.1, train=low, validation=None)
    assert merit(alone, "accuracy") == (0.2, -1.0)
    assert merit(alone, "loss") == (-1.0,)


@pytest.mark.many_steps
def test_a_vanishing_gradient_is_convergence(pictures):
    state, outcome, _, setting = go(
        pictures, optimiser="lbfgs", penalty={"l2": 0.1}, tolerance=1e-6, epochs=300, precision="fp64", keep="last"
    )
    assert outcome.ending is Ending.CONVERGED
    assert outcome.reason.endswith("is below 1e-06")
    objective = setting.objective(setting.whole("train"), {}, step=0)
    _, gradient = objective.value_and_gradient(state.params)
    assert float(dot(gradient, gradient).sqrt()) < 1e-6
    # The minimum of a strongly convex function (modulus 2 * 0.1 in W) is near: |W - W*| <= |g| / 0.2; so is what scikit-learn finds.
    assert state.rows[-1].train.total < state.rows[0].train.total


def test_clipping_bounds_the_first_step(pictures):
    settings = {"optimiser": {"name": "sgd", "rate": 1.0}, "batch": 0, "epochs": 1, "keep": "last"}
    start = first_state(settle_down(Recipe.make(**settings), pictures), None).params
    free, clipped = go(pictures, **settings)[0].params, go(pictures, clip=0.01, **settings)[0].params
    moved = {name: clipped[name] - start[name] for name in start}
    long = {name: free[name] - start[name] for name in start}
    assert float(dot(moved, moved).sqrt()) == pytest.approx(0.01, rel=1e-4)
    cosine = dot(moved, long) / (dot(moved, moved) * dot(long, long)).sqrt()
    assert float(cosine) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("average", ["polyak", {"name": "ema", "decay": 0.7}])
def test_the_average_of_the_path_is_what_counts_with_statistics_of_its_own(pictures, average):
    saved = []
    settings = {
        "score": {"name": "mlp", "widths": [6], "batch_norm": True}, "average": average, "optimiser": "sgd", "epochs": 2, "batch": 80,
        "checkpoint_steps": 1, "keep": "last", "precision": "fp32",
    }  # fmt: skip
    state, _, kept, setting = go(pictures, saved=saved, **settings)
    path = [one.params for one in sorted({s.step: s for s in saved}.values(), key=lambda s: s.step)]
    decay = 1.0 if average == "polyak" else 0.7
    weights = torch.tensor([decay ** (len(path) - 1 - index) for index in range(len(path))])
    weights = weights / weights.sum()
    assert len(path) == 6
    for name in kept.params:
        expected = sum(weight * params[name] for weight, params in zip(weights, path, strict=True))
        torch.testing.assert_close(kept.params[name], expected, rtol=1e-5, atol=1e-6)
        assert alike(state.mean[name], kept.params[name])
    pixels, *_ = next(setting.renewal())
    assert kept.buffers["layers.1.running_mean"].shape == (1, 6)
    hidden = [p.flatten(1) @ kept.params["layers.0.weight"][0].T + kept.params["layers.0.bias"][0] for p, *_ in setting.renewal()]
    torch.testing.assert_close(
        kept.buffers["layers.1.running_mean"][0], torch.stack([h.mean(0) for h in hidden]).mean(0), rtol=1e-5, atol=1e-5
    )
    assert pixels.shape == (80, 8, 8, 1)


def test_checkpoints_come_when_they_are_due(pictures):
    saved = []
    go(pictures, saved=saved, epochs=2, batch=60, checkpoint_steps=3, checkpoint_minutes=0.0)
    assert [(state.step, state.taken, len(state.rows)) for state in saved] == [(3, 3, 1), (6, 2, 2), (8, 0, 3)]
    saved.clear()
    go(pictures, saved=saved, epochs=1, batch=60, checkpoint_minutes=1e-9)
    assert [state.step for state in saved] == [1, 2, 3, 4, 4]
    saved.clear()
    go(pictures, saved=saved, epochs=1, batch=60, checkpoint_minutes=0.0)
    assert [state.step for state in saved] == [4]


@pytest.mark.many_steps
def test_a_run_with_exact_zeros_converges_by_the_gradient_mapping(pictures):
    """At an L1 optimum the smooth gradient is as large as the strength; the mapping vanishes, and so the run ends."""
    settings = {"penalty": {"l1": 0.1}, "optimiser": {"name": "gradient-descent", "rate": 0.5}, "precision": "fp64", "epochs": 3000}
    run = train(pictures, Recipe.make(**settings, prepare=["standardise"], tolerance=1e-3))
    assert run.outcome.ending == "converged"
    assert 0 < run.zero_weights < run.weights
