"""Members: what each member of a population has of its own, stacked along the first axis."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor

from thalweg.core.entries import Entry, Schedule
from thalweg.core.knobs import Integer, Number
from thalweg.run.penalties import Knobs, Penalties
from thalweg.run.recipe import CATALOGUES, Part, Recipe

Ownership = Bool[Tensor, "members all"] | Float[Tensor, "members all"]
"""Which examples each member trains on, or how much each counts for it."""


@dataclass(frozen=True, eq=False)
class Members:
    """The numbers in which the members of a population differ: every numeric setting as a tensor, or plain where there is one member.

    `settings` are the optimiser's knobs; `loss` and `average` those of theirs; `clip` bounds the gradients (None: nobody's is bounded);
    `own` [members, all examples] says which examples each trains on, or how much each counts for it: numbers whose mean over the training
    part is 1 (None: all of the training part, equally).
    """

    recipes: tuple[Recipe, ...]
    settings: Knobs
    loss: Knobs
    penalties: Penalties
    average: Knobs
    clip: float | Float[Tensor, " members"] | None = None
    own: Ownership | None = None

    def __len__(self) -> int:
        return len(self.recipes)

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seed of each member's initial weights, dropout and searches."""
        return tuple(recipe.seed for recipe in self.recipes)

    @cached_property
    def rates(self) -> tuple[float, ...]:
        """Each member's rate before the schedule; 0 for an optimiser that has none."""
        return tuple(float(recipe.optimiser.knobs.get("rate", 0.0)) for recipe in self.recipes)

    def factors(self, step: int, steps: int, epoch_steps: int) -> tuple[float, ...]:
        """Return what multiplies each member's rate at `step`: the product of its schedules; a single number where all have the same."""
        different, which = self._schedules
        factors = [_factor(recipe, step, steps, epoch_steps) for recipe in different]
        return (factors[0],) if len(factors) == 1 else tuple(factors[index] for index in which)

    @cached_property
    def _schedules(self) -> tuple[list[Recipe], list[int]]:
        """Recipes with different schedules, and which of them each member has."""
        keys = [tuple((part.name, *part.knobs.values()) for part in recipe.schedule) for recipe in self.recipes]
        first = {key: place for place, key in reversed(list(enumerate(keys)))}
        which = {key: number for number, key in enumerate(dict.fromkeys(keys))}
        return [self.recipes[first[key]] for key in which], [which[key] for key in keys]

    def own_of(self, rows: Int64[Tensor, " batch"]) -> Bool[Tensor, "members batch"] | Float[Tensor, "members batch"] | None:
        """Return which of some examples each member trains on, or how much they count for it; None: all on all."""
        return None if self._by_example is None else self._by_example.index_select(0, rows).T.contiguous()

    @cached_property
    def _by_example(self) -> Bool[Tensor, "all members"] | Float[Tensor, "all members"] | None:
        """Ownership with an example's members side by side in memory, as batches ask for it."""
        return None if self.own is None else self.own.T.contiguous()

    def only(self, places: Sequence[int]) -> "Members":
        """Return the members at some places."""
        index = torch.tensor(places, dtype=torch.int64)

        def chosen(value: Any) -> Any:
            return value[index.to(value.device)] if isinstance(value, Tensor) else value

        def knobs(given: Knobs) -> dict[str, Any]:
            return {name: chosen(value) for name, value in given.items()}

        return replace(
            self,
            recipes=tuple(self.recipes[place] for place in places),
            settings=knobs(self.settings),
            loss=knobs(self.loss),
            penalties=replace(self.penalties, entries=[(penalty, knobs(own)) for penalty, own in self.penalties.entries]),
            average=knobs(self.average),
            clip=chosen(self.clip),
            own=chosen(self.own),
        )


def gather_members(
    recipes: Sequence[Recipe],
    *,
    penalised: frozenset[str],
    dtype: torch.dtype,
    device: torch.device,
    own: Ownership | None,
) -> Members:
    """Stack the settings of recipes that agree in structure; `penalised` names the parameters that penalties act on."""
    like = torch.zeros((), dtype=dtype, device=device)
    first = recipes[0]

    def stack(kind: str, parts: Sequence[Part], *, beside: int = 0, always: bool = False) -> dict[str, Any]:
        return _stacked(CATALOGUES[kind].get(parts[0].name), [part.knobs for part in parts], like, beside=beside, always=always)

    penalties = [
        (CATALOGUES["penalty"].get(each.name), stack("penalty", [recipe.penalty[place] for recipe in recipes]))
        for place, each in enumerate(first.penalty)
    ]
    averages = [recipe.average for recipe in recipes if recipe.average is not None]
    return Members(
        recipes=tuple(recipes),
        settings=stack("optimiser", [recipe.optimiser for recipe in recipes], always=True),
        loss=stack("loss", [recipe.loss for recipe in recipes], beside=1),
        penalties=Penalties(penalties, penalised),
        average=stack("average", averages) if averages else {},
        clip=_clip([recipe.clip for recipe in recipes], like),
        own=None if own is None else own.to(device=device, dtype=dtype if own.is_floating_point() else own.dtype),
    )


def _stacked(entry: Entry, knobs: Sequence[Mapping[str, Any]], like: Tensor, *, beside: int, always: bool) -> dict[str, Any]:
    """Stack numbers into tensors [members], `beside` axes of length 1 after it; whole numbers, words, zeros, a lone member stay plain."""
    numbers = {knob.name for knob in entry.knobs if isinstance(knob, Number) and not isinstance(knob, Integer)}
    if len(knobs) == 1 and not always:
        return dict(knobs[0])
    shape = (len(knobs), *[1] * beside)
    columns = {name: [own[name] for own in knobs] for name in knobs[0]}
    return {
        name: like.new_tensor(values).reshape(shape) if name in numbers and (always or any(values)) else values[0]
        for name, values in columns.items()
    }


def _clip(bounds: Sequence[float | None], like: Tensor) -> float | Tensor | None:
    if all(bound is None for bound in bounds):
        return None
    return bounds[0] if len(bounds) == 1 else like.new_tensor([math.inf if bound is None else bound for bound in bounds])


def _factor(recipe: Recipe, step: int, steps: int, epoch_steps: int) -> float:
    factor = 1.0
    for part in recipe.schedule:
        schedule: Schedule = CATALOGUES["schedule"].get(part.name)
        factor *= schedule.factor(step, steps, epoch_steps, **part.knobs)
    return factor
