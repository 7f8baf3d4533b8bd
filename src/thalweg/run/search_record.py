"""Record of a search experiment: the courses of all methods from all seeds, and how their step sizes were chosen."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from thalweg.run.population_record import SearchTrace
from thalweg.run.recipe import Recipe


@dataclass(frozen=True, kw_only=True)
class Tried:
    """One step size that was tried in tuning, and the lowest objective it came to (None: never a finite one)."""

    value: float
    objective: float | None


@dataclass(frozen=True, kw_only=True)
class Method:
    """One way of searching: its settings, what a step of it costs in evaluations, and the tuning of its step size.

    `knob` is the step size; `tried` is empty where it was given. `edge` says that the chosen one is the lowest or highest of those tried.
    """

    name: str
    knob: str
    settings: Mapping[str, Any]
    cost: int
    tried: tuple[Tried, ...] = ()

    @property
    def edge(self) -> bool:
        """Whether a value beyond those tried may be better."""
        ends = (self.tried[0].value, self.tried[-1].value) if self.tried else ()
        return self.settings[self.knob] in ends

    def row(self) -> dict[str, Any]:
        """Return the record as a JSON object."""
        tried = [{"value": each.value, "objective": each.objective} for each in self.tried]
        own = {"name": self.name, "knob": self.knob, "settings": dict(self.settings), "cost": self.cost}
        return {**own, "tried": tried, "edge": self.edge}


@dataclass(frozen=True, kw_only=True)
class Searches:
    """A search experiment: every method from every seed on one objective, at equal numbers of evaluations.

    `examples` of the `available` training examples make up the objective; accuracies are those of `part`, on `measured` examples.
    """

    recipe: Recipe
    methods: tuple[Method, ...]
    traces: tuple[SearchTrace, ...]
    evaluations: int
    seeds: tuple[int, ...]
    examples: int
    available: int
    part: str
    measured: int
    chance: float

    @property
    def tuning_evaluations(self) -> int:
        """Evaluations that went into the tuning of the method that had most of them."""
        return max(len(method.tried) for method in self.methods) * self.evaluations

    def row(self) -> dict[str, Any]:
        """Return the record as a JSON object."""
        return {
            "recipe": self.recipe.model_dump(mode="json"),
            "methods": [method.row() for method in self.methods],
            "traces": [trace.row() for trace in self.traces],
            "evaluations": self.evaluations,
            "seeds": list(self.seeds),
            "examples": self.examples,
            "available": self.available,
            "part": self.part,
            "measured": self.measured,
            "chance": self.chance,
        }


def finite(value: float) -> float | None:
    """Return a number, None where it is none.

    >>> finite(2.0), finite(math.nan)
    (2.0, None)
    """
    return value if math.isfinite(value) else None
