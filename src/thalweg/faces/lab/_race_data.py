"""Race on data: everybody trains from the same weights on the same batches; who is furthest behind takes the next step."""

import math
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from thalweg.core.errors import ConfigError
from thalweg.core.imageset import ImageSet, Split
from thalweg.core.knobs import Choice, Integer, Knob, Number
from thalweg.faces.lab._form import Field, Form
from thalweg.faces.lab._race_examples import DATA_EXAMPLES
from thalweg.faces.lab._race_racer import Racer, curves
from thalweg.faces.lab._race_words import DETAILS, GROUND, Starter, looks, optimisers_knob, own_values, runner_fields, starters, steps_knob
from thalweg.faces.lab._room import Reply
from thalweg.faces.lab._settings import POINTS, Menu, Settled, settled
from thalweg.faces.lab._wire import Picture
from thalweg.images import is_installed, load
from thalweg.optimise import OPTIMISERS

RUNNERS = ("sgd", "momentum", "rmsprop", "adam")
MOST_TRAIN, MOST_VALIDATION = 6000, 1000
"""How many pictures of a large set take part, so that everybody's every epoch stays short."""
MARKS = 50
"""How often whole parts of the data are measured at most; short epochs are taken together."""
HELD = 0.3
"""The share of points that nobody trains on: few points need many of them to say how good somebody is."""
STEPS = 300
BATCH = 64
FIXED = {"epochs": 1_000_000, "augment": ()}
OFFERED = {"score": ("linear", "mlp", "cnn"), "loss": ("softmax", "svm-sum", "svm-max", "svm-ova")}
KNOBS = frozenset(knob.name for entry in OPTIMISERS for knob in entry.knobs)


def sources() -> tuple[str, ...]:
    """Return the data sets that are there without asking the network."""
    return tuple(name for name in ("digits", *sorted(POINTS), "fashion-mnist") if is_installed(name))


def own_knobs() -> dict[str, Knob]:
    """Return the settings that are the room's own."""
    return {
        "data": Choice(name="data", default="digits", meaning="what everybody learns", choices=sources()),
        "noise": Number(name="noise", default=0.0, low=0, high=1, meaning="standard deviation of what is added to every point"),
        "examples": Integer(name="examples", default=200, low=4, high=1000, meaning="how many points"),
        "steps": steps_knob(STEPS, "how many steps everybody takes"),
    }


WORDS = ("data", "noise", "examples", "steps")
LABELS = {"data": "data", "noise": "noise", "examples": "points", "steps": "steps"}


