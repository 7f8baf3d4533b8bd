"""A claim that is not so is seen not to be so: losses, penalties and optimisers with a planted mistake."""

import dataclasses

import numpy as np
import pytest
import torch

import thalweg as tw
from thalweg.average import AVERAGES
from thalweg.claim import CLAIMS, _walk
from thalweg.claim._bench import Bench, shrunk
from thalweg.claim._find import find
from thalweg.claim._statistics import mean, median, share, slope
from thalweg.core.claims import above, absent, at_least, at_most, below, beyond, close, covered, exactly, series
from thalweg.core.progress import Silent
from thalweg.loss import LOSSES
from thalweg.optimise import OPTIMISERS
from thalweg.penalty import PENALTIES


@pytest.fixture(scope="module")
def bench():
    return Bench(tw.load("digits"), 0)


@pytest.fixture
def plant(monkeypatch):
    """Change functions of an entry in every catalogue that is asked for it."""

    def plant(catalogue, name, **changes):
        real = type(catalogue).get

        def get(self, word):
            entry = real(self, word)
            return dataclasses.replace(entry, **{key: change(entry) for key, change in changes.items()}) if word == name else entry

        monkeypatch.setattr(type(catalogue), "get", get)

    return plant


def failing(name, bench):
    found = find(CLAIMS.get(name), bench, Silent())
    assert found.verdict == "fails"
    assert found.sentences()[0].startswith(f"{found.number} fails: ")
    return [check.part for check in found.checks if check.verdict == "fails"]


def test_a_softmax_with_a_wrong_factor_does_not_begin_at_log_c(bench, plant):
    plant(LOSSES, "softmax", value=lambda entry: lambda *a, **k: 1.001 * entry.value(*a, **k), fused=lambda entry: None)
    assert len(failing("softmax-start", bench)) == 2


def test_a_hinge_that_counts_the_true_class_begins_too_high(bench, plant):
    plant(LOSSES, "svm-sum", value=lambda entry: lambda scores, labels, margin: entry.value(scores, labels, margin=margin) + margin)
    assert all(part.startswith("svm-sum: ") for part in failing("hinge-start", bench))


def test_a_naive_softmax_reaches_zero(bench, plant):
    def naive(scores, labels, smoothing):
        return scores.logsumexp(-1) - scores.gather(-1, labels[:, None])[:, 0]

    plant(LOSSES, "softmax", value=lambda entry: naive)
    assert "smallest softmax loss for t up to 700" in failing("loss-extremes", bench)


def test_a_loss_that_moves_with_a_common_shift_is_seen(bench, plant):
    plant(LOSSES, "svm-sum", value=lambda entry: LOSSES.get("svm-ova").value)
    assert any("shift together" in part for part in failing("loss-comparison", bench))


@pytest.mark.slow
@pytest.mark.many_steps
def test_adam_corrected_by_multiplication_is_seen(bench, plant):
    plant(OPTIMISERS, "adam", step=lambda entry: lambda *a: entry.step(*a[:3], {**a[3], "rate": 10 * a[3]["rate"]}, a[4]))
    assert "Adam: longest step of 200, in rates" in failing("update-rules", bench)


@pytest.mark.slow
@pytest.mark.many_steps
def test_an_adamw_whose_decay_is_scaled_is_seen(bench, plant):
    plant(OPTIMISERS, "adamw", step=lambda entry: lambda objective, *a: OPTIMISERS.get("adam").step(Penalised(objective), *a))
    assert failing("decay", bench) == ["Adam: relative distance of W with L2 in the loss from AdamW's with decay 2λ"]


class Penalised:
    """The objective with the decay's penalty in its gradient."""

    penalised = frozenset({"weight"})

    def __init__(self, objective):
        self.objective = objective

    def value_and_gradient(self, params):
        value, gradient = self.objective.value_and_gradient(params)
        return value, {**gradient, "weight": gradient["weight"] + 0.1 * params["weight"]}

    def value(self, params):
        return self.objective.value(params)

    def hessian_vector(self, params, vectors):
        return self.objective.hessian_vector(params, vectors)


@pytest.mark.slow
@pytest.mark.many_steps
def test_an_l1_that_prefers_one_is_seen(bench, plant):
    plant(PENALTIES, "l1", value=lambda entry: lambda weight, strength: entry.value(weight, strength=strength) ** 2 * weight.abs().max())
    assert any("a tie" in part for part in failing("weight-preference", bench))


