"""Course: a training that plays, steps, walks to the step that an address names, and knows whether an address can tell where it is."""

import time
from dataclasses import dataclass, replace

import torch

from thalweg.core.errors import ConfigError, ThalwegError
from thalweg.core.imageset import ImageSet
from thalweg.faces.lab._plane_history import History
from thalweg.faces.lab._trainer import Trainer
from thalweg.run.recipe import Recipe

FARTHEST, PATIENCE = 20_000, 10.0
"""Steps and seconds that a walk to an address's state may take."""
NUMBERS = 200
"""How many weights an address can hold."""
LATE = 0.25


@dataclass(frozen=True, kw_only=True)
class Walk:
    """A walk to a step, and when it is given up."""

    to: int
    until: float


class Course:
    """A trainer, and how it is driven. `pure`: since the start only steps were taken, so that their count says where it is."""

    def __init__(self, images: ImageSet, recipe: Recipe) -> None:
        self.trainer = Trainer(images, recipe)
        self.history = History()
        self.playing, self.pure = False, True
        self.pace: float | None = None
        self.walk: Walk | None = None
        self.said = ""
        self.due = 0.0

    @property
    def step(self) -> int:
        """Steps taken."""
        return self.trainer.state.step

    def change(self, images: ImageSet, recipe: Recipe) -> None:
        """Go on with other points or another recipe; what was just done is no step of theirs."""
        if recipe == self.trainer.recipe and _identity(images) == _identity(self.trainer.images):
            return
        self.trainer.change(images, recipe)
        if self.trainer.state is self.trainer.start:
            self.pure, self.history = True, History()
        elif self.step:
            self.pure = False
        self.trainer.last, self.said, self.walk = None, "", None

    def play(self) -> None:
        """Play, or pause. Where training has ended there is nothing to play."""
        self.walk = None
        self.playing = not self.playing and not self.over()
        self.due = time.monotonic()

    def one(self, steps: int) -> None:
        """Take so many steps and stand still."""
        self.playing, self.walk = False, None
        for _ in range(steps):
            if not self.take():
                return

    def rewind(self) -> None:
        """Go back to the start."""
        self.playing, self.walk, self.said, self.pure = False, None, "", True
        self.trainer.rewind()
        self.history = History()

    def put(self, name: str, index: tuple[int, ...], value: float) -> None:
        """Set one weight by hand."""
        shape = self.trainer.state.params[name].shape[1:] if name in self.trainer.state.params else None
        if shape is None or len(index) != len(shape) or not all(0 <= at < size for at, size in zip(index, shape, strict=True)):
            raise ConfigError(f"there is no weight {name!r} {list(index)}.")
        if not abs(value) <= 1e6:
            raise ConfigError(f"a weight must be a number between -1e6 and 1e6; got {value!r}.")
        self.trainer.put(name, index, value)
        self.pure, self.said, self.walk = False, "", None

    def over(self) -> bool:
        """Whether training has ended, which is then said."""
        trainer, optimiser = self.trainer, self.trainer.setting.optimiser
        outcome = trainer.state.outcomes[0]
        if trainer.diverged and outcome is not None:
            self.said = f"Training has diverged: {outcome.reason}. {self.advice()} The picture shows the last finite weights."
        elif trainer.recipe.schedule and self.step >= trainer.loop.steps:
            self.said = f"The schedule is over: its {trainer.recipe.epochs} epochs are done. Rewind, or give it more epochs."
        elif optimiser.reached is not None and self.step:
            there, sentence = optimiser.reached(trainer.state.optimiser, trainer.setting.settings)[0]
            self.said = sentence if there else ""
        else:
            self.said = ""
        return bool(self.said)

    def advice(self) -> str:
        """Say what to do about a training that has diverged."""
        rate = self.trainer.recipe.optimiser.knobs.get("rate")
        lower = f"a rate of {rate / 10:g}, " if rate else ""
        return f"Try {lower}points of smaller scale (prepare: standardise), or a hinge or penalty that is not squared; then rewind."

    def take(self) -> bool:
        """Take one step; False where there was none to take, or where it was the last one."""
        try:
            went = not self.over() and self.trainer.step() and not self.over()
        except ThalwegError:
            self.playing, self.walk = False, None
            raise
        if not went:
            self.over()
            self.playing, self.walk = False, None
        return went

    def walk_to(self, step: int) -> None:
        """Begin to walk to a step."""
        self.walk = Walk(to=min(step, FARTHEST), until=time.monotonic() + PATIENCE)

    def work(self, seconds: float) -> float | None:
        """Train for a slice of time; return how long to wait before the next one, None where nothing is under way."""
        end = time.monotonic() + seconds
        if self.walk is not None:
            return self._walk_on(end)
        if not self.playing:
            return None
        if self.pace is None:
            while time.monotonic() < end and self.take():
                pass
            return 0.0 if self.playing else None
        now = time.monotonic()
        self.due = max(self.due, now - LATE)
        while self.due <= time.monotonic() < end and self.take():
            self.due += 1 / self.pace
        return max(0.0, self.due - time.monotonic()) if self.playing else None

    def _walk_on(self, end: float) -> float | None:
        while self.walk is not None and time.monotonic() < end:
            if self.step >= self.walk.to:
                self.walk = None
            elif time.monotonic() > self.walk.until:
                self.said = f"The address asks for step {self.walk.to}; ten seconds led to step {self.step}. Play goes on from here."
                self.walk = None
            elif not self.take():
                return None
        return 0.0 if self.walk is not None else None

    def address(self) -> dict[str, str]:
        """Return what an address says of where training is: a count of steps, or the weights, or nothing."""
        if self.walk is not None:
            return {"steps": str(self.walk.to)}
        if self.playing:
            return {}
        if self.pure:
            return {"steps": str(self.step)} if 0 < self.step <= FARTHEST else {}
        numbers = [f"{number:.9g}" for tensor in self.trainer.state.params.values() for number in tensor.flatten().tolist()]
        return {"weights": ",".join(numbers)} if len(numbers) <= NUMBERS else {}

    @property
    def addressed(self) -> bool:
        """Whether the address tells where training is."""
        return (self.step == 0 and self.pure) or bool(self.address())

    def put_all(self, text: str) -> None:
        """Set all weights as an address has them."""
        params = self.trainer.state.params
        try:
            numbers = torch.tensor([float(word) for word in text.split(",")])
        except ValueError:
            numbers = torch.empty(0)
        count = sum(tensor.numel() for tensor in params.values())
        if len(numbers) != count or not numbers.isfinite().all():
            raise ConfigError(f"weights in the address must be {count} finite numbers, as many as the score has.")
        parts = numbers.split([tensor.numel() for tensor in params.values()])
        new = {name: part.to(tensor).reshape(tensor.shape) for (name, tensor), part in zip(params.items(), parts, strict=True)}
        self.trainer.state = replace(self.trainer.state, params=new)
        self.pure = False


def _identity(images: ImageSet) -> tuple[str, str]:
    return images.fingerprint, images.split.fingerprint
