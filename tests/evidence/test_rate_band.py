"""Ramps with a known answer: straight lines, logistic falls, gradient descent on a quadratic, noise alone."""

import math

import numpy as np
import pytest

from thalweg.core.errors import ConfigError
from thalweg.evidence._ramps import MARGIN, SURE, noises, smoothed
from thalweg.evidence.rate_band import Limit, measure

RATES = np.geomspace(1e-5, 10.0, 121)


def fall(centre, *, turn=1.0, depth=1.0, start=2.0):
    """Fall by `depth` around the rate `centre`; rise like (rate / turn)^4 and be lost above 100."""
    losses = start - depth / (1 + (centre / RATES) ** 2) + (RATES / turn) ** 4
    return np.where(losses > 100, np.nan, losses)


def of(*losses, noise=0.01, start=2.0, rates=RATES, **rest):
    return measure(rates, np.stack(losses), start=np.full(len(losses), start), noise=noise, **rest)


def test_smoothing_is_the_bias_corrected_mean_and_shifts_no_straight_line():
    """m = 0.5, 2.25; divided by 0.5 and 0.75: 1, 3. Loss and log rate are smoothed alike, so a line stays on itself."""
    assert smoothed(np.array([1.0, 4.0]), 0.5) == pytest.approx([1.0, 3.0])
    ramp = of(2 - 0.1 * np.log(RATES / RATES[0])).ramps[0]
    assert np.array(ramp.losses) == pytest.approx(2 - 0.1 * np.log(np.array(ramp.rates) / RATES[0]), abs=1e-12)


def test_smoothed_noise_is_as_wide_as_it_is_said_to_be():
    weights = 0.8 ** np.arange(30)[::-1]
    expected = [np.sqrt((weights[-n:] ** 2).sum()) / weights[-n:].sum() for n in range(1, 31)]
    assert noises(30, 2.0, 0.8) == pytest.approx(2 * np.array(expected), rel=1e-12)


def test_every_rule_on_a_curve_with_known_rates():
    losses = fall(0.01)
    band = of(losses)
    (ramp,) = band.ramps
    places, curve = np.exp(smoothed(np.log(RATES), 0.8)), smoothed(losses[np.isfinite(losses)], 0.8)
    lag = (RATES[1] / RATES[0]) ** 4
    assert ramp.low == pytest.approx(places[np.flatnonzero(curve < 2 - SURE * noises(len(curve), 0.01, 0.8))[0]], rel=1e-12)
    assert 0.01 / lag <= ramp.steepest <= 0.01 * 1.2
    assert ramp.lowest == pytest.approx(places[curve.argmin()], rel=1e-12)
    assert RATES[np.nanargmin(losses)] / lag <= ramp.lowest <= RATES[np.nanargmin(losses)] * lag
    assert ramp.high == pytest.approx(ramp.lowest / MARGIN, rel=1e-12)
    assert 1 / lag <= ramp.diverged <= lag  # 2 - 1 + rate^4 is back at 2 where the rate is 1
    assert (band.low, band.high, band.reason) == (ramp.low, ramp.high, "")
    assert band.low < band.suggestion < band.high


def test_a_loss_that_is_not_finite_from_one_step_to_the_next_is_lost_there():
    losses = np.where(RATES > 0.5, np.nan, fall(0.01, turn=1e9))
    (ramp,) = of(losses).ramps
    assert ramp.diverged == RATES[np.isnan(losses).argmax()]
    assert not ramp.open


def test_the_band_is_what_all_seeds_share_and_the_suggestion_the_mean_of_the_steepest():
    band = of(fall(0.005), fall(0.02, turn=0.8))
    assert band.low == max(ramp.low for ramp in band.ramps)
    assert band.high == min(ramp.high for ramp in band.ramps)
    assert band.suggestion == pytest.approx(math.sqrt(band.ramps[0].steepest * band.ramps[1].steepest), rel=1e-12)


