import time

import pytest
import torch

from thalweg.optimise import OPTIMISERS
from thalweg.run import race_pace
from thalweg.run.race_pace import FEWEST, Stopwatch, seconds_a_step
from thalweg.run.recipe import Recipe
from thalweg.run.signals import Stop


def clock(monkeypatch, *times):
    left = iter(times)
    monkeypatch.setattr(time, "perf_counter", lambda: next(left))


def test_steps_are_timed_one_by_one_without_what_lies_between_epochs(monkeypatch):
    clock(monkeypatch, 0.0, 0.0, 1.0, 1.0, 1.25, 1.25, 9.0, 9.0, 9.5, 9.5)
    watch = Stopwatch(Stop())
    watch.begin("epoch", 2, "steps")
    for _ in range(3):
        watch.advance(0)
    watch.begin("epoch", 2, "steps")
    for _ in range(2):
        watch.advance()
    assert (watch.steps, watch.warm) == ([1.0, 0.25, 0.5], [0.25, 0.5])
    assert not watch.stop.asked


def test_slow_steps_are_timed_a_few_times_fast_ones_more_often(monkeypatch):
    for length, count in ((1.0, FEWEST + 1), (0.1, 6), (1e-6, race_pace.MOST + 1)):
        instants = [step * length for step in range(200) for _ in (0, 1)]
        clock(monkeypatch, *instants)
        watch = Stopwatch(Stop())
        watch.begin("epoch", 100, "steps")
        watch.advance(0)
        while not watch.stop.asked:
            watch.advance()
        assert len(watch.steps) == count


def test_a_step_that_sleeps_takes_that_long(pictures, monkeypatch):
    entry = OPTIMISERS.get("sgd")

    def slow(*given):
        time.sleep(0.02)
        return entry.step(*given)

    from dataclasses import replace

    from thalweg.core.catalogue import Catalogue

    get = Catalogue.get
    monkeypatch.setattr(Catalogue, "get", lambda self, name: replace(entry, step=slow) if name == "sgd" else get(self, name))
    assert 0.02 <= seconds_a_step(Recipe(optimiser="sgd", epochs=1, batch=120), pictures) < 0.2


@pytest.mark.parametrize("settings", [{"optimiser": "newton", "epochs": 1}, {"optimiser": {"name": "sgd", "rate": 1e30}, "epochs": 2}])
def test_short_trainings_begin_again_and_diverging_ones_are_timed_as_far_as_they_go(pictures, settings):
    before = torch.random.get_rng_state()
    assert 0 < seconds_a_step(Recipe.make(**settings), pictures) < 10
    assert torch.equal(before, torch.random.get_rng_state())
