"""Sweep plan: options to members, in chunks that fit in memory, with the budget said before the first step."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from thalweg.core.errors import ConfigError, unknown
from thalweg.core.imageset import ImageSet
from thalweg.core.progress import Progress
from thalweg.faces._asked import source_of
from thalweg.faces._pictures import load_given
from thalweg.faces._prose import counted
from thalweg.faces.many import compose_many
from thalweg.run import halving
from thalweg.run.folds import sparse_note
from thalweg.run.population import Member, Plan, plan
from thalweg.run.recipe import Recipe

METHODS = ("grid", "random", "halving")


@dataclass(frozen=True, kw_only=True)
class Rules:
    """How a sweep searches: every combination, `trials` drawn at random, or successive halving by `factor`; and how often each repeats.

    `memory` is what may be taken, in gigabytes; None: half of what is free.
    """

    method: str = "grid"
    trials: int | None = None
    factor: int = 3
    seeds: int = 1
    folds: int | None = None
    memory: float | None = None

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise unknown("method", self.method, METHODS)
        if self.method == "random" and self.trials is None:
            raise ConfigError("method random needs a number of trials, as --trials 50.")
        if self.method == "grid" and self.trials is not None:
            raise ConfigError(f"trials are for method random or halving; a grid takes every combination. Got {self.trials}.")
        if self.trials is not None and self.trials < 1:
            raise ConfigError(f"trials must be a whole number of at least 1; got {self.trials}.")
        if self.memory is not None and not 0 < self.memory < float("inf"):
            raise ConfigError(f"memory must be a number of gigabytes in (0, inf); got {self.memory}.")

    def told(self) -> dict[str, Any]:
        """Return the rules that are not as by default, by option."""
        own = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {name: value for name, value in own.items() if value != getattr(type(self), name)}


@dataclass(frozen=True, kw_only=True, eq=False)
class Planned:
    """A sweep about to begin: its plan, which candidate each member belongs to, the sentence that says its size, and notes."""

    plan: Plan
    members: tuple[Member, ...]
    candidates: tuple[int, ...]
    said: str
    notes: tuple[str, ...] = ()


def plan_sweep(images: Any, settings: Mapping[str, Any], rules: Rules, *, progress: Progress) -> tuple[Planned, ImageSet]:
    """Return the plan and the pictures; `images` are those of `train`, or name a recipe file."""
    given = {"measure": "validation", **settings}
    points = compose_many(source_of(images), given, seeds=rules.seeds, folds=rules.folds, trials=rules.trials, progress=progress)
    recipe = points[0].recipe
    loaded = _pictures(images, recipe.with_changes(data={**recipe.data.model_dump(), "folds": None, "fold": None}), progress)
    members = tuple(Member(point.recipe, point.settings) for point in points)
    candidates = numbered(members)
    count = max(candidates) + 1
    rungs = _rungs(members, count, rules)
    planned = plan(members, loaded, rungs=rungs, budget=None if rules.memory is None else int(rules.memory * 1e9))
    notes = _notes(recipe, loaded, rungs, count)
    return Planned(plan=planned, members=members, candidates=candidates, said=_said(planned, count, rules), notes=notes), loaded


def numbered(members: tuple[Member, ...]) -> tuple[int, ...]:
    """Return for each member the number of its candidate: members of equal settings repeat one.

    >>> numbered((Member(Recipe(), {"rate": 1}), Member(Recipe(seed=1), {"rate": 1}), Member(Recipe(), {"rate": 2})))
    (0, 0, 1)
    """
    keys = [repr(sorted(member.settings.items())) for member in members]
    known = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    return tuple(known[key] for key in keys)


def _pictures(images: Any, recipe: Recipe, progress: Progress) -> ImageSet:
    loaded = load_given(images, recipe, progress=progress)
    return loaded.numbered_for(recipe.classes or loaded.classes)


def _rungs(members: tuple[Member, ...], candidates: int, rules: Rules) -> tuple[halving.Rung, ...]:
    if rules.method != "halving":
        return ()
    epochs = {member.recipe.epochs for member in members}
    if len(epochs) > 1:
        raise ConfigError(
            f"with method halving the epochs are what candidates compete for; got several: {sorted(epochs)}. Give one number."
        )
    return halving.plan(candidates, epochs=epochs.pop(), factor=rules.factor)


def _said(planned: Plan, candidates: int, rules: Rules) -> str:
    members = sum(len(chunk.numbers) for chunk in planned.chunks)
    over = [counted(number, noun) for number, noun in ((rules.seeds, "seed"), (rules.folds or 1, "fold")) if number > 1]
    times = "".join(f" x {each}" for each in over)
    grid = sum(len(chunk.numbers) * chunk.recipes[0].epochs for chunk in planned.chunks)
    work = halving.budget(planned.rungs) * members // candidates if planned.rungs else grid
    saved = f" (all to the end: {grid:,})" if planned.rungs else ""
    return (
        f"{counted(candidates, 'candidate')}{times} = {counted(members, 'member')} in {counted(len(planned.chunks), 'group')}, "
        f"{work:,} epochs of a member{saved}; up to {_size(planned.bytes)} beside the pictures"
    )


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{max(1, round(count / 1e6)):,} MB"


def _notes(recipe: Recipe, images: ImageSet, rungs: tuple[halving.Rung, ...], candidates: int) -> tuple[str, ...]:
    notes = []
    if recipe.data.folds is not None:
        part = images.split
        sparse = sparse_note(images.labels[[*part.train, *part.validation]], recipe.data.folds, classes=images.classes)
        notes.append(
            f"{recipe.data.folds} folds over training and validation part together; batches and preparation are shared, a member's mean is "
            f"over its own examples. {sparse}".rstrip()
        )
    if rungs:
        ladder = ", ".join(f"{rung.members} to epoch {rung.epochs}" for rung in rungs)
        notes.append(f"Successive halving of {counted(candidates, 'candidate')}: {ladder}. Schedules run as if all trained to the end.")
    return tuple(notes)
