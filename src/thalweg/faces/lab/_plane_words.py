"""Words of the plane: what a person may set beside the recipe, and the recipe that the words make."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from thalweg.core.knobs import Choice, Integer, Knob, Number
from thalweg.faces.lab._form import Field, read
from thalweg.faces.lab._plane_points import MOST
from thalweg.faces.lab._settings import NONE, POINTS, Menu, Settled, check_words, settled
from thalweg.optimise import OPTIMISERS
from thalweg.run.recipe import Recipe

OWN = "own"
FASTEST = "fastest"
SPEEDS = ("1", "3", "10", "30", "100", FASTEST)
MENU = Menu(
    offered={
        "score": ("linear", "mlp"),
        "loss": ("softmax", "svm-sum", "svm-max", "svm-ova", "svm-sum-squared", "svm-max-squared", "svm-ova-squared"),
        "optimiser": (
            "momentum", "gradient-descent", "sgd", "nesterov", "adagrad", "rmsprop", "adadelta", "adam", "adamw", "muon",
            "lbfgs", "newton", "saddle-free-newton", "exact", "random-search", "local-search",
        ),
        "schedule": ("constant", "step", "exponential", "inverse-time", "cosine", "warm-up", "one-cycle"),
    },
    hidden=frozenset({"precision"}),
    standard={"widths": (8, 8)},
)  # fmt: skip
KNOBS: dict[str, Knob] = {
    "noise": Number(name="noise", default=0.0, low=0, high=1, meaning="standard deviation of what is added to every point"),
    "examples": Integer(name="examples", default=120, low=6, high=MOST, meaning="how many points"),
    "validation": Number(name="validation", default=0.2, low=0, high=0.9, meaning="share of the points held out, drawn hollow"),
    "data_seed": Integer(name="data_seed", default=0, low=0, high=2**31, meaning="what chance draws the points with"),
    "prepare": Choice(name="prepare", default=NONE, meaning="what happens to x and y before the score", choices=(NONE, "standardise")),
    "epochs": Integer(name="epochs", default=1000, low=1, high=100000, meaning="epochs that the schedule spans"),
    "speed": Choice(name="speed", default=FASTEST, meaning="steps a second while training plays", choices=SPEEDS),
}
LABELS = {"data_seed": "draw", "validation": "held out"}
PLACES = {"prepare": "Score", "epochs": "Optimiser", "speed": "Speed"}
ASIDE = ("points", "names", "steps", "weights", "window")
"""Words of the address that have no control."""
DRAWN = ("data", "noise", "examples", "data_seed")
"""Words that make new points."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What the words ask for: values of the room's own knobs, and the recipe with its controls."""

    own: Mapping[str, Any]
    settled: Settled
    data: Choice

    @property
    def recipe(self) -> Recipe:
        """The recipe that is trained by."""
        return self.settled.recipe

    @property
    def pace(self) -> float | None:
        """Steps a second; None as fast as it goes."""
        return None if self.own["speed"] == FASTEST else float(self.own["speed"])

    def fields(self) -> tuple[Field, ...]:
        """Return the controls: of the points, of the recipe, of the speed."""
        preset = self.own["data"] in POINTS
        shown = [
            word for word in KNOBS
            if (preset or word not in DRAWN) and (word != "examples" or self.own["data"] != "blobs3")
            and (word != "epochs" or self.recipe.schedule)
        ]  # fmt: skip
        words = {**{speed: f"{speed} a second" for speed in SPEEDS[:-1]}, FASTEST: "full speed", NONE: "as they are"}
        data = Field(knob=self.data, value=self.own["data"], group="Points", label="points", words={OWN: "your own"}, fresh=True)
        own = [
            Field(knob=KNOBS[word], value=self.own[word], group=PLACES.get(word, "Points"), label=LABELS.get(word, ""), words=words)
            for word in shown
        ]  # fmt: skip
        return (data, *(each for each in own if each.group == "Points"), *_merged(self.settled.fields, own))


def _merged(recipe: tuple[Field, ...], own: list[Field]) -> list[Field]:
    """Return the recipe's controls with the room's own ones at the end of their groups."""
    groups = [*dict.fromkeys(field.group for field in recipe), "Speed"]
    rest = [field for field in own if field.group != "Points"]
    return [field for group in groups for field in (*recipe, *rest) if field.group == group]


def wished(words: Mapping[str, Any], opened: str) -> Wish:
    """Read the words of a state; `opened` is the table that the lab was opened with, if any. `ConfigError` in one line."""
    check_words(words, ("data", *KNOBS, *ASIDE))
    choices = (*POINTS, OWN, *([opened] if opened else []))
    data = Choice(name="data", default=POINTS[0], meaning="a set of points, or your own: drag, add and remove them", choices=choices)
    own = {word: read(knob, words[word]) if word in words else knob.default for word, knob in {"data": data, **KNOBS}.items()}
    fixed = {
        "data": {"source": "spiral" if own["data"] not in POINTS else own["data"]}, "epochs": own["epochs"],
        "prepare": () if own["prepare"] == NONE else (own["prepare"],), "data_seed": own["data_seed"],
        "path_points": 0,
    }  # fmt: skip
    return Wish(own=own, settled=settled(_fitting(words), MENU, fixed), data=data)


def _fitting(words: Mapping[str, Any]) -> dict[str, Any]:
    """Return the words without a batch where the optimiser takes the whole set, and without a schedule where it has no rate."""
    name = words.get("optimiser", MENU.offered["optimiser"][0])
    entry = OPTIMISERS.get(name) if name in MENU.offered["optimiser"] else None
    gone = {
        "batch": entry is not None and entry.full_batch,
        "schedule": entry is not None and all(knob.name != "rate" for knob in entry.knobs),
    }
    return {word: value for word, value in words.items() if not gone.get(word, False)}
