"""Member k of a population is what its recipe becomes alone: for every optimiser, every score, every number that may differ."""

import sys
from pathlib import Path

import pytest
import torch
from torch import nn

from thalweg.core.knobs import Integer, Number
from thalweg.loss import LOSSES
from thalweg.optimise import OPTIMISERS
from thalweg.run.recipe import Recipe

sys.path.insert(0, str(Path(__file__).parent))
from together import check_alone, spread_out, trained

FP64 = {"precision": "fp64", "epochs": 2, "batch": 80}


def numbers(entry):
    return [knob for knob in entry.knobs if isinstance(knob, Number) and not isinstance(knob, Integer)]


def different(entry, members=3):
    """Return knobs for every member, all numbers moved from their defaults: Newton's damping too, without which rounding grows."""
    return [{knob.name: knob.default * (0.9 - 0.1 * member) or 1.0 + member for knob in numbers(entry)} for member in range(members)]


@pytest.mark.parametrize("score", ["linear", {"name": "mlp", "widths": [6], "activation": "tanh"}], ids=["linear", "mlp"])
@pytest.mark.parametrize("name", OPTIMISERS.names())
def test_every_optimiser_with_all_its_numbers(pictures, name, score):
    """1e-9 in float64: line searches and searches decide alike, sums differ by rounding only."""
    entry = OPTIMISERS.get(name)
    if entry.reached is not None and score != "linear":
        pytest.skip("solves linear scores")
    penalty = {"l2": 1e-3} if entry.reached is not None else {}
    settings = {**FP64, "batch": None if entry.full_batch else 80, "score": score, "penalty": penalty}
    base = Recipe.make(**settings)
    recipes = spread_out(base, seed=[0, 1, 2], optimiser=[{"name": name, **knobs} for knobs in different(entry)])
    check_alone(pictures, recipes, tolerance=1e-9)


SCORES = {
    "linear": {"name": "linear"},
    "mlp": {"name": "mlp", "widths": [8, 6]},
    "mlp-dropout": {"name": "mlp", "widths": [8, 6], "dropout": 0.3},
    "mlp-batch-norm": {"name": "mlp", "widths": [8], "batch_norm": True},
    "mlp-gelu": {"name": "mlp", "widths": [8], "activation": "gelu"},
    "mlp-no-hidden": {"name": "mlp", "widths": []},
    "cnn": {"name": "cnn", "channels": [3, 4]},
    "cnn-dropout": {"name": "cnn", "channels": [3], "hidden": 5, "dropout": 0.4},
    "resnet": {"name": "resnet", "width": 2},
}


@pytest.mark.parametrize("score", SCORES)
@pytest.mark.parametrize("precision", ["fp64", "fp32"])
def test_every_score_with_statistics_and_noise_of_its_own(pictures, score, precision):
    """1e-9 in float64; in float32 some steps apart in the last digits: 2e-3 after six steps of nets with batch-norm."""
    base = Recipe.make(**{**FP64, "precision": precision}, score=SCORES[score])
    recipes = spread_out(base, seed=[4, 5, 6], optimiser=[{"name": "momentum", "rate": rate} for rate in (0.02, 0.01, 0.005)])
    state, _ = check_alone(pictures, recipes, tolerance=1e-9 if precision == "fp64" else 2e-3)
    weights = next(iter(state.params.values()))
    assert not torch.equal(weights[0], weights[1])


