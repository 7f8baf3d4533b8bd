"""Sweep: train a population, in memory or in a folder that a crash cannot spoil; its members become runs when they are asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch

from thalweg.core.errors import ConfigError, ModelError
from thalweg.core.imageset import ImageSet
from thalweg.core.progress import Progress, Silent
from thalweg.prepare import Chain
from thalweg.run.assemble import assemble
from thalweg.run.data_facts import data_facts
from thalweg.run.model import empty_module
from thalweg.run.own import folded
from thalweg.run.population import Plan, Shelf, Told, Trained, train_members
from thalweg.run.population_record import MemberResult
from thalweg.run.population_store import DiskShelf, PopulationStore
from thalweg.run.recipe import CATALOGUES, Recipe
from thalweg.run.record import DataFacts
from thalweg.run.run import Run
from thalweg.run.seen import See, unseen
from thalweg.run.signals import Stop, listening
from thalweg.run.threads import thread_count
from thalweg.run.versions import versions


@dataclass(frozen=True, eq=False)
class Population:
    """Members that were trained together: `results` by number, as far as training came.

    `facts` of the data are by fold (None: without folds); `stopped` says that somebody asked for the end before all was trained, and
    `signal` by which signal; `folder` is None where the population lives in memory only.
    """

    recipes: Mapping[int, Recipe]
    results: tuple[MemberResult, ...]
    trained: tuple[Trained, ...]
    facts: Mapping[int | None, DataFacts]
    stopped: bool = False
    signal: int | None = None
    folder: Path | None = None

    @property
    def complete(self) -> bool:
        """Whether every member was trained to its end."""
        return not self.stopped

    def run(self, number: int) -> Run:
        """Return a member as a run; raise `ConfigError` where there is none of that number."""
        for chunk in self.trained:
            if number in chunk.numbers:
                recipe = self.recipes[number]
                return _member_run(recipe, chunk, chunk.numbers.index(number), self.facts[recipe.data.fold])
        raise ConfigError(f"there is no trained member {number}; their numbers lie in [0, {len(self.recipes) - 1}].")


def sweep(
    planned: Plan, images: ImageSet, *, folder: Path | None = None, fresh: bool = False, told: Told | None = None,
    progress: Progress | None = None, candidates: Sequence[int] | None = None, see: See = unseen,
) -> Population:  # fmt: skip
    """Train all members of a plan; with a folder, go on where an earlier call with the same members stopped.

    A folder that holds the ended population of the same members and pictures answers at once. Raises `ModelError` when it holds another,
    `BusyError` when another process is training in it.
    """
    shown = progress or Silent()
    if folder is None:
        with listening() as stop:
            trained = train_members(planned, images, shelf=Shelf(), told=told, stop=stop, progress=shown, candidates=candidates, see=see)
        return _population(planned, images, trained, stop, folder=None)
    if any(member.counts is not None for chunk in planned.chunks for member in chunk.members):
        raise ConfigError("members whose examples count differently are not kept in a folder, for a recipe does not say how; leave it out.")
    store = PopulationStore(folder)
    with store.lock.locked():
        store.tidy()
        planned, threads = _begin(store, planned, images, fresh=fresh)
        shelf = DiskShelf(store)
        with thread_count(threads), listening() as stop:
            trained = train_members(planned, images, shelf=shelf, told=told, stop=stop, progress=shown, candidates=candidates, see=see)
        for problem in shelf.problems:
            shown.say(problem)
    return _population(planned, images, trained, stop, folder=folder)


def _begin(store: PopulationStore, planned: Plan, images: ImageSet, *, fresh: bool) -> tuple[Plan, int]:
    """Make the folder ready, or check that it holds the same population; return the plan, in the folder's chunks, and the threads."""
    if store.exists and not fresh:
        known = store.facts()
        if known["fingerprint"] != planned.fingerprint:
            raise ModelError(f"{store.folder} holds another sweep. Choose another --run, or --fresh.")
        if known["data"]["fingerprint"] != images.fingerprint or known["data"]["split"] != images.split.fingerprint:
            raise ModelError(
                f"{store.folder} was trained on other pictures, or another split, than {images.source} holds now. "
                "Choose another --run, or --fresh."
            )
        return planned.divided(known["chunks"]), int(known["threads"])
    store.check_free()
    store.clear()
    threads = torch.get_num_threads()
    by_fold = {str(fold): asdict(facts) for fold, facts in _facts(planned, images).items()}
    store.begin(planned, {"data": asdict(data_facts(images)), "by_fold": by_fold, "versions": versions(), "threads": threads})
    return planned, threads


def _facts(planned: Plan, images: ImageSet) -> dict[int | None, DataFacts]:
    """Return the facts of the data for every fold that a member has."""
    recipes = {member.recipe.data.fold: member.recipe for chunk in planned.chunks for member in chunk.members}
    return {fold: data_facts(folded(images, recipe)) for fold, recipe in recipes.items()}


def open_member(folder: Path, number: int, *, trust_code: bool = False) -> Run:
    """Open a member of a population's folder as a run; one whose score function is a module of somebody's with `trust_code` only."""
    store = PopulationStore(folder)
    facts = store.facts()
    recipe = store.recipe(number)
    if CATALOGUES["score"].get(recipe.score.name).foreign and not trust_code:
        code = recipe.score.knobs["factory"]
        raise ModelError(f"{folder}: opening it would run code: {code!r}. If you trust it, add --trust-code (Python: trust_code=True).")
    for place, numbers in enumerate(facts["chunks"]):
        if number in numbers and (trained := store.trained(place)) is not None:
            return _member_run(recipe, trained, trained.numbers.index(number), DataFacts.from_row(facts["by_fold"][str(recipe.data.fold)]))
    raise ModelError(f"{folder}: member {number} has not been trained to its end. Run the same `thalweg sweep` command again to go on.")


def _member_run(recipe: Recipe, trained: Trained, place: int, facts: DataFacts) -> Run:
    chain = Chain.restore(trained.chain)
    module = empty_module(recipe.score.flat, chain.shape(facts.shape), facts.classes)
    result = trained.results[place]
    run = assemble(
        recipe, module.to(next(iter(trained.kept.params.values())).dtype), trained.kept.member(place), chain=chain, facts=facts,
        log=result.rows, outcome=trained.outcomes[place], seconds=result.seconds,
    )  # fmt: skip
    parts: dict[str, Any] = {"train": result.train, "validation": result.validation, "test": result.test}
    return replace(run, figures={name: part for name, part in parts.items() if part is not None})


def _population(planned: Plan, images: ImageSet, trained: Sequence[Trained], stop: Stop, *, folder: Path | None) -> Population:
    recipes = {number: member.recipe for chunk in planned.chunks for number, member in chunk.pairs}
    results = sorted((result for chunk in trained for result in chunk.results), key=lambda result: result.number)
    return Population(recipes, tuple(results), tuple(trained), _facts(planned, images), stop.asked, stop.signal, folder)