class DataRace:
    """A race on data on one page."""

    def __init__(self, words: Mapping[str, Any]) -> None:
        self.racers: dict[str, Racer] = {}
        self.asked: Any = None
        self.images: ImageSet
        self.playing, self.goal = False, 0
        self.settle(words)

    def settle(self, words: Mapping[str, Any]) -> None:
        """Take the words; who has not changed stays where it is, who has begins anew and catches up.

        Raises `ThalwegError` and stays as it was where they are no race.
        """
        own = own_values(own_knobs(), words)
        details = own_values({"details": DETAILS}, words)["details"]
        runners = starters(words, RUNNERS)
        data = tuple(own[name] for name in ("data", "noise", "examples"))
        images = self.images if self.asked == data else _images(*data)
        known = self.racers if self.asked == data else {}
        racers = {runner.name: _racer(runner, words, own, images=images, known=known) for runner in runners}
        form = _form(own, runners, details=details, rest=_settled("sgd", {}, words, own))
        kept = [racer.step for name, racer in racers.items() if racer is known.get(name)]
        self.asked, self.images, self.racers, self.words = data, images, racers, dict(words)
        self.steps, self.shown = own["steps"], form
        self.epoch = min((racer.trainer.steps_an_epoch for racer in racers.values() if racer.recipe.batch), default=1)
        self.every = self.epoch * math.ceil(self.steps / self.epoch / MARKS)
        self.goal = self.steps if self.playing else min(self.steps, max(kept, default=0))

    def form(self) -> Form:
        """Return the controls."""
        return self.shown

    def tell(self, word: str, given: Mapping[str, Any]) -> Reply:
        """Do what was asked."""
        if word not in self.TOLD:
            raise ConfigError(f"a race on data knows no word {word!r}.")
        self.TOLD[word](self, given)
        return None

    def change(self, given: Mapping[str, Any]) -> None:
        """Change settings."""
        self.settle({**self.words, **given["state"]})

    def play(self, given: Mapping[str, Any]) -> None:
        """Run to the end, or stop where everybody is."""
        self.playing = not self.playing and self._next(self.steps) is not None
        self.goal = self.steps if self.playing else self.step

    def one(self, given: Mapping[str, Any]) -> None:
        """Let everybody take a step."""
        self.playing, self.goal = False, min(self.steps, self.step + 1)

    def one_epoch(self, given: Mapping[str, Any]) -> None:
        """Let everybody run to the end of an epoch."""
        self.playing, self.goal = False, min(self.steps, (self.step // self.epoch + 1) * self.epoch)

    def rewind(self, given: Mapping[str, Any]) -> None:
        """Bring everybody back to the start."""
        self.playing, self.goal = False, 0
        for racer in self.racers.values():
            racer.rewind()

    TOLD = {"set": change, "play": play, "step": one, "epoch": one_epoch, "rewind": rewind}  # noqa: RUF012

    @property
    def step(self) -> int:
        """How many steps everybody has taken who is still in the race; where nobody is, how far they came."""
        going = [racer.step for racer in self.racers.values() if not racer.diverged]
        return min(going) if going else max(racer.step for racer in self.racers.values())

    def _next(self, goal: int) -> Racer | None:
        """Return who takes the next step: the one furthest behind; None where all are there."""
        going = [racer for racer in self.racers.values() if not racer.diverged and racer.step < goal]
        return min(going, key=lambda racer: racer.step, default=None)

    def work(self, seconds: float) -> float | None:
        """Let them take steps in turn."""
        end = time.monotonic() + seconds
        while (racer := self._next(self.goal)) is not None:
            racer.advance(self.every, self.steps)
            if time.monotonic() >= end:
                return 0.0
        self.playing = False
        return None

    def picture(self) -> Picture:
        """Return everybody's curves."""
        racers = list(self.racers.values())
        parts = racers[0].trainer.setting.parts
        data = {
            "ground": "data",
            "title": self.asked[0],
            "examples": [each.row() for each in DATA_EXAMPLES],
            "looks": looks(),
            "runners": [racer.row() for racer in racers],
            "coming": [],
            "step": self.step,
            "steps": self.steps,
            "every": self.every,
            "epoch": self.epoch,
            "playing": self.playing,
            "counts": {name: len(part) for name, part in parts.items()},
            "score": racers[0].recipe.score.name,
            "loss": racers[0].recipe.loss.name,
            "whole": [racer.name for racer in racers if not racer.recipe.batch],
        }
        return Picture(data=data, arrays=curves(racers))


_SPELT = {"fashion-mnist": f"fashion-mnist ({MOST_TRAIN} of them)"}


def _racer(
    runner: Starter, words: Mapping[str, Any], own: Mapping[str, Any], *, images: ImageSet, known: Mapping[str, Racer]
) -> Racer:  # fmt: skip
    """Return who runs already by the same recipe, else a new one; all recipes are the same but for the optimiser."""
    whole = {"batch": "0"} if runner.entry.full_batch else {}
    try:
        recipe = _settled(runner.name, {**runner.given, **whole}, words, own).recipe
    except ConfigError as error:
        raise ConfigError(f"{runner.name} cannot race here: {error}") from None
    earlier = known.get(runner.name)
    return earlier if earlier and earlier.recipe == recipe else Racer(runner.name, images, recipe)


def _settled(optimiser: str, given: Mapping[str, Any], words: Mapping[str, Any], own: Mapping[str, Any]) -> Settled:
    """Return the recipe of an optimiser, and the controls that make it."""
    menu = Menu(offered={**OFFERED, "optimiser": (optimiser,)}, batch=BATCH)
    base = {name: value for name, value in words.items() if name not in KNOBS | {"optimiser"} and "." not in name}
    points = {"prepare": ()} if own["data"] in POINTS else {}
    return settled({**base, **given}, menu, {"data": {"source": own["data"]}, **FIXED, **points})


def _form(own: Mapping[str, Any], runners: tuple[Starter, ...], *, details: bool, rest: Settled) -> Form:
    knobs = own_knobs()
    shown = [name for name in WORDS[:-1] if own["data"] in POINTS or name not in ("noise", "examples")]
    fields = [Field(knob=GROUND, value="data", group="Ground", fresh=True)]
    fields += [Field(knob=knobs[name], value=own[name], group="Ground", label=LABELS[name], fresh=True, words=_SPELT) for name in shown]
    fields += [field for field in rest.fields if field.group != "Optimiser"]
    fields.append(Field(knob=knobs["steps"], value=own["steps"], group="Race"))
    fields += [replace(field, group="Race") for field in rest.fields if field.key in ("batch", "seed")]
    fields.append(Field(knob=DETAILS, value=details, group="Race", label="all knobs"))
    fields += runner_fields(runners, details)
    names = ",".join(runner.name for runner in runners)
    return Form(fields=tuple(fields), extra={} if names == optimisers_knob(RUNNERS).default else {"optimisers": names})


def _images(name: str, noise: float, examples: int) -> ImageSet:
    """Return the pictures, a part of them where there are many."""
    images = load(name, noise=noise, examples=examples, validation=HELD, test=0.0) if name in POINTS else load(name)
    split = images.split
    return replace(
        images,
        split=Split(train=split.train[:MOST_TRAIN], validation=split.validation[:MOST_VALIDATION], test=split.test[:MOST_VALIDATION]),
    )
