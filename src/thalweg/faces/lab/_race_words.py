"""Race words: what the state of a race says of its runners: which optimisers run, by which knobs, and how each looks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from thalweg.core.catalogue import settle
from thalweg.core.entries import Optimiser
from thalweg.core.errors import ConfigError, nearest
from thalweg.core.knobs import Choice, Flag, Integer, Knob, Number, Text
from thalweg.faces.lab._form import Field, read
from thalweg.faces.words import words_of
from thalweg.optimise import OPTIMISERS
from thalweg.run.surface_race import TUNED, runners_by_default
from thalweg.views._trails import line_of, symbol_of

FIRST = ("sgd", "momentum", "rmsprop", "adam", "newton", "nesterov", "adagrad", "saddle-free-newton")
"""What is known best has the colours that are told apart best; the others follow as the catalogue has them."""

GROUNDS = ("surface", "data")
GROUND = Choice(
    name="ground", default="surface", meaning="what is raced on: a surface of two numbers, or a training on data", choices=GROUNDS
)
DETAILS = Flag(name="details", default=False, meaning="a control for every knob of every runner, not only for how far it steps")
MOST = 5000


@dataclass(frozen=True, kw_only=True)
class Starter:
    """An optimiser that runs, with what a person has set of it."""

    entry: Optimiser
    given: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The optimiser's name."""
        return self.entry.name


def known() -> list[str]:
    """Return every optimiser that may race, in the order in which they get their colours."""
    able = runners_by_default()
    return [*(name for name in FIRST if name in able), *(name for name in able if name not in FIRST)]


def looks() -> list[dict[str, Any]]:
    """Return every optimiser that may race: name, what it is, and its line and symbol, which stay its own whoever else runs."""
    return [
        {
            "name": name,
            "summary": OPTIMISERS.get(name).summary,
            "formula": OPTIMISERS.get(name).formula,
            "symbol": symbol_of(place),
            **line_of(place),
        }
        for place, name in enumerate(known())
    ]


def optimisers_knob(default: Sequence[str]) -> Text:
    """Return the setting that lists who runs: `optimisers=sgd,adam`."""
    return Text(name="optimisers", default=",".join(default), meaning="who runs")


def starters(words: Mapping[str, Any], default: Sequence[str]) -> tuple[Starter, ...]:
    """Return who runs, in the order of `known`; raise `ConfigError` on names that may not, on none, and on knobs out of range."""
    able = known()
    names = words_of(str(words["optimisers"])) if "optimisers" in words else list(default)
    for name in names:
        if name not in able:
            raise ConfigError(f"{name!r} does not race here.{nearest(name, able)}")
    if not names:
        raise ConfigError("a race needs at least one optimiser; tick one.")
    return tuple(_starter(OPTIMISERS.get(name), words) for name in able if name in names)


def runner_fields(runners: Sequence[Starter], details: bool) -> tuple[Field, ...]:
    """Return the controls of the runners' knobs, each in its optimiser's group: the step's size, and all others if asked for or set."""
    return tuple(
        Field(knob=knob, value=_value(runner, knob), group=runner.name, name=f"{runner.name}.{knob.name}")
        for runner in runners
        for knob in runner.entry.knobs
        if knob.name in TUNED or details or knob.name in runner.given
    )


def steps_knob(default: int, meaning: str) -> Integer:
    """Return the setting of how long a race is."""
    return Integer(name="steps", default=default, low=1, high=MOST, meaning=meaning)


def own_values(knobs: Mapping[str, Knob], words: Mapping[str, Any]) -> dict[str, Any]:
    """Return the room's own settings: as the words have them, checked, else as they stand by themselves."""
    return {word: read(knob, words[word]) if word in words else knob.default for word, knob in knobs.items()}


def _starter(entry: Optimiser, words: Mapping[str, Any]) -> Starter:
    given = {}
    for knob in entry.knobs:
        word = f"{entry.name}.{knob.name}"
        if word in words:
            given[knob.name] = read(replace(knob, name=word), words[word])
    settle(entry, given, kind="optimiser")
    return Starter(entry=entry, given=given)


def _value(runner: Starter, knob: Knob) -> Any:
    value = runner.given.get(knob.name, knob.default)
    return float(value) if isinstance(knob, Number) and not isinstance(knob, Integer) else value
