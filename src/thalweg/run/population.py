"""Population: many recipes trained together: by structure in groups, in chunks that fit in memory, losers dropped on the way."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from jaxtyping import Float64

from thalweg.core.errors import ConfigError
from thalweg.core.imageset import ImageSet
from thalweg.core.outcome import Ending, Outcome
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
from thalweg.run.seen import See, unseen
from thalweg.run.setting import Setting, settle_down
from thalweg.run.signals import Stop
from thalweg.run.state import Best, State
from thalweg.run.structure import structure


@dataclass(frozen=True)
class Member:
    """One training that is asked for: its recipe, and `settings`, what varies between members, by name. Equal settings are repetitions.

    `counts` says how much each example counts for it, in place of folds (None: all the same); such populations live in memory only.
    """

    recipe: Recipe
    settings: Mapping[str, Any] = field(default_factory=dict)
    counts: Float64[np.ndarray, " examples"] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, eq=False)
class Trained:
    """What became of some members that trained together: by number, their results, kept weights [members, ...] and fitted preparation."""

    numbers: tuple[int, ...]
    results: tuple[MemberResult, ...]
    kept: Best
    chain: Params
    outcomes: tuple[Outcome, ...]

    @property
    def members(self) -> list[tuple[int, MemberResult, Outcome]]:
        """Each with its number, result and outcome."""
        return list(zip(self.numbers, self.results, self.outcomes, strict=True))


Standings = dict[int, tuple[tuple[Epoch, ...], Outcome | None]]
"""The log of each member, by number, and its outcome, None where it is still in training."""

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

    def counts(self, examples: int) -> Float64[np.ndarray, "members examples"] | None:
        """Return how much each of so many examples counts for each of them; None where none says so."""
        if all(member.counts is None for member in self.members):
            return None
        return np.stack([np.ones(examples) if member.counts is None else member.counts for member in self.members])


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
        setting = settle_down([members[number].recipe for number in numbers[:2]], images)
        each = member_bytes(setting)
        fit = members_at_a_time(each, budget=budget, device=setting.device)
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
    progress: Progress | None = None, candidates: Sequence[int] | None = None, see: See = unseen,
) -> list[Trained]:  # fmt: skip
    """Train all members of a plan; return what became of each chunk, as far as training came before it was asked to stop.

    `candidates` numbers what competes where losers are dropped: members of one number stay or go together, by the mean of their figures.
    """
    work = _Work(planned, images, shelf or Shelf(), told or (lambda *_: None), stop or Stop(), progress or Silent(), see)
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

    def __init__(
        self, planned: Plan, images: ImageSet, shelf: Shelf, told: Told, stop: Stop, progress: Progress, see: See
    ) -> None:  # fmt: skip
        self.see = see
        self.planned, self.images, self.shelf, self.told, self.stop, self.progress = planned, images, shelf, told, stop, progress
        self.said: set[str] = set()
        self.settings: dict[int, Setting] = {}

    def setting(self, place: int) -> Setting:
        """Return the setting of a chunk; made once, for fitting a preparation may take long."""
        if place not in self.settings:
            chunk = self.planned.chunks[place]
            self.settings[place] = settle_down(chunk.recipes, self.images, counts=chunk.counts(len(self.images)))
        return self.settings[place]

    def to_the_end(self, place: int) -> Trained:
        """Train a chunk until every member has ended, and measure it; where somebody asked to stop, what there is so far."""
        setting, state, kept = self.train(place, until=None)
        trained = self.trained(place, setting, state, kept)
        if not self.stop.asked:
            self.shelf.finish(place, trained)
        self.settings.pop(place)
        return trained

    def train(self, place: int, *, until: int | None) -> tuple[Setting, State, Best]:
        """Train a chunk from where it stands until `until` epochs are done."""
        chunk, setting = self.planned.chunks[place], self.setting(place)
        if setting.note and setting.note not in self.said:
            self.said.add(setting.note)
            self.progress.say(setting.note)
        if len(self.planned.chunks) > 1:
            self.progress.say(f"group {place + 1} of {len(self.planned.chunks)}: {_named(chunk)}")
        state = self.shelf.state(place, device=setting.device) or first_state(setting, None)
        state, kept = run_to_the_end(
            setting, state, save=lambda state: self.shelf.save(place, state),
            log=lambda number, row: self.told(chunk.numbers[number], row), stop=self.stop, progress=self.progress, until=until,
            see=lambda seen: self.see(replace(seen, numbers=chunk.numbers)),
        )  # fmt: skip
        return setting, state, kept

    def compete(self, places: Sequence[int], candidates: Sequence[int] | None) -> None:
        """Train chunk by chunk from rung to rung, and drop the candidates that lose; chunks that have ended compete by their logs."""
        total = sum(len(chunk.numbers) for chunk in self.planned.chunks)
        groups = list(candidates or range(total))
        ended = [known for place in range(len(self.planned.chunks)) if place not in places and (known := self.shelf.trained(place))]
        standings: Standings = {number: (one.rows, end) for known in ended for number, one, end in known.members}
        for rung, after in pairwise(self.planned.rungs):
            for place in places:
                _, state, _ = self.train(place, until=rung.epochs)
                if self.stop.asked:
                    return
                standings.update(zip(self.planned.chunks[place].numbers, zip(state.logs, state.outcomes, strict=True), strict=True))
            losers = self.losers(standings, groups, epoch=rung.epochs, keep=after.members)
            for place in places:
                self.drop(place, losers, reason=f"not among the best {after.members} after epoch {rung.epochs}")

    def losers(self, standings: Standings, groups: Sequence[int], *, epoch: int, keep: int) -> set[int]:
        """Return the numbers of the members whose candidate is not among the best `keep` after an epoch.

        Fewer diverged members come first, then the higher mean of the others' figures at that epoch; a member that had come to its own end
        before counts with its last figures, one that was dropped at an earlier rung does not compete.
        """
        monitor = self.planned.chunks[0].recipes[0].monitor
        figures: dict[int, list[tuple[float, ...]]] = {}
        lost: dict[int, int] = {}
        for number, (log, outcome) in standings.items():
            row = next((row for row in log if row.epoch == epoch), None)
            ending = None if outcome is None else outcome.ending
            if row is None and ending in (None, Ending.DROPPED):
                continue
            own = figures.setdefault(groups[number], [])
            if row is None and ending is Ending.DIVERGED:
                lost[groups[number]] = lost.get(groups[number], 0) + 1
            else:
                own.append(merit(row or log[-1], monitor))
        order = sorted(figures)
        kept = {order[place] for place in survivors([_standing(figures[each], lost.get(each, 0)) for each in order], keep)}
        return {number for number in standings if groups[number] in figures and groups[number] not in kept}

    def drop(self, place: int, losers: set[int], *, reason: str) -> None:
        """Let the losers of a chunk leave its population."""
        setting = self.setting(place)
        state = self.shelf.state(place, device=setting.device)
        assert state is not None
        gone = [index for index, number in enumerate(self.planned.chunks[place].numbers) if number in losers]
        self.shelf.save(place, drop(setting, state, gone, reason=reason))

    def trained(self, place: int, setting: Setting, state: State, kept: Best) -> Trained:
        """Measure the kept weights of a chunk on every part of the data."""
        chunk = self.planned.chunks[place]
        results = finished_results(
            chunk.numbers, [member.settings for member in chunk.members], setting, state, kept, progress=self.progress
        )
        outcomes = tuple(outcome for outcome in state.outcomes if outcome is not None)
        return Trained(chunk.numbers, results, kept, setting.chain.tensors(), outcomes)


def _standing(figures: Sequence[tuple[float, ...]], lost: int) -> tuple[float, ...] | None:
    """Return what a candidate competes by; None where every member diverged."""
    if not figures:
        return None
    return (-float(lost), *(sum(values) / len(values) for values in zip(*figures, strict=True)))


def _named(chunk: Chunk) -> str:
    recipe = chunk.recipes[0]
    words = f"{recipe.score.name} + {recipe.loss.name}, {recipe.optimiser.name}"
    return f"{len(chunk.numbers)} members of {words}" if len(chunk.numbers) > 1 else f"1 member of {words}"
