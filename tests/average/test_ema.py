"""The exponential moving average: its weights, its two limits, one decay a member."""

import pytest
import torch

from thalweg.average import AVERAGES

ENTRY = AVERAGES.get("ema")


def follow(path, decay):
    mean = {"w": torch.zeros_like(path[0])}
    for count, point in enumerate(path):
        mean = ENTRY.update(mean, {"w": point}, count, decay=decay)
    return mean["w"]


@pytest.fixture
def path():
    return torch.randn(40, 2, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def test_three_by_hand():
    """Weights 1/4, 1/2, 1 of 8, 4, 1: (2 + 2 + 1) / 1.75."""
    found = follow(torch.tensor([8.0, 4.0, 1.0], dtype=torch.float64).reshape(3, 1, 1), 0.5)
    assert found.item() == pytest.approx(5 / 1.75, rel=1e-14)


def test_it_is_the_average_from_zero_divided_by_its_bias(path):
    plain = torch.zeros_like(path[0])
    for point in path:
        plain = 0.9 * plain + 0.1 * point
    torch.testing.assert_close(follow(path, 0.9), plain / (1 - 0.9**40), rtol=1e-12, atol=1e-12)


def test_without_decay_it_is_the_last_and_close_to_one_it_is_the_plain_mean(path):
    assert torch.equal(follow(path, 0.0), path[-1])
    torch.testing.assert_close(follow(path, 1 - 1e-9), path.mean(0), rtol=0, atol=1e-6)


def test_every_member_may_have_its_own_decay(path):
    both = follow(path, torch.tensor([0.9, 0.5], dtype=torch.float64))
    for member, decay in enumerate((0.9, 0.5)):
        torch.testing.assert_close(both[member], follow(path[:, member : member + 1], decay)[0], rtol=1e-12, atol=1e-12)
