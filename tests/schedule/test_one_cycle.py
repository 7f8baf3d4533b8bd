"""The one-cycle schedule: PyTorch's, its peak, and runs too short for a rise."""

import pytest
from torch.optim import lr_scheduler

from thalweg.schedule import SCHEDULES

ENTRY = SCHEDULES.get("one-cycle")


@pytest.mark.parametrize(("shape", "anneal"), [("cosine", "cos"), ("linear", "linear")])
@pytest.mark.parametrize(("steps", "warm"), [(50, 0.3), (37, 0.25), (40, 1.0)])
def test_it_is_pytorchs(pytorch_factors, shape, anneal, steps, warm):
    def make_scheduler(optimiser):
        return lr_scheduler.OneCycleLR(
            optimiser,
            1.0,
            total_steps=steps,
            pct_start=warm,
            anneal_strategy=anneal,
            cycle_momentum=False,
            div_factor=20,
            final_div_factor=100,
        )

    ours = [ENTRY.factor(step, steps, 7, warm=warm, start=20.0, end=100.0, shape=shape) for step in range(steps)]
    assert ours == pytest.approx(pytorch_factors(make_scheduler, steps), rel=1e-10)


def test_it_starts_peaks_and_ends_where_it_should():
    """11 steps, warm 6/11: peak at step 5."""
    ours = [ENTRY.factor(step, 11, 1, warm=6 / 11, start=4.0, end=5.0, shape="linear") for step in range(11)]
    assert [ours[0], ours[5], ours[10]] == pytest.approx([0.25, 1.0, 0.05], rel=1e-12)


def test_without_a_rise_it_begins_at_the_peak():
    assert ENTRY.factor(0, 10, 1, **(ENTRY.defaults() | {"warm": 0.0})) == 1.0
    assert ENTRY.factor(0, 1, 1, **ENTRY.defaults()) == 1.0
