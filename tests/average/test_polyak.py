"""The Polyak average: the mean, and how its variance falls."""

import math

import torch

from thalweg.average import AVERAGES
from thalweg.core.entries import Objective
from thalweg.optimise import OPTIMISERS

ENTRY = AVERAGES.get("polyak")


def test_the_mean_of_three_by_hand():
    mean = {"w": torch.zeros(1, 1)}
    for count, value in enumerate([3.0, 6.0, 12.0]):
        mean = ENTRY.update(mean, {"w": torch.tensor([[value]])}, count)
    assert mean["w"].item() == 7.0


def test_it_is_the_plain_mean():
    path = torch.randn(50, 2, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    mean = {"w": torch.zeros(2, 3, dtype=torch.float64)}
    for count, point in enumerate(path):
        mean = ENTRY.update(mean, {"w": point}, count)
    torch.testing.assert_close(mean["w"], path.mean(0), rtol=1e-12, atol=1e-12)


class NoisyParabola(Objective):
    """w^2 / 2 whose gradient carries noise of variance 1, drawn anew for every member and call."""

    penalised = frozenset()

    def __init__(self):
        self.random = torch.Generator().manual_seed(0)

    def value_and_gradient(self, params):
        w = params["w"]
        return 0.5 * w.square().sum(1), {"w": w + torch.randn(w.shape, generator=self.random, dtype=w.dtype)}


def test_its_variance_falls_as_one_over_the_steps_while_the_last_iterate_stays_noisy():
    """SGD at rate r on w^2 / 2 with unit noise: the last w keeps variance r / (2 - r), the mean of t has 1 / t. 4000 members give a
    variance to 2.2 % (one standard deviation), a slope over a factor 8 in t to 0.02."""
    objective, rate = NoisyParabola(), 0.2
    sgd, settings = OPTIMISERS.get("sgd"), {"rate": torch.full((4000,), rate, dtype=torch.float64)}
    params = {"w": torch.randn(4000, 1, generator=torch.Generator().manual_seed(1), dtype=torch.float64) * math.sqrt(rate / (2 - rate))}
    mean, last, averaged = params, {}, {}
    for count in range(1600):
        params, _, _ = sgd.step(objective, params, {}, settings, [torch.Generator()])
        mean = ENTRY.update(mean, params, count)
        if count + 1 in (200, 1600):
            last[count + 1], averaged[count + 1] = params["w"].square().mean().item(), mean["w"].square().mean().item()
    slope = math.log(averaged[1600] / averaged[200]) / math.log(8)
    assert abs(slope + 1) < 0.08
    assert abs(averaged[1600] * 1600 - 1) < 0.1
    for variance in last.values():
        assert abs(variance / (rate / (2 - rate)) - 1) < 0.1
