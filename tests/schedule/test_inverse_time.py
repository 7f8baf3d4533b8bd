"""The 1/t schedule: by hand, and its two sums."""

import pytest
from torch.optim import lr_scheduler

from thalweg.schedule import SCHEDULES

ENTRY = SCHEDULES.get("inverse-time")


def test_it_is_halved_after_one_over_decay_epochs():
    assert ENTRY.factor(40, 100, 10, decay=0.25) == 0.5


def test_without_decay_it_is_constant():
    assert ENTRY.factor(99, 100, 10, decay=0.0) == 1.0


def test_it_is_pytorchs_lambda(pytorch_factors):
    peer = pytorch_factors(lambda optimiser: lr_scheduler.LambdaLR(optimiser, lambda step: 1 / (1 + 0.3 * step / 5)), 12)
    assert [ENTRY.factor(step, 12, 5, decay=0.3) for step in range(12)] == pytest.approx(peer, rel=1e-12)


def test_the_rates_add_up_without_bound_and_their_squares_do_not():
    """With decay 1 and one step an epoch these are the harmonic series and pi^2 / 6."""
    rates = [ENTRY.factor(step, 10_000, 1, decay=1.0) for step in range(10_000)]
    assert sum(rates) == pytest.approx(9.787606, abs=1e-6)
    assert sum(rate**2 for rate in rates) == pytest.approx(1.644934 - 1e-4, abs=1e-6)
