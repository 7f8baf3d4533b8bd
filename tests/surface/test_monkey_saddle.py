import math

import torch

from thalweg.surface import monkey_saddle


def test_a_turn_by_120_degrees_changes_nothing_and_by_60_the_sign():
    points = torch.randn(10, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)

    def turned(degrees):
        cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        return points @ torch.tensor([[cosine, sine], [-sine, cosine]], dtype=torch.float64)

    value = monkey_saddle.value(points)
    torch.testing.assert_close(monkey_saddle.value(turned(120)), value, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(monkey_saddle.value(turned(60)), -value, rtol=1e-12, atol=1e-12)
