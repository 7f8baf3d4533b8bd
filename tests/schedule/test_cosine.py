"""The cosine schedule: by hand, and PyTorch's."""

import pytest
from torch.optim import lr_scheduler

from thalweg.schedule import SCHEDULES

ENTRY = SCHEDULES.get("cosine")


def test_quarters_by_hand():
    """Half way (1 + final) / 2; at a third of the way cos is 1/2, so 3/4 of the height above final is left."""
    assert ENTRY.factor(30, 60, 10, final=0.2) == pytest.approx(0.6, rel=1e-12)
    assert ENTRY.factor(20, 60, 10, final=0.2) == pytest.approx(0.2 + 0.8 * 0.75, rel=1e-12)


def test_a_final_share_of_one_changes_nothing():
    assert ENTRY.factor(17, 60, 10, final=1.0) == 1.0


def test_it_is_pytorchs(pytorch_factors):
    peer = pytorch_factors(lambda optimiser: lr_scheduler.CosineAnnealingLR(optimiser, T_max=40, eta_min=0.05), 40)
    assert [ENTRY.factor(step, 40, 7, final=0.05) for step in range(40)] == pytest.approx(peer, rel=1e-10)  # PyTorch's is a recursion