@pytest.mark.parametrize("threads", [1, 2])
def test_side_by_side_or_one_after_the_other(pictures, threads):
    """With two cores convolutional members are worked on in threads, each with a copy of the module."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        base = Recipe.make(**FP64, score=SCORES["cnn"], optimiser="adam")
        check_alone(pictures, spread_out(base, seed=[1, 2, 3], clip=[None, 0.5, 2.0]), tolerance=1e-9)
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize("loss", LOSSES.names())
def test_every_loss_with_its_numbers(pictures, loss):
    values = {"softmax": (0.0, 0.1, 0.3)}.get(loss, (0.5, 1.0, 2.0))
    base = Recipe.make(**FP64, loss=loss, optimiser={"name": "sgd", "rate": 0.01})
    knob = LOSSES.get(loss).knobs[0].name
    check_alone(pictures, spread_out(base, loss=[{"name": loss, knob: value} for value in values]), tolerance=1e-9)


def test_everything_else_that_may_differ(pictures):
    base = Recipe.make(
        **{**FP64, "epochs": 5}, score={"name": "mlp", "widths": [5]}, penalty={"elastic": 1e-3, "l2": 1e-3},
        schedule=["warm-up", "cosine"], average={"name": "ema", "decay": 0.5}, optimiser={"name": "adam", "rate": 0.01}, keep="last",
    )  # fmt: skip
    strengths, mixtures, ridges = (0, 1e-3, 1), (0, 0.3, 1), (0, 1, 0)
    recipes = spread_out(
        base,
        seed=[0, 3, 9],
        clip=[None, 0.05, 1.0],
        patience=[None, 1, 2],
        penalty=[
            [{"name": "elastic", "strength": s, "mix": m}, {"name": "l2", "strength": r}]
            for s, m, r in zip(strengths, mixtures, ridges, strict=True)
        ],
        schedule=[[{"name": "warm-up", "epochs": e}, {"name": "cosine", "final": f}] for e, f in [(0, 0.1), (2, 0), (1, 1)]],
        average=[{"name": "ema", "decay": decay} for decay in (0.0, 0.5, 0.9)],
    )  # fmt: skip
    check_alone(pictures, recipes, tolerance=1e-9)


@pytest.mark.parametrize("score", ["linear", "mlp", "mlp-batch-norm", "cnn"])
def test_folds_are_masks_over_shared_batches(pictures, score):
    base = Recipe.make(**FP64, score=SCORES[score], penalty={"l2": 1e-2})
    recipes = [base.with_changes(data={**base.data.model_dump(), "folds": 4, "fold": fold}) for fold in (0, 1, 2, 3)]
    state, _ = check_alone(pictures, recipes, tolerance=1e-9)
    assert len({log[-1].validation.loss for log in state.logs}) == 4


def test_a_whole_set_step_averages_over_the_members_own_examples(pictures):
    base = Recipe.make(precision="fp64", epochs=3, optimiser="lbfgs", score=SCORES["linear"])
    check_alone(
        pictures, [base.with_changes(data={**base.data.model_dump(), "folds": 3, "fold": fold}) for fold in (0, 1, 2)], tolerance=1e-9
    )


class Smooth(nn.Module):
    """A network that vmap can take."""

    def __init__(self, shape, classes):
        super().__init__()
        self.one, self.two = nn.Linear(shape[0] * shape[1] * shape[2], 5), nn.Linear(5, classes)

    def forward(self, images):
        return self.two(torch.tanh(self.one(images.flatten(1))))


class Counting(Smooth):
    """A network that keeps a count: vmap is not asked."""

    def __init__(self, shape, classes):
        super().__init__(shape, classes)
        self.register_buffer("seen", torch.zeros(()))

    def forward(self, images):
        if self.training:
            self.seen += 1
        return super().forward(images)


class Stubborn(Smooth):
    """A network whose course depends on its numbers, which vmap refuses."""

    def forward(self, images):
        features = torch.tanh(self.one(images.flatten(1)))
        return self.two(features if float(features.detach().sum()) > -1e9 else -features)


class TwoMoods(Smooth):
    """A network that answers otherwise in training than in evaluation."""

    def forward(self, images):
        scores = super().forward(images)
        return scores if self.training else 3 * scores


@pytest.mark.parametrize(("net", "fast"), [("Smooth", True), ("TwoMoods", True), ("Counting", False), ("Stubborn", False)])
def test_modules_of_somebodys_fast_where_vmap_takes_them(pictures, net, fast):
    base = Recipe.make(**FP64, score={"name": "module", "factory": f"{__name__}:{net}"}, optimiser={"name": "sgd", "rate": 0.1})
    recipes = spread_out(base, seed=[0, 1, 2])
    check_alone(pictures, recipes, tolerance=1e-9)
    *_, setting = trained(pictures, recipes)
    assert (setting.stacked is not None) == fast
    assert ("one after the other" in setting.note) == (not fast)
