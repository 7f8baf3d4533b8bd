"""The exponential schedule: by hand, and PyTorch's."""

import pytest
from torch.optim import lr_scheduler

from thalweg.schedule import SCHEDULES

ENTRY = SCHEDULES.get("exponential")


def test_half_an_epoch_is_a_root():
    assert ENTRY.factor(5, 100, 10, decay=0.25) == 0.5


def test_a_decay_of_one_changes_nothing():
    assert ENTRY.factor(99, 100, 10, decay=1.0) == 1.0


def test_at_whole_epochs_it_is_pytorchs(pytorch_factors):
    peer = pytorch_factors(lambda optimiser: lr_scheduler.ExponentialLR(optimiser, gamma=0.9), 12)
    assert [ENTRY.factor(7 * epoch, 84, 7, decay=0.9) for epoch in range(12)] == pytest.approx(peer, rel=1e-12)