@pytest.mark.slow
@pytest.mark.many_steps
def test_an_average_that_forgets_keeps_its_variance(bench, plant):
    plant(AVERAGES, "polyak", update=lambda entry: lambda mean, params, count: params)
    assert any("slope" in part for part in failing("averaging", bench))


def test_every_way_of_checking_can_fail_and_cannot_be_fooled_by_nan():
    nan = float("nan")
    for good, bad in (
        (close("x", 1.0, 1.01, 0.05), close("x", 1.0, 1.1, 0.05)),
        (close("x", 100.0, 101.0, 0.05, relative=True), close("x", 100.0, 106.0, 0.05, relative=True)),
        (exactly("x", 0, 0.0), exactly("x", 0, 1e-300)),
        (at_most("x", 1, 1.0), at_most("x", 1, 1.0001)),
        (at_least("x", 1, 1.0), at_least("x", 1, 0.9999)),
        (above("x", 1, 1.0001), above("x", 1, 1.0)),
        (below("x", 1, 0.9999), below("x", 1, 1.0)),
        (beyond("x", 0, (0.1, 0.2, 0.3), side="above"), beyond("x", 0, (-0.1, 0.2, 0.3), side="above")),
        (beyond("x", 0, (-0.3, -0.2, -0.1), side="below"), beyond("x", 0, (-0.3, -0.2, 0.1), side="below")),
        (covered("x", 1.0, (0.9, 1.1, 1.2)), covered("x", 1.0, (1.05, 1.1, 1.2))),
    ):
        assert (good.verdict, bad.verdict) == ("holds", "fails")
    for check in (close("x", 1.0, nan, 0.1), at_most("x", 1, nan), above("x", 1, nan), covered("x", 1.0, (nan, nan, nan))):
        assert check.verdict == "fails"
        assert check.measured is None
    assert absent("x", "1", reason="no data").verdict == "not applicable"


def test_statistics_against_numbers_worked_elsewhere():
    assert slope([1, 2, 4], [3, 24, 192]) == pytest.approx(3)
    low, middle, high = share(0, 50)
    assert (low, middle) == (0.0, 0.0)
    assert high == pytest.approx(0.0713, abs=1e-4)  # Wilson: z^2 / (n + z^2)
    assert mean([2.0, 4.0])[0] == pytest.approx(3 - 12.7062)  # t(0.975, 1) = 12.7062, s / sqrt(2) = 1
    values = list(np.random.default_rng(0).normal(size=15))
    assert median(values) == (sorted(values)[3], float(np.median(values)), sorted(values)[11])  # ranks 4 and 12 hold it with 96.5 %


def test_pictures_are_shrunk_and_said_to_be():
    chance = np.random.default_rng(0)
    images = chance.integers(0, 255, (300, 17, 20, 3), dtype=np.uint8)
    labels = np.repeat(np.arange(12), 25)
    bench = Bench(tw.load((images, labels)), 0)
    assert bench.small.shape == (8, 8, 1)
    assert len(bench.small.classes) == 10
    assert "10 largest of 12 classes" in bench.described
    assert "17x20x3 averaged to 8x8x1" in bench.described
    assert bench.small.images.mean() == pytest.approx(bench.pictures.images.mean(), abs=2)
    again = shrunk(bench.pictures, seed=0)
    assert np.array_equal(again.images, bench.small.images)
    assert set(bench.train.labels.tolist()) == set(range(10))


def test_series_leaves_out_what_is_not_finite():
    kept = series("x", [1, 2, 3], [1.0, float("inf"), 3.0], low=[0, 0, 0], high=[2, 2, 2])
    assert (kept.x, kept.y, kept.high) == ((1.0, 3.0), (1.0, 3.0), (2.0, 2.0))


def test_a_walk_is_the_optimisers_own_steps():
    objective = _walk.Function(lambda params: params["x"].square().sum(1))
    end = _walk.walk("sgd", objective, {"x": torch.ones(2, 1, dtype=torch.float64)}, 3, rate=torch.tensor([0.25, 0.5], dtype=torch.float64))
    assert end.params["x"].flatten().tolist() == [0.125, 0.0]
