"""Population: many recipes trained together: by structure in groups, in chunks that fit in memory, losers dropped on the way."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import torch

from thalweg.core.errors import ConfigError
from thalweg.core.imageset import ImageSet
from thalweg.core.outcome import Outcome
from thalweg.core.progress import Progress, Silent
from thalweg.core.tree import Params
from thalweg.run.conduct import drop, first_state, run_to_the_end
from thalweg.run.footprint import member_bytes, members_at_a_time
from thalweg.run.halving import Rung, survivors
from thalweg.run.keeping import merit
from thalweg.run.memory import keep_freed_memory
from thalweg.run.population_record import MemberResult
from thalweg.run.population_results import finished_results
from thalweg.run.recipe import Recipe
from thalweg.run.record import Epoch
from thalweg.run.setting import Setting, settle_down
from thalweg.run.signals import Stop
from thalweg.run.state import Best, State
from thalweg.run.structure import structure


@dataclass(frozen=True)
class Member:
    """One training that is asked for: its recipe, and `settings`, what varies between members, by name. Equal settings are repetitions."""

    recipe: Recipe
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Trained:
    """What became of some members that trained together: by number, their results, kept weights [members, ...] and fitted preparation."""

    numbers: tuple[int, ...]
    results: tuple[MemberResult, ...]
    kept: Best
    chain: Params
    outcomes: tuple[Outcome, ...]


Told = Callable[[int, Epoch], None]
"""Told a member's number and every row of its log."""


@dataclass(frozen=True)
class Chunk:
    """Members that train together, by number."""

    numbers: tuple[int, ...]
    members: tuple[Member, ...]

    @property
    def pairs(self) -> list[tuple[int, Member]]:
        """Each with its number."""
        return list(zip(self.numbers, self.members, strict=True))

    @property
    def recipes(self) -> list[Recipe]:
        """Their recipes."""
        return [member.recipe for member in self.members]


@dataclass(frozen=True)
class Plan:
    """How members are trained: in which chunks, how many bytes one of each chunk takes, and when losers are dropped."""

    chunks: tuple[Chunk, ...]
    bytes_each: tuple[int, ...]
    rungs: tuple[Rung, ...] = ()

    @property
    def bytes(self) -> int:
        """The most bytes that are taken at a time."""
        sizes = [each * len(chunk.numbers) for each, chunk in zip(self.bytes_each, self.chunks, strict=True)]
        return sum(sizes) if self.rungs else max(sizes)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of all recipes in their order and of when losers are dropped."""
        numbered = sorted((number, one.recipe.fingerprint) for each in self.chunks for number, one in each.pairs)
        return hashlib.sha256("\n".join([*(found for _, found in numbered), repr(self.rungs)]).encode()).hexdigest()

    def divided(self, chunks: Sequence[Sequence[int]]) -> "Plan":
        """Return the same plan in other chunks, given by the numbers of their members: those that an interrupted population began with."""
        sized = zip(self.chunks, self.bytes_each, strict=True)
        known = {number: (member, size) for chunk, size in sized for number, member in chunk.pairs}
        divided = tuple(Chunk(tuple(numbers), tuple(known[number][0] for number in numbers)) for numbers in chunks)
        return replace(self, chunks=divided, bytes_each=tuple(known[numbers[0]][1] for numbers in chunks))


def plan(members: Sequence[Member], images: ImageSet, *, rungs: Sequence[Rung] = (), budget: int | None = None) -> Plan:
    """Sort members into chunks: equal structure trains together, as many as fit into `budget` bytes (None: half of what is free)."""
    if not members:
        raise ConfigError("there is nothing to train: no member is asked for.")
    started = next((member.recipe.start for member in members if member.recipe.start is not None), None)
    if started is not None:
        raise ConfigError(f"members of a population begin with the weights that their seeds draw; leave out from ({started}).")
    groups: dict[str, list[int]] = {}
    for number, member in enumerate(members):
        groups.setdefault(structure(member.recipe), []).append(number)
    chunks, sizes = [], []
    for numbers in groups.values():
        each = member_bytes(settle_down([members[number].recipe for number in numbers[:2]], images))
        fit = members_at_a_time(each, budget=budget)
        for begin in range(0, len(numbers), fit):
            some = tuple(numbers[begin : begin + fit])
            chunks.append(Chunk(some, tuple(members[number] for number in some)))
            sizes.append(each)
    return Plan(tuple(chunks), tuple(sizes), tuple(rungs))


class Shelf:
    """Where the states of chunks stand between rungs and after a crash; this one keeps them in memory and forgets results' states."""

    def __init__(self) -> None:
        self.states: dict[int, State] = {}

    def state(self, place: int, *, device: torch.device) -> State | None:
        """Return the state of a chunk, None where it has not begun."""
        return self.states.get(place)

    def save(self, place: int, state: State) -> None:
        """Keep a state on the way."""
        self.states[place] = state

    def trained(self, place: int) -> Trained | None:
        """Return what became of a chunk that has ended before."""
        return None

    def finish(self, place: int, trained: Trained) -> None:
        """Keep what became of a chunk; its state is not needed any more."""
        self.states.pop(place, None)


