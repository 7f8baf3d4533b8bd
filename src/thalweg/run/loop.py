"""The training loop: steps in epochs, figures after each, checkpoints between; the same bits whether or not it was interrupted."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from jaxtyping import Float
from torch import Tensor

from thalweg.core.entries import Info, Objective
from thalweg.core.errors import ConfigError
from thalweg.core.outcome import Ending, Outcome
from thalweg.core.progress import Progress
from thalweg.core.seeds import Generators, generator, some_of
from thalweg.core.trajectory import Trajectory
from thalweg.core.tree import Params
from thalweg.run.batches import Batches, MiniBatch, WholeSet, cuts, order
from thalweg.run.checkpoints import Checkpoints, Save
from thalweg.run.clipped import Clipped
from thalweg.run.divergence import culprits, diverged
from thalweg.run.endings import divergence, endings, interrupted
from thalweg.run.evaluate import renewed_statistics
from thalweg.run.keeping import merit, taken_in
from thalweg.run.measuring import measured, measured_part
from thalweg.run.record import Epoch, Figures
from thalweg.run.seen import See, Seen, unseen
from thalweg.run.setting import Setting
from thalweg.run.signals import Stop
from thalweg.run.state import Best, State

Log = Callable[[int, Epoch], None]
"""Told each member's number and every row of its log as it is made."""

Watch = Callable[[State, Info], None]
"""Told every step: the state it began from, and what the optimiser told of it."""


