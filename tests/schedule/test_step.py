"""The step schedule: stairs by hand, and PyTorch's."""

import pytest
from torch.optim import lr_scheduler

from thalweg.schedule import SCHEDULES

ENTRY = SCHEDULES.get("step")


def test_it_is_cut_at_the_first_step_of_an_epoch():
    """10 steps an epoch, cut every 2 epochs: the first cut at step 20."""
    assert [ENTRY.factor(step, 100, 10, every=2, factor=0.1) for step in (0, 19, 20)] == [1.0, 1.0, 0.1]


def test_a_factor_of_one_changes_nothing():
    assert ENTRY.factor(999, 1000, 1, every=1, factor=1.0) == 1.0


def test_it_is_pytorchs_stepped_once_an_epoch(pytorch_factors):
    peer = pytorch_factors(lambda optimiser: lr_scheduler.StepLR(optimiser, step_size=3, gamma=0.3), 12)
    ours = [ENTRY.factor(step, 12, 1, every=3, factor=0.3) for step in range(12)]
    assert ours == pytest.approx(peer, rel=1e-12)