def test_gradient_descent_on_a_quadratic_ends_its_band_at_the_stable_rate():
    """f = sum_k lambda_k x_k^2 / 2 is stable below 2 / lambda_max = 0.2 exactly."""
    curvatures, rng = np.geomspace(0.01, 10, 50), np.random.default_rng(0)
    starts, ramps = [], []
    for _ in range(3):
        x, losses = rng.normal(size=50), []
        starts.append(0.5 * (curvatures * x * x).sum())
        for rate in RATES:
            x = x - rate * curvatures * x
            losses.append(0.5 * (curvatures * x * x).sum())
        ramps.append(losses)
    band = measure(RATES, np.array(ramps), start=np.array(starts), noise=0.3, limit=Limit(rate=0.2, residual=0.0))
    assert band.high == pytest.approx(0.2, rel=0.5)
    assert band.suggestion < 0.2
    assert not any("2 / lambda_max" in remark for remark in band.remarks)


def test_the_same_numbers_give_the_same_band_and_noise_moves_it_little():
    rng = np.random.default_rng(0)
    noisy = [fall(0.01) + 0.05 * rng.standard_normal(len(RATES)) for _ in range(3)]
    clean, band = of(fall(0.01), noise=0.05), of(*noisy, noise=0.05)
    assert band == of(*noisy, noise=0.05)
    assert abs(math.log10(band.suggestion / clean.suggestion)) < 0.3


def test_noise_alone_is_no_fall():
    rng = np.random.default_rng(1)
    found = sum(of(2 + 0.1 * rng.standard_normal(len(RATES)), noise=0.1).suggestion is not None for _ in range(200))
    assert found == 0


@pytest.mark.parametrize(
    ("losses", "reason"),
    [
        ([np.full(121, np.nan)], "1 of 1 seeds diverged at the first rate, 1e-5: begin at a lower rate"),
        ([fall(0.01), np.where(np.arange(121) > 0, np.nan, 2.0)], "1 of 2 seeds diverged at the first rate"),
        ([fall(1e9, turn=0.01)], "1 of 1 seeds diverged before the loss had fallen by more than 4 times its noise"),
        ([np.full(121, 2.0)], "1 of 1 seeds never fell by more than 4 times the noise: go up to higher rates"),
        (
            [np.where(RATES < 0.01, 2.0, np.where(RATES < 0.02, 1.0, np.nan))],
            "fell only within a factor 3 of the rate where the loss turned",
        ),
        ([fall(1e-4), fall(1e-2)], "the seeds disagree: the loss falls fastest at rates from"),
        ([fall(0.001, turn=0.01), fall(0.008, depth=0.2, turn=9.0)], "the seeds' bands share no rate: one begins at"),
    ],
)
def test_no_suggestion_where_none_can_be_given_and_the_reason(losses, reason):
    band = of(*losses)
    assert reason in band.reason
    assert (band.low, band.high, band.suggestion, band.remarks) == (None, None, None, ())


def test_remarks_say_what_the_ramp_did_not_cover():
    still = of(fall(3.0, turn=1e9), limit=Limit(rate=1e-4, residual=1e-8))
    assert still.ramps[0].open
    assert [remark.split(":")[0] for remark in still.remarks] == [
        "one seed only",
        "the loss was still falling at the highest rate, 10",
        "the suggestion lies above 2 / lambda_max = 1e-4, where plain gradient descent on a quadratic diverges; with momentum, an "
        "adaptive method or changing curvature it may still hold",
    ]
    at_once = of(fall(1e-5, turn=1.0), fall(1e-5, turn=1.0))
    assert at_once.remarks == ("the loss was falling from the lowest rate, 1e-5, on: lower rates may do as well",)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"rates": np.linspace(0.1, 1, 121)}, "must grow by one factor above 1 a step; got factors from"),
        ({"rates": RATES[::-1].copy()}, "must grow by one factor"),
        ({"rates": RATES - RATES[0]}, "rates must be finite and above 0"),
        ({"noise": -1.0}, r"noise must be a number in \[0, inf\); got -1.0"),
        ({"smoothing": 1.0}, r"smoothing must be a number in \[0, 1\); got 1.0"),
    ],
)
def test_wrong_ramps_are_refused(change, words):
    with pytest.raises(ConfigError, match=words):
        of(fall(0.01), **change)
    with pytest.raises(ConfigError, match="at least 20 steps and one seed; got 5 steps, 1 seeds"):
        of(np.ones(5), rates=RATES[:5])
