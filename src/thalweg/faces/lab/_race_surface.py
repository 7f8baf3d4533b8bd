"""Race on a surface: every runner's whole course, one runner after the other, and what every point of it is."""

import time
from collections.abc import Generator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import torch
from jaxtyping import Float64

from thalweg.core.errors import ConfigError
from thalweg.core.knobs import Choice, Flag, Integer, Knob, Number, Text
from thalweg.evidence import surface_paths
from thalweg.evidence.surface_paths import SurfacePaths
from thalweg.faces.lab._form import Field, Form, written
from thalweg.faces.lab._race_examples import EXAMPLES
from thalweg.faces.lab._race_picture import course, ground_picture, relief
from thalweg.faces.lab._race_words import DETAILS, GROUND, Starter, looks, optimisers_knob, own_values, runner_fields, starters, steps_knob
from thalweg.faces.lab._room import Reply
from thalweg.faces.lab._wire import Picture
from thalweg.faces.words import words_of
from thalweg.run.surface_landscape import Landscape, landscape
from thalweg.run.surface_race import lined_up, running
from thalweg.run.surface_record import Race, Runner
from thalweg.surface import SURFACES

RUNNERS = ("sgd", "momentum", "rmsprop", "adam")
STEPS = 300
KEPT = 400
"""Courses that are kept, so that a runner ticked again is there at once."""
COARSE, FINE = 121, 241
"""Points along the longer side of the ground: of the whole race, and of the part that a map shows."""
DEEPEST = 1e4
"""How many times a map may be nearer, or farther away, than the whole race."""

OWN: dict[str, Knob] = {
    "surface": Choice(name="surface", default="rosenbrock", meaning="the ground", choices=tuple(sorted(SURFACES.names()))),
    "angle": Number(name="angle", default=0.0, low=-180, high=180, meaning="degrees by which surface and start are turned"),
    "steps": steps_knob(STEPS, "how many steps everybody takes"),
    "tuned": Flag(name="tuned", default=True, meaning="every runner at the best of the same 16 rates, or at rates set by hand"),
    "seed": Integer(name="seed", default=0, low=0, high=2**31, meaning="what chance draws, for runners that draw"),
}
LABELS = {"surface": "surface", "angle": "turned by", "steps": "steps", "tuned": "best rates", "seed": "seed"}


@dataclass(frozen=True, kw_only=True)
class Ask:
    """A race as it is asked for, but for who runs: what a course depends on besides its runner."""

    surface: str
    angle: float
    start: tuple[float, float]
    steps: int
    seed: int


