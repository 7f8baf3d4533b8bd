"""Initialisations: variances as promised, numbers from the generator alone."""

import math

import pytest
import torch
from torch import nn

from thalweg.score._initialise import INITIALISATIONS, draw, fans, init_knobs, initialise


def drawn(shape: tuple[int, ...], init: str, scale: float = 0.01, seed: int = 0) -> torch.Tensor:
    weight = torch.empty(shape)
    draw(weight, init, scale=scale, generator=torch.Generator().manual_seed(seed))
    return weight


@pytest.mark.parametrize(
    ("shape", "init", "variance"),
    [
        ((300, 200), "he", 2 / 200),
        ((300, 200), "glorot", 2 / 500),
        ((300, 200), "normal", 0.01**2),
        ((64, 40, 5, 5), "he", 2 / (40 * 25)),
        ((64, 40, 5, 5), "glorot", 2 / ((40 + 64) * 25)),
    ],
)
def test_variance(shape: tuple[int, ...], init: str, variance: float) -> None:
    weight = drawn(shape, init)
    count = weight.numel()
    # a sample variance of normal numbers has relative deviation sqrt(2/n), a mean has deviation sd/sqrt(n): four of each
    assert weight.var().item() == pytest.approx(variance, rel=4 * math.sqrt(2 / count))
    assert abs(weight.mean().item()) < 4 * math.sqrt(variance / count)


def test_zero_is_exactly_zero() -> None:
    assert not drawn((5, 4), "zero").any()


def test_numbers_are_normal_not_uniform() -> None:
    standardised = drawn((300, 200), "he") / math.sqrt(2 / 200)
    # 4.55 % of normal numbers lie beyond two deviations, none of a uniform variable do; deviation of the share is 0.085 %
    assert (standardised.abs() > 2).float().mean().item() == pytest.approx(0.0455, abs=0.0035)


def test_he_keeps_the_mean_square_through_relu_layers() -> None:
    signal = torch.randn(256, 512, generator=torch.Generator().manual_seed(1))
    before = signal.square().mean().item()
    for layer in range(5):
        signal = (signal @ drawn((512, 512), "he", seed=layer).T).relu()
    # the mean square after a relu is half of that before it, which the factor 2 makes up for; a layer of 512 units drifts by a few per cent
    assert signal.square().mean().item() == pytest.approx(before, rel=0.3)


def test_fans_of_a_matrix_and_a_convolution() -> None:
    assert fans(torch.zeros(7, 3)) == (3, 7)
    assert fans(torch.zeros(16, 3, 5, 5)) == (75, 400)


def test_last_layer_is_small_and_biases_are_zero() -> None:
    net = nn.Sequential(nn.Linear(100, 80), nn.ReLU(), nn.Linear(80, 50))
    initialise(net, "he", scale=0.01, generator=torch.Generator().manual_seed(0))
    assert net[0].weight.std().item() == pytest.approx(math.sqrt(2 / 100), rel=0.05)
    assert net[2].weight.std().item() == pytest.approx(0.01, rel=0.05)
    assert not net[0].bias.any()
    assert not net[2].bias.any()


def test_zero_stays_zero_in_the_last_layer() -> None:
    net = nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 2))
    initialise(net, "zero", scale=0.01, generator=torch.Generator())
    assert not any(parameter.any() for parameter in net.parameters())


def test_knobs_offer_every_initialisation() -> None:
    which, scale = init_knobs("he")
    assert which.choices == tuple(INITIALISATIONS) == ("zero", "normal", "he", "glorot")
    assert (which.default, scale.default) == ("he", 0.01)
