"""The warm-up schedule: by hand, and PyTorch's."""

import pytest
from torch.optim import lr_scheduler

from thalweg.schedule import SCHEDULES

ENTRY = SCHEDULES.get("warm-up")


def test_the_first_step_moves_and_the_last_of_the_ramp_is_whole():
    """Half an epoch of 10 steps: fifths."""
    assert [ENTRY.factor(step, 30, 10, epochs=0.5) for step in range(7)] == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0, 1.0, 1.0])


def test_without_epochs_there_is_no_ramp():
    assert ENTRY.factor(0, 30, 10, epochs=0.0) == 1.0


def test_it_is_pytorchs(pytorch_factors):
    peer = pytorch_factors(lambda optimiser: lr_scheduler.LinearLR(optimiser, start_factor=1 / 8, total_iters=7), 20)
    assert [ENTRY.factor(step, 20, 4, epochs=2.0) for step in range(20)] == pytest.approx(peer, rel=1e-12)