class Loop:
    """One population's training under way. State goes in and comes out of every method; the setting follows the members that are left.

    `schedule(step)` multiplies everybody's rate in place of the recipe's schedules; `watch` is told every step; `sample` bounds how many
    training examples the figures after an epoch are of, drawn once.
    `proved` is the widest gap that the last step has proved, where its optimiser proves any.
    """

    def __init__(
        self,
        setting: Setting,
        *,
        save: Save,
        log: Log,
        stop: Stop,
        progress: Progress,
        clock: Callable[[], float],
        until: int | None = None,
        schedule: Callable[[int], float] | None = None,
        watch: Watch | None = None,
        sample: int | None = None,
        see: See = unseen,
    ) -> None:
        recipe = setting.recipe
        self.everyone, self.setting, self.recipe = setting, setting, recipe
        self.log, self.stop, self.progress = log, stop, progress
        self.schedule, self.watch, self.see = schedule, watch, see
        self.proved: dict[str, float] = {}
        self.examples = len(setting.parts["train"])
        self.sizes = cuts(self.examples, recipe.batch_size(self.examples))
        self.steps = len(self.sizes) * recipe.epochs
        self.until = recipe.epochs if until is None else min(until, recipe.epochs)
        self.whole = len(self.sizes) == 1 and not setting.augmentations
        self.train = setting.whole("train", keep=self.whole)
        self.sample = None if sample is None or sample >= self.examples else self.drawn(sample)
        self.checkpoints = Checkpoints(
            save=save, clock=clock, steps=recipe.checkpoint_steps, minutes=recipe.checkpoint_minutes, last=clock()
        )  # fmt: skip

    def run(self, state: State) -> State:
        """Train from `state` until every member has an outcome, or until the last epoch asked for."""
        self.follow(state)
        if not any(state.logs) and not state.ended:
            state = self.first_row(state)
        if not state.taken and not state.ended:
            state = self.leave(state, endings(self.setting, state, self.train))
        while not state.ended and (state.epoch < self.until or state.taken):
            state = self.epoch(state)
            if state.ended:
                break
            if self.stop.asked:
                state = self.leave(state, interrupted(self.setting, state, self.stop.signal))
                break
            state = self.with_row(state, epoch=state.epoch + 1)
            if self.checkpoints.due(state):
                state = self.checkpoints.written(state)
            if not state.ended:
                state = self.leave(state, endings(self.setting, state, self.train))
        return self.checkpoints.written(state)

    def epoch(self, state: State) -> State:
        """Take the rest of an epoch's steps, or as many as are taken before somebody asks for the end or every member has diverged."""
        self.progress.begin(f"epoch {state.epoch + 1}/{self.recipe.epochs}", len(self.sizes), "steps")
        self.progress.advance(state.taken)
        try:
            for batches in self.batches(state):
                if self.stop.asked or state.ended:
                    break
                state, loss = self.step(state, batches)
                self.progress.advance(1, loss=loss, **self.proved)
                if self.checkpoints.due(state):
                    state = self.checkpoints.written(state)
        finally:
            self.progress.end()
        return state

    def batches(self, state: State) -> Iterator[Batches]:
        """Yield what the rest of an epoch's steps look at, each made when it is asked for."""
        train = self.setting.parts["train"]
        rows = train.rows[order(self.examples, seed=self.recipe.shared_seed, epoch=state.epoch).to(train.rows.device)]
        begin = sum(self.sizes[: state.taken])
        for step, size in enumerate(self.sizes[state.taken :], start=state.step):
            yield self.train if self.whole else MiniBatch(*self.setting.batch(rows[begin : begin + size], step=step))
            begin += size

    def step(self, state: State, batches: Batches) -> tuple[State, float]:
        """Take one step; return the state after it and the lowest objective before it. Members that diverge stay where they were."""
        setting, members = self.setting, self.setting.members
        factors = self.factors(state.step)
        settings = setting.settings
        if "rate" in settings and factors != (1.0,):
            factor = factors[0] if len(factors) == 1 else settings["rate"].new_tensor(factors)
            settings = {**settings, "rate": settings["rate"] * factor}
        buffers = {name: tensor.clone() for name, tensor in state.buffers.items()}
        objective: Objective = setting.objective(batches, buffers, step=state.step)
        bounded: Objective = objective if members.clip is None else Clipped(objective, members.clip)
        generators = Generators(members.seeds, "optimiser", state.step, device=setting.device)
        params, memory, info = setting.optimiser.step(bounded, state.params, state.optimiser, settings, generators)
        if members.penalties.entries and setting.optimiser.proximal and "rate" in settings:
            params = members.penalties.proximal(params, settings["rate"])
        if self.watch is not None:
            self.watch(state, info)
        loss = info["loss"]
        mean, averaged = self.averaged(state, params)
        after = replace(
            state, params=params, optimiser=memory, buffers=buffers, mean=mean, averaged=averaged, taken=state.taken + 1,
            step=state.step + 1, examples=state.examples + batches.examples,
            rates=self.rates(factors), path=self.recorded(state, loss),
        )  # fmt: skip
        gone = {}
        if lost := diverged(loss, params):
            names = culprits(lambda: self.gradient(state, batches), params, loss, lost)
            for place, name in zip(lost, names, strict=True):
                event = f"{name} stopped being finite at step {state.step + 1}"
                gone[place] = divergence(state, event, rate=after.rates[place], advised=members.rates[place])
        lowest = loss.item() if len(loss) == 1 else (loss.nan_to_num(nan=math.inf) if gone else loss).min().item()
        self.proved = {"gap": info["gap"].max().item()} if "gap" in info else {}
        return (self.leave(after, gone, before=state) if gone else after), lowest

    def recorded(self, state: State, loss: Float[Tensor, " members"]) -> Trajectory | None:
        """Return the path with the weights that a step began from, where they are one of its points."""
        path, steps = state.path, len(self.sizes)
        if path is None or not path.due(state.taken, steps):
            return path
        return path.added(state.params, step=state.step, epoch=state.epoch + state.taken / steps, loss=loss.item())

    def gradient(self, state: State, batches: Batches) -> Params:
        """Return the gradient before a step once more, leaving the state's buffers as they are."""
        buffers = {name: tensor.clone() for name, tensor in state.buffers.items()}
        return self.setting.objective(batches, buffers, step=state.step).value_and_gradient(state.params)[1]

    def averaged(self, state: State, params: Params) -> tuple[Params | None, int]:
        """Return the average with the new weights taken in."""
        average = self.setting.average
        if average is None or state.mean is None:
            return None, 0
        return average.update(state.mean, params, state.averaged, **self.setting.members.average), state.averaged + 1

    def leave(self, state: State, outcomes: Mapping[int, Outcome], *, before: State | None = None) -> State:
        """Give the members at some places their outcomes; they leave the population, unless nobody would be left.

        `before` is the state before a step that went wrong for them: where all go, that is where they stand.
        """
        if not outcomes:
            return state
        known = list(state.outcomes)
        for place, outcome in outcomes.items():
            known[state.active[place]] = outcome
        rest = [place for place in range(len(state.active)) if place not in outcomes]
        if not rest:
            return replace(before or state, outcomes=tuple(known))
        state = replace(state, outcomes=tuple(known), best=self.last_words(state, outcomes))
        state = state.only(rest)
        self.follow(state)
        return state

    def last_words(self, state: State, outcomes: Mapping[int, Outcome]) -> Best | None:
        """Return the weights to keep with those of members that leave before the others, where the last ones are asked for."""
        leaving = [place for place, outcome in outcomes.items() if outcome.ending is not Ending.DIVERGED]
        if self.recipe.keeps_best or not leaving or state.best is None:
            return state.best
        params, buffers = self.standing(state)
        return taken_in(state, leaving, params, buffers, epoch=state.epoch)

    def follow(self, state: State) -> None:
        """Let the setting be that of the members that are left."""
        if len(self.setting.members) != len(state.active):
            self.setting = self.everyone.only(state.active)
            if self.setting.members.own is not None:
                self.train = self.setting.whole("train", keep=self.whole)

    def first_row(self, state: State) -> State:
        """Measure before the first step; raise `ConfigError` where the figures of a run of one are not finite there."""
        state = self.with_row(replace(state, rates=self.rates(self.factors(0))), epoch=0)
        if state.ended and len(state.outcomes) == 1:
            reason = next(outcome.reason for outcome in state.outcomes if outcome is not None)
            raise ConfigError(f"{reason}: use a smaller initial scale, or --prepare standardise.")
        return state

    def with_row(self, state: State, *, epoch: int) -> State:
        """Measure the figures after `epoch` epochs, log them, keep the best weights; members whose figures are not finite leave."""
        params, buffers = self.standing(state)
        parts = self.figures(params, buffers)
        gone, logs, better = {}, list(state.logs), []
        for place, number in enumerate(state.active):
            own = {name: rows[place] for name, rows in parts.items()}
            bad = [f"the {what} of the {part} part" for part, each in own.items() for what in each.not_finite]
            if bad:
                event = f"{bad[0]} is not finite after step {state.step}"
                gone[place] = divergence(state, event, rate=state.rates[place], advised=self.setting.members.rates[place])
                continue
            row = Epoch(
                epoch=epoch, step=state.step, examples=state.examples, rate=state.rates[place], train=own.get("train"),
                validation=own.get("validation"),
            )  # fmt: skip
            self.log(number, row)
            log = logs[number] = (*logs[number], row)
            if state.best is None or merit(row, self.recipe.monitor) > merit(log[state.best.epochs[number]], self.recipe.monitor):
                better.append(place)
        after = replace(state, epoch=epoch, taken=0, logs=tuple(logs), best=taken_in(state, better, params, buffers, epoch=epoch))
        self.see(Seen(setting=self.setting, state=after, params=params, buffers=buffers))
        self.progress.say(_line(after, self.recipe.epochs, self.recipe.monitor))
        return self.leave(after, gone, before=replace(state, logs=tuple(logs), best=after.best))

    def figures(self, params: Params, buffers: Params) -> dict[str, tuple[Figures, ...]]:
        """Return the figures of the parts that are measured after every epoch, of every member."""
        parts = [name for name in ("train", "validation") if name in self.setting.parts]
        chosen = parts if self.recipe.measure == "all" else parts[-1:]
        return {name: self.measured(name, params, buffers) for name in chosen}

    def measured(self, part: str, params: Params, buffers: Params) -> tuple[Figures, ...]:
        """Return the figures of one part of the data, of every member."""
        if part == "train":
            return measured(self.setting, self.sample or self.train, params, buffers, part=part, progress=self.progress)
        return measured_part(self.setting, part, params, buffers, progress=self.progress)

    def drawn(self, count: int) -> WholeSet:
        """Return so many training examples, the same ones for a recipe's data."""
        places = some_of(self.examples, count, generator(self.recipe.shared_seed, "sample"))
        return replace(self.train, part=self.setting.parts["train"].at(places))

    def standing(self, state: State) -> tuple[Params, Params]:
        """Return the weights that count: the average where the recipe asks for one, with batch-norm statistics of its own."""
        if state.mean is None or not state.averaged:
            return state.params, state.buffers
        setting = self.setting
        return state.mean, renewed_statistics(setting.module, state.mean, state.buffers, setting.renewal, autocast=setting.autocast)

    def kept(self, state: State) -> Best:
        """Return the weights that become the models; where training diverged the best ones, for the last ones may be worth nothing."""
        assert state.best is not None
        ends = [state.outcomes[number] for number in state.active]
        last = [place for place, end in enumerate(ends) if end is None or end.ending is not Ending.DIVERGED]
        if self.recipe.keeps_best or not last:
            return state.best
        params, buffers = self.standing(state)
        return taken_in(state, last, params, buffers, epoch=state.epoch)

    def rates(self, factors: tuple[float, ...]) -> tuple[float, ...]:
        """Return every member's rate where the schedules multiply it by `factors`; 0 for an optimiser that has none."""
        shared = factors if len(factors) > 1 else factors * len(self.setting.members)
        return tuple(rate * each for rate, each in zip(self.setting.members.rates, shared, strict=True))

    def factors(self, step: int) -> tuple[float, ...]:
        """Return what multiplies each member's rate at a step: its schedules, or the one in their place; one number where all agree."""
        if self.schedule is not None:
            return (self.schedule(step),)
        return self.setting.members.factors(step, max(1, self.steps), len(self.sizes))


def _line(state: State, epochs: int, monitor: str) -> str:
    """Return the latest rows of the logs for the person who waits: a run's figures, or a population's best."""
    latest = {number: state.logs[number][-1] for number in state.active if state.logs[number]}
    if not latest:
        return "no figure is finite"
    number = max(latest, key=lambda each: merit(latest[each], monitor))
    row = latest[number]
    parts = {"train": row.train, "validation": row.validation}
    shown = ", ".join(f"{name} loss {part.loss:.4f} accuracy {part.accuracy:.2%}" for name, part in parts.items() if part is not None)
    if len(state.outcomes) == 1:
        return f"epoch {row.epoch}/{epochs}: {shown}, rate {row.rate:.3g}"
    return f"epoch {row.epoch}/{epochs}: the best of {len(state.active)}: {shown}, rate {row.rate:.3g}"
