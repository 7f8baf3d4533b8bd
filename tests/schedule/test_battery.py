"""The contract that every schedule keeps; a new entry is covered by its file alone."""

import pytest

from thalweg.schedule import SCHEDULES


@pytest.fixture(params=SCHEDULES.names())
def entry(request):
    return SCHEDULES.get(request.param)


def test_it_is_documented(entry):
    assert entry.summary.endswith(".")
    assert entry.formula
    assert entry.reference
    for knob in entry.knobs:
        assert knob.name not in ("rate", "step", "steps", "epoch_steps")
        assert knob.meaning
        assert knob.check(knob.default) == knob.default


@pytest.mark.parametrize(("steps", "epoch_steps"), [(1, 1), (2, 1), (5, 10), (300, 10)])
def test_it_is_a_number_from_zero_to_one_at_every_step(entry, steps, epoch_steps):
    for step in range(steps):
        factor = entry.factor(step, steps, epoch_steps, **entry.defaults())
        assert type(factor) is float
        assert 0 <= factor <= 1


def test_the_whole_rate_is_used_somewhere(entry):
    assert max(entry.factor(step, 300, 10, **entry.defaults()) for step in range(300)) > 0.99


def test_the_length_of_an_epoch_in_steps_scales_time_alone(entry):
    """Twice as many steps an epoch: every second step has the factor that it had, up to half a step in ramps."""
    coarse = [entry.factor(step, 300, 10, **entry.defaults()) for step in range(300)]
    fine = [entry.factor(2 * step, 600, 20, **entry.defaults()) for step in range(300)]
    assert fine == pytest.approx(coarse, abs=0.06)
