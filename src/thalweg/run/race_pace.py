"""Pace of a race: seconds that a step of one run takes on its own, for a population's steps take another time than a run's."""

import signal
import statistics
import time
from dataclasses import replace

from thalweg.core.imageset import ImageSet
from thalweg.core.progress import Silent
from thalweg.run.conduct import first_state, workers
from thalweg.run.loop import Loop
from thalweg.run.recipe import Recipe
from thalweg.run.setting import settle_down
from thalweg.run.signals import Stop

FEWEST, MOST, ENOUGH_SECONDS = 3, 40, 0.5
"""Steps timed after the first one: at least `FEWEST`, then up to `MOST` while they have taken less than `ENOUGH_SECONDS` together."""


class Stopwatch(Silent):
    """Notes how long each step takes, and asks for the end when that is enough; the first step is for warming up."""

    def __init__(self, stop: Stop) -> None:
        self.stop = stop
        self.steps: list[float] = []
        self.since: float | None = None

    def begin(self, stage: str, total: int, unit: str) -> None:
        """Forget the time since the last step: another epoch begins."""
        self.since = None

    def advance(self, count: int = 1, **figures: float) -> None:
        """Note a step, or (first thing in an epoch) that one is to come."""
        now = time.perf_counter()
        if self.since is not None:
            self.steps.append(now - self.since)
        if len(self.warm) >= FEWEST and (len(self.warm) >= MOST or sum(self.warm) >= ENOUGH_SECONDS):
            self.stop.signal = signal.SIGINT
        self.since = time.perf_counter()

    @property
    def warm(self) -> list[float]:
        """Seconds of every step but the first."""
        return self.steps[1:]


def seconds_a_step(recipe: Recipe, images: ImageSet) -> float:
    """Return the median seconds of a training step of this recipe as a run by itself, batch and all, measurements of figures aside.

    The steps are the first of its own training, begun again where that is shorter; where training diverges at once, the first alone. The
    global random state is left as it was found.
    """
    setting = settle_down(recipe, images)
    stop = Stop()
    watch = Stopwatch(stop)
    with workers(setting) as equipped:
        loop = Loop(equipped, save=lambda _: None, log=lambda *_: None, stop=stop, progress=watch, clock=lambda: 0.0)
        state = start = first_state(setting, None)
        while not stop.asked:
            state = loop.epoch(state)
            if state.ended:
                break
            done = state.epoch + 1
            state = replace(state, epoch=done, taken=0) if done < recipe.epochs else start
    return statistics.median(watch.warm or watch.steps)