def train_members(
    planned: Plan, images: ImageSet, *, shelf: Shelf | None = None, told: Told | None = None, stop: Stop | None = None,
    progress: Progress | None = None, candidates: Sequence[int] | None = None,
) -> list[Trained]:  # fmt: skip
    """Train all members of a plan; return what became of each chunk, as far as training came before it was asked to stop.

    `candidates` numbers what competes where losers are dropped: members of one number stay or go together, by the mean of their figures.
    """
    work = _Work(planned, images, shelf or Shelf(), told or (lambda *_: None), stop or Stop(), progress or Silent())
    keep_freed_memory()
    done = {place: known for place in range(len(planned.chunks)) if (known := work.shelf.trained(place)) is not None}
    left = [place for place in range(len(planned.chunks)) if place not in done]
    if planned.rungs and left:
        work.compete(left, candidates)
    for place in left:
        if work.stop.asked:
            break
        done[place] = work.to_the_end(place)
    return [done[place] for place in sorted(done)]


class _Work:
    """The training of a plan under way."""

    def __init__(self, planned: Plan, images: ImageSet, shelf: Shelf, told: Told, stop: Stop, progress: Progress) -> None:
        self.planned, self.images, self.shelf, self.told, self.stop, self.progress = planned, images, shelf, told, stop, progress
        self.said: set[str] = set()

    def to_the_end(self, place: int) -> Trained:
        """Train a chunk until every member has ended, and measure it; where somebody asked to stop, what there is so far."""
        setting, state, kept = self.train(place, until=None)
        trained = self.trained(place, setting, state, kept)
        if not self.stop.asked:
            self.shelf.finish(place, trained)
        return trained

    def train(self, place: int, *, until: int | None) -> tuple[Setting, State, Best]:
        """Train a chunk from where it stands until `until` epochs are done."""
        chunk = self.planned.chunks[place]
        setting = settle_down(chunk.recipes, self.images)
        if setting.note and setting.note not in self.said:
            self.said.add(setting.note)
            self.progress.say(setting.note)
        if len(self.planned.chunks) > 1:
            self.progress.say(f"group {place + 1} of {len(self.planned.chunks)}: {_named(chunk)}")
        state = self.shelf.state(place, device=setting.device) or first_state(setting, None)
        state, kept = run_to_the_end(
            setting, state, save=lambda state: self.shelf.save(place, state),
            log=lambda number, row: self.told(chunk.numbers[number], row), stop=self.stop, progress=self.progress, until=until,
        )  # fmt: skip
        return setting, state, kept

    def compete(self, places: Sequence[int], candidates: Sequence[int] | None) -> None:
        """Train chunk by chunk from rung to rung, and drop the candidates that lose at each."""
        total = sum(len(chunk.numbers) for chunk in self.planned.chunks)
        groups = list(candidates or range(total))
        for rung, after in pairwise(self.planned.rungs):
            standings: dict[int, State] = {}
            for place in places:
                _, standings[place], _ = self.train(place, until=rung.epochs)
                if self.stop.asked:
                    return
            losers = self.losers(standings, groups, epoch=rung.epochs, keep=after.members)
            for place in places:
                self.drop(place, losers, reason=f"not among the best {after.members} after epoch {rung.epochs}")

    def losers(self, standings: Mapping[int, State], groups: Sequence[int], *, epoch: int, keep: int) -> set[int]:
        """Return the numbers of the members whose candidate is not among the best `keep` by its figures after an epoch."""
        monitor = self.planned.chunks[0].recipes[0].monitor
        figures: dict[int, list[tuple[float, ...]]] = {}
        alive: dict[int, list[int]] = {}
        for place, state in standings.items():
            for index, number in enumerate(self.planned.chunks[place].numbers):
                row = next((row for row in state.logs[index] if row.epoch == epoch), None)
                if row is not None:
                    figures.setdefault(groups[number], []).append(merit(row, monitor))
                    alive.setdefault(groups[number], []).append(number)
        order = sorted(figures)
        means = [tuple(sum(values) / len(values) for values in zip(*figures[group], strict=True)) for group in order]
        kept = {order[index] for index in survivors(means, keep)}
        return {number for group in order if group not in kept for number in alive[group]}

    def drop(self, place: int, losers: set[int], *, reason: str) -> None:
        """Let the losers of a chunk leave its population."""
        chunk = self.planned.chunks[place]
        setting = settle_down(chunk.recipes, self.images)
        state = self.shelf.state(place, device=setting.device)
        assert state is not None
        gone = [index for index, number in enumerate(chunk.numbers) if number in losers]
        self.shelf.save(place, drop(setting, state, gone, reason=reason))

    def trained(self, place: int, setting: Setting, state: State, kept: Best) -> Trained:
        """Measure the kept weights of a chunk on every part of the data."""
        chunk = self.planned.chunks[place]
        results = finished_results(
            chunk.numbers, [member.settings for member in chunk.members], setting, state, kept, progress=self.progress
        )
        outcomes = tuple(outcome for outcome in state.outcomes if outcome is not None)
        return Trained(chunk.numbers, results, replace(kept), setting.chain.tensors(), outcomes)


def _named(chunk: Chunk) -> str:
    recipe = chunk.recipes[0]
    words = f"{recipe.score.name} + {recipe.loss.name}, {recipe.optimiser.name}"
    return f"{len(chunk.numbers)} members of {words}" if len(chunk.numbers) > 1 else f"1 member of {words}"
