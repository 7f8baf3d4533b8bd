"""The constant schedule."""

from thalweg.schedule import SCHEDULES


def test_it_is_one_from_the_first_step_to_the_last():
    assert {SCHEDULES.get("constant").factor(step, 30, 10) for step in range(30)} == {1.0}