class SurfaceRace:
    """A race on a surface on one page."""

    def __init__(self, words: Mapping[str, Any]) -> None:
        self.courses: dict[Any, Runner] = {}
        self.under_way: tuple[Any, Generator[int, None, Runner]] | None = None
        self.drawn: tuple[Any, Picture] | None = None
        self.ask: Ask | None = None
        self.settle(words)

    def settle(self, words: Mapping[str, Any]) -> None:
        """Take the words; raise `ConfigError` and stay as it was where they are no race."""
        own = own_values(OWN, words)
        runners = starters(words, RUNNERS)
        details = own_values({"details": DETAILS}, words)["details"]
        ask = _ask(own, words)
        if ask != self.ask:
            race = lined_up(ask.surface, start=ask.start, steps=ask.steps, angle=ask.angle, seed=ask.seed)
            self.paths = _measured(race, landscape(ask.surface, angle=ask.angle))
            self.ground = landscape(ask.surface, angle=ask.angle)
        self.ask, self.words, self.own = ask, dict(words), own
        self.runners, self.details, self.start = runners, details, ask.start

    def form(self) -> Form:
        """Return the controls."""
        surface = SURFACES.get(self.own["surface"])
        fields = [Field(knob=GROUND, value="surface", group="Ground", fresh=True), self._field("surface", "Ground")]
        fields += [Field(knob=knob, value=float(self.ground.knobs[knob.name]), group="Ground") for knob in surface.knobs]
        usual = ",".join(f"{place:g}" for place in surface.start)
        knob = Text(name="start", default=usual, meaning="x and y where everybody begins, before the turn")
        fields += [self._field("angle", "Ground"), Field(knob=knob, value=written(self.start), group="Ground")]
        fields += [self._field(name, "Race") for name in ("steps", "tuned", "seed")]
        if not self.own["tuned"]:
            fields.append(Field(knob=DETAILS, value=self.details, group="Race", label="all knobs"))
            fields += runner_fields(self.runners, self.details)
        names = ",".join(runner.name for runner in self.runners)
        standard = optimisers_knob(RUNNERS).default
        return Form(fields=tuple(fields), extra={} if names == standard else {"optimisers": names})

    def _field(self, name: str, group: str) -> Field:
        return Field(knob=OWN[name], value=self.own[name], group=group, label=LABELS[name])

    def tell(self, word: str, given: Mapping[str, Any]) -> Reply:
        """Do what was asked."""
        if word not in self.WORDS:
            raise ConfigError(f"a race on a surface knows no word {word!r}.")
        return self.WORDS[word](self, given)

    def change(self, given: Mapping[str, Any]) -> Reply:
        """Change settings; a new surface begins at its own start."""
        state = dict(given["state"])
        kept = {word: value for word, value in self.words.items() if not ("surface" in state and word == "start")}
        self.settle({**kept, **state})
        return None

    def begin_at(self, given: Mapping[str, Any]) -> Reply:
        """Begin at a point of the map, which the surface may have been turned under."""
        x, y = self.ground.turned_back((float(given["x"]), float(given["y"])))
        self.settle({**self.words, "start": f"{x:.6g},{y:.6g}"})
        return None

    def view(self, given: Mapping[str, Any]) -> Reply:
        """Answer with the ground of a part of the map."""
        window = _window([float(place) for place in given["window"]], self.paths.race.window)
        return ground_picture(_measured(replace(self.paths.race, window=window), self.ground, FINE))

    WORDS = {"set": change, "start": begin_at, "view": view}  # noqa: RUF012

    def settings(self, runner: Starter) -> dict[str, Any]:
        """Return what a runner's knobs are set to: nothing, to be tuned, or every one."""
        return {} if self.own["tuned"] else {**{knob.name: knob.default for knob in runner.entry.knobs}, **runner.given}

    def key(self, runner: Starter) -> Any:
        """Return what a course is kept by."""
        return (self.ask, runner.name, tuple(sorted(self.settings(runner).items())))

    def work(self, seconds: float) -> float | None:
        """Let the next one run whose course is not there yet, for a while."""
        waiting = [runner for runner in self.runners if self.key(runner) not in self.courses]
        if not waiting:
            return None
        key = self.key(waiting[0])
        if self.under_way is None or self.under_way[0] != key:
            name = waiting[0].name
            self.under_way = (key, running(self.paths.race, name, given=self.settings(waiting[0])))
        end = time.monotonic() + seconds
        try:
            while time.monotonic() < end:
                next(self.under_way[1])
        except StopIteration as finished:
            self.keep(key, finished.value)
            self.under_way = None
            return 0.0 if len(waiting) > 1 else None
        return 0.0

    def keep(self, key: Any, runner: Runner) -> None:
        """Keep a course; the oldest goes where there are too many."""
        while len(self.courses) >= KEPT:
            del self.courses[next(iter(self.courses))]
        self.courses[key] = runner

    def picture(self) -> Picture:
        """Return ground, courses that are there, and who is still to come; made anew only where that has changed."""
        now = (self.ask, self.own["tuned"], [(self.key(runner), self.key(runner) in self.courses) for runner in self.runners])
        if self.drawn is None or self.drawn[0] != now:
            self.drawn = (now, self._picture())
        return self.drawn[1]

    def _picture(self) -> Picture:
        there = [runner for runner in self.runners if self.key(runner) in self.courses]
        race = replace(self.paths.race, runners=tuple(self.courses[self.key(runner)] for runner in there))
        rows, arrays = course(replace(self.paths, race=race))
        drawn = ground_picture(self.paths)
        data = {
            "ground": "surface",
            "ask": f"{self.ask}",
            "formula": race.formula,
            "title": race.surface.replace("-", " "),
            "start": list(race.start),
            "steps": race.steps,
            "finish": race.finish,
            "critical": [asdict(each) for each in race.critical],
            "looks": looks(),
            "examples": [each.row() for each in EXAMPLES],
            "runners": rows,
            "coming": [runner.name for runner in self.runners if runner not in there],
            "tuned": self.own["tuned"],
            **drawn.data,
        }
        return Picture(data=data, arrays={**drawn.arrays, "relief": relief(self.paths), **arrays})


def _ask(own: Mapping[str, Any], words: Mapping[str, Any]) -> Ask:
    surface = SURFACES.get(own["surface"])
    knob = surface.knobs[0] if surface.knobs else None
    named = surface.name if knob is None or knob.name not in words else f"{surface.name}:{words[knob.name]}"
    start = _point(str(words.get("start") or ""), surface.start)
    return Ask(surface=named, angle=own["angle"], start=start, steps=own["steps"], seed=own["seed"])


def _point(text: str, usual: tuple[float, float]) -> tuple[float, float]:
    if not text:
        return usual
    try:
        x, y = (float(word) for word in words_of(text))
    except ValueError:
        raise ConfigError(f"start must be two numbers, as -1.5,2; got {text!r}.") from None
    return (x, y)


def _measured(race: Race, ground: Landscape, resolution: int = COARSE) -> SurfacePaths:
    """Return the heights of a race's window and the levels of its contours."""

    def height(points: Float64[np.ndarray, "m 2"]) -> Float64[np.ndarray, " m"]:
        return ground.value(torch.from_numpy(points)).numpy()

    return surface_paths.measure(race, height, resolution=resolution)


def _window(asked: list[float], whole: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """Return a part of the map as asked for; raise `ConfigError` on one that is none, too near or too far away."""
    wide = max(whole[1] - whole[0], whole[3] - whole[2])
    sides = (asked[1] - asked[0], asked[3] - asked[2]) if len(asked) == 4 else (0.0, 0.0)
    if not all(wide / DEEPEST <= side <= wide * DEEPEST for side in sides) or not all(abs(place) <= 1e9 for place in asked):
        raise ConfigError(f"a part of the map is lowest x, highest x, lowest y, highest y; got {asked}.")
    return (asked[0], asked[1], asked[2], asked[3])
