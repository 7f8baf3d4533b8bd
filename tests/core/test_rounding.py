"""Kinks rounded off about slopes: by hand, as derivatives, at the answer, and in products with the examples."""

import pytest
import torch

from thalweg.core.convex import Convex
from thalweg.core.proof import prove
from thalweg.core.rounding import NARROWEST, WIDEST, Rounding
from thalweg.core.subject import LinearProblem
from thalweg.core.truncated_newton import improve
from thalweg.images import load
from thalweg.loss import LOSSES
from thalweg.penalty import PENALTIES

kinked = pytest.mark.parametrize("loss", [each.name for each in LOSSES if each.dual is not None and each.dual.kinked])


def problem(loss, strengths, pixels, labels, **knobs):
    entry = LOSSES.get(loss)
    penalties = [(PENALTIES.get(name), {**PENALTIES.get(name).defaults(), "strength": value}) for name, value in strengths.items()]
    return Convex.of(
        LinearProblem(
            pixels=pixels, labels=labels, loss=entry, knobs={**entry.defaults(), **knobs}, penalties=penalties, penalise_biases=False
        )
    )  # fmt: skip


def small(loss, strengths=None, **knobs):
    pixels = torch.randn(24, 5, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    return problem(loss, strengths or {"l2": 0.02}, pixels, torch.arange(24) % 3, **knobs)


def test_by_hand_a_hinge_about_a_slope():
    """Violation 0.5, width 2: max_b 0.5 b - (b - c)^2 is at b = 1/4 about c = 0, and at b = c + 1/4 = 3/4 about c = 1/2."""
    given = problem("svm-sum", {"l2": 0.1}, torch.ones(1, 1, dtype=torch.float64), torch.tensor([0]))
    scores = torch.tensor([[0.5, 0.0]], dtype=torch.float64)
    assert Rounding(width=2.0).losses(given, scores).slope.tolist() == [[-0.25, 0.25]]
    about = Rounding(width=2.0, slopes=torch.tensor([[-0.5, 0.5]], dtype=torch.float64))
    assert about.losses(given, scores).slope.tolist() == [[-0.75, 0.75]]


@kinked
@pytest.mark.parametrize("margin", [1.0, 0.4])
def test_about_slopes_it_is_smooth_and_its_own_slopes_fit_the_scores_better(loss, margin):
    """max_a <a, s> - l*(a) - width/2 |a - c|^2 is at least its value at a = c, so l + l* - <a, s> falls from c to the largest."""
    given = small(loss, margin=margin)
    scores = torch.randn(24, 3, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    before = Rounding(width=0.5)
    slopes = before.losses(given, scores).slope
    about = Rounding(width=0.5, slopes=slopes)
    step, change = 1e-6, torch.randn(24, 3, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    up, down = (about.losses(given, scores + sign * step * change) for sign in (1, -1))
    at = about.losses(given, scores)
    torch.testing.assert_close((up.value - down.value) / (2 * step), (at.slope * change).sum(1), rtol=1e-6, atol=1e-6)
    torch.testing.assert_close((up.slope - down.slope) / (2 * step), at.curved(change, given.labels), rtol=1e-5, atol=1e-5)
    own = given.loss.value(scores, given.labels, **given.knobs)
    short = [own + given.dual.conjugate(each, given.labels, **given.knobs) - (scores * each).sum(1) for each in (slopes, at.slope)]
    assert (short[1] <= short[0] + 1e-12).all()


@kinked
@pytest.mark.parametrize("strengths", [{"l2": 0.02}, {"l1": 0.02, "l2": 0.02}], ids=str)
def test_about_the_best_slopes_the_best_weights_stay_at_any_width(loss, strengths):
    given = small(loss, strengths)
    found = improve(given, torch.zeros(3, 6, dtype=torch.float64), gap=1e-7, iterations=200)
    assert found.proof.relative <= 1e-7
    about = Rounding(width=0.5, slopes=found.rounding.slopes, signs=found.rounding.signs)
    assert prove(given, found.weights, about).relative < 1e-4
    assert prove(given, found.weights, Rounding(width=0.5)).relative > 1e-2


def test_the_width_stays_between_its_ends():
    given, weights = small("svm-max"), torch.zeros(3, 6, dtype=torch.float64)
    assert Rounding().moved(given, weights, times=4.0).width == WIDEST
    assert Rounding(width=1e-9).moved(given, weights, times=0.5).width == NARROWEST


def test_weights_that_l1_holds_become_exactly_zero():
    given = small("softmax", {"l1": 0.1})
    about = Rounding(width=0.1, signs=torch.full((3, 5), 0.5, dtype=torch.float64))
    weights = torch.full((3, 6), 0.4 * 0.1 * given.unit, dtype=torch.float64)
    assert about.flat(given, weights)[:, :-1].abs().max() == 0
    assert torch.equal(about.flat(given, weights)[:, -1], weights[:, -1])
    assert torch.equal(about.flat(given, -4 * weights), -4 * weights)


@pytest.mark.parametrize(
    ("loss", "strengths", "most"),
    [
        ("svm-sum", {"l2": 1e-3}, 1200),
        ("svm-max", {"l2": 1e-3}, 1200),
        ("svm-ova", {"l2": 1e-3}, 600),
        ("svm-max-squared", {"l2": 1e-3}, 700),
        ("softmax", {"l1": 1e-3}, 1400),
    ],
)
def test_few_products_with_the_examples_are_enough(loss, strengths, most):
    """About zero, with narrower and narrower widths, it took 2 to 11 times as many as it takes now, which is about half of `most`."""
    images = load("digits")
    pixels = torch.from_numpy(images.images).reshape(len(images.images), -1).double()
    labels = torch.from_numpy(images.labels).long()
    given = problem(loss, strengths, (pixels - pixels.mean()) / pixels.std(), labels)
    found = improve(given, torch.zeros(10, 65, dtype=torch.float64), gap=1e-4, iterations=200)
    assert found.proof.relative <= 1e-4
    assert found.passes < most
