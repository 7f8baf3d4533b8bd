"""Course: a training as the pictures room conducts it: figures after each epoch, the loss of each step, and what was changed on the way."""

import time
from dataclasses import replace

from thalweg.core.imageset import ImageSet
from thalweg.faces.lab._trace import Trace
from thalweg.faces.lab._trainer import Trainer
from thalweg.run.recipe import Recipe
from thalweg.run.record import Epoch
from thalweg.run.start import Start


class Course:
    """A trainer with its log. `marks` are the steps at which a person changed the recipe: with one, the recipe alone tells not all."""

    def __init__(self, images: ImageSet, recipe: Recipe, begin: Start | None) -> None:
        self.trainer = Trainer(images, recipe, begin=begin)
        self.version = 0
        self._begin()

    def _begin(self) -> None:
        """Measure the figures before the first step."""
        self.trace = Trace()
        self.marks: list[int] = []
        if not self.rows:
            self.trainer.start = self.trainer.state = self.trainer.loop.first_row(self.trainer.state)
        self.version += 1

    def change(self, images: ImageSet, recipe: Recipe) -> None:
        """Go on with another recipe or other pictures; raise `ThalwegError` and change nothing where they do not go together."""
        before = self.trainer.state.params
        self.trainer.change(images, recipe)
        if self.trainer.state.params is before and self.step:
            self.marks.append(self.step)
            self.version += 1
        else:
            self._begin()

    def rewind(self) -> None:
        """Go back to the start."""
        self.trainer.rewind()
        self._begin()

    @property
    def rows(self) -> tuple[Epoch, ...]:
        """The figures after each epoch so far, before the first step included."""
        return self.trainer.state.rows

    @property
    def step(self) -> int:
        """How many steps are done."""
        return self.trainer.state.step

    @property
    def done(self) -> bool:
        """Whether all epochs of the recipe are done."""
        state = self.trainer.state
        return state.epoch >= self.trainer.recipe.epochs and not state.taken

    @property
    def stopped(self) -> str:
        """Why no step can be taken, and what to do; nothing where one can."""
        outcome = self.trainer.state.outcomes[0]
        if outcome is not None:
            return f"{outcome.reason[0].upper()}{outcome.reason[1:]}. {outcome.advice}"
        count = self.trainer.recipe.epochs
        return f"All {count} epochs are done. Set more epochs to go on, or begin again." if self.done else ""

    def take(self) -> bool:
        """Take one step, and measure the figures where an epoch ends; False where no step can be taken."""
        if self.stopped:
            return False
        started = time.monotonic()
        going = self.trainer.step()
        if going and self.trainer.loss is not None:
            self.trace.add(self.step, self.trainer.loss)
        state = self.trainer.state
        if going and state.taken >= self.trainer.steps_an_epoch:
            state = self.trainer.loop.with_row(state, epoch=state.epoch + 1)
        self.trainer.state = replace(state, seconds=state.seconds + time.monotonic() - started)
        self.version += 1
        return not self.stopped

    def finish_epoch(self) -> None:
        """Take the steps that are left of an epoch that was begun."""
        while self.trainer.state.taken and self.take():
            pass
