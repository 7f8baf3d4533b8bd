"""The training loop: steps in epochs, figures after each, checkpoints between; the same bits whether or not it was interrupted."""

import math
import time
from collections.abc import Callable
from dataclasses import replace

import torch

from thalweg.core.entries import Objective
from thalweg.core.errors import ConfigError
from thalweg.core.outcome import Ending, Outcome
from thalweg.core.progress import Progress
from thalweg.core.seeds import derive
from thalweg.core.tree import Params, add_scaled, along, norm, transform
from thalweg.run.batches import Batches, MiniBatch, cuts, order
from thalweg.run.checkpoints import Checkpoints, Save
from thalweg.run.clipped import Clipped
from thalweg.run.divergence import Divergence, culprit, finite
from thalweg.run.evaluate import figures, renewed_statistics
from thalweg.run.record import Epoch, Figures
from thalweg.run.setting import Setting, Start
from thalweg.run.signals import Stop
from thalweg.run.state import Best, State
from thalweg.run.threads import thread_count, worthwhile

Log = Callable[[Epoch], None]


def first_state(setting: Setting, start: Start | None) -> State:
    """Return the state before the first step."""
    params = {name: tensor.detach().clone()[None] for name, tensor in setting.module.named_parameters()}
    buffers = {name: tensor.detach().clone()[None] for name, tensor in setting.module.named_buffers()}
    if start:
        params = {name: start.params[name].to(tensor) for name, tensor in params.items()}
        buffers = {name: start.buffers[name].to(tensor) for name, tensor in buffers.items()}
    return State(
        params=params,
        optimiser=setting.optimiser.init(params, setting.settings),
        buffers=buffers,
        chain=setting.chain.tensors(),
        mean=params if setting.average else None,
    )


def run_to_the_end(setting: Setting, state: State, *, save: Save, log: Log, stop: Stop, progress: Progress) -> tuple[State, Outcome, Best]:
    """Train from `state` until an outcome; return the last state, the outcome and the weights to keep.

    A checkpoint is saved when one is due and before every end. The global random state is left as it was found.
    """
    started = time.monotonic() - state.seconds
    batch = setting.recipe.batch_size(len(setting.parts["train"]))
    threads = worthwhile(setting.module, batch, cores=torch.get_num_threads())
    with thread_count(threads), torch.random.fork_rng(devices=[setting.device] if setting.device.type == "cuda" else []):
        loop = Loop(setting, save=save, log=log, stop=stop, progress=progress, clock=lambda: time.monotonic() - started)
        state, outcome = loop.run(state)
        return state, outcome, loop.kept(state, outcome)


class Loop:
    """One training run under way. State goes in and comes out of every method; the rest stays as it was made."""

    def __init__(self, setting: Setting, *, save: Save, log: Log, stop: Stop, progress: Progress, clock: Callable[[], float]) -> None:
        recipe = setting.recipe
        self.setting, self.recipe, self.log, self.stop, self.progress = setting, recipe, log, stop, progress
        self.examples = len(setting.parts["train"])
        self.sizes = cuts(self.examples, recipe.batch_size(self.examples))
        self.steps = len(self.sizes) * recipe.epochs
        self.whole = len(self.sizes) == 1 and not setting.augmentations
        self.train = setting.whole("train", keep=self.whole)
        self.noise = torch.Generator(device=setting.device)
        self.base_rate = float(recipe.optimiser.knobs.get("rate", 0.0))
        self.checkpoints = Checkpoints(
            save=save, clock=clock, steps=recipe.checkpoint_steps, minutes=recipe.checkpoint_minutes, last=clock()
        )  # fmt: skip

    def run(self, state: State) -> tuple[State, Outcome]:
        """Train from `state` until an outcome."""
        if not state.rows:
            state = self.first_row(state)
        ended = None if state.taken else self.ending(state)
        while ended is None:
            try:
                state = self.epoch(state)
                if self.stop.asked:
                    ended = self.outcome(Ending.INTERRUPTED, state, "asked to stop", "run the same command again to go on.")
                    ended = replace(ended, signal=self.stop.signal)
                    break
                state = self.with_row(state, epoch=state.epoch + 1)
            except Divergence as divergence:
                state = divergence.before
                ended = self.diverged(state, str(divergence))
                break
            if self.checkpoints.due(state):
                state = self.checkpoints.written(state)
            ended = self.ending(state)
        return self.checkpoints.written(state), ended

    def epoch(self, state: State) -> State:
        """Take the rest of an epoch's steps, or as many as are taken before somebody asks for the end."""
        train = self.setting.parts["train"]
        rows = train.rows[order(self.examples, seed=self.recipe.seed, epoch=state.epoch).to(train.rows.device)]
        begin = sum(self.sizes[: state.taken])
        self.progress.begin(f"epoch {state.epoch + 1}/{self.recipe.epochs}", len(self.sizes), "steps")
        self.progress.advance(state.taken)
        try:
            for size in self.sizes[state.taken :]:
                if self.stop.asked:
                    break
                batches = self.train if self.whole else MiniBatch(*self.setting.batch(rows[begin : begin + size], step=state.step))
                state, loss = self.step(state, batches)
                begin += size
                self.progress.advance(1, loss=loss)
                if self.checkpoints.due(state):
                    state = self.checkpoints.written(state)
        finally:
            self.progress.end()
        return state

    def step(self, state: State, batches: Batches) -> tuple[State, float]:
        """Take one step; return the state after it and the objective before it. Raises `Divergence`."""
        setting = self.setting
        factor = setting.rate_factor(state.step, self.steps, len(self.sizes))
        settings = setting.settings
        if factor != 1.0 and "rate" in settings:
            settings = {**settings, "rate": settings["rate"] * factor}
        buffers = {name: tensor.clone() for name, tensor in state.buffers.items()}
        objective: Objective = setting.objective(batches, buffers, step=state.step)
        bounded: Objective = objective if self.recipe.clip is None else Clipped(objective, self.recipe.clip)
        self.noise.manual_seed(derive(self.recipe.seed, "optimiser", state.step))
        params, memory, info = setting.optimiser.step(bounded, state.params, state.optimiser, settings, self.noise)
        if setting.penalties.entries and setting.optimiser.proximal:
            params = setting.penalties.proximal(params, settings["rate"])
        loss = info["loss"][0].item()
        if not math.isfinite(loss) or not finite(params):
            event = f"{culprit(objective, state, params, loss)} stopped being finite at step {state.step + 1}"
            raise Divergence(f"{event} (rate {self.rate(state.step):g})", state)
        mean, averaged = self.averaged(state, params)
        after = replace(
            state, params=params, optimiser=memory, buffers=buffers, mean=mean, averaged=averaged, taken=state.taken + 1,
            step=state.step + 1, examples=state.examples + batches.examples, rate=self.base_rate * factor,
        )  # fmt: skip
        return after, loss

    def averaged(self, state: State, params: Params) -> tuple[Params | None, int]:
        """Return the average with the new weights taken in."""
        if self.setting.average is None or state.mean is None:
            return None, 0
        average, knobs = self.setting.average
        return average.update(state.mean, params, state.averaged, **knobs), state.averaged + 1

    def first_row(self, state: State) -> State:
        """Measure before the first step; raise `ConfigError` where the figures are not finite there already."""
        try:
            return self.with_row(replace(state, rate=self.rate(0)), epoch=0)
        except Divergence as divergence:
            raise ConfigError(f"{divergence}: use a smaller initial scale, or --prepare standardise.") from None

    def with_row(self, state: State, *, epoch: int) -> State:
        """Measure the figures after `epoch` epochs, log them, keep the weights if they are the best so far. Raises `Divergence`."""
        params, buffers = self.standing(state)
        parts = {name: self.figures(name, params, buffers) for name in ("train", "validation") if name in self.setting.parts}
        for name, part in parts.items():
            for figure in ("loss", "penalty", "total"):
                if not math.isfinite(getattr(part, figure)):
                    raise Divergence(f"the {figure} of the {name} part is not finite after step {state.step} (rate {state.rate:g})", state)
        row = Epoch(
            epoch=epoch, step=state.step, examples=state.examples, rate=state.rate, train=parts["train"],
            validation=parts.get("validation"),
        )  # fmt: skip
        self.log(row)
        self.progress.say(_line(row, self.recipe.epochs))
        rows = (*state.rows, row)
        best = state.best
        if best is None or merit(row, self.recipe.monitor) > merit(rows[best.epoch], self.recipe.monitor):
            best = Best(epoch=epoch, params=params, buffers=buffers)
        return replace(state, epoch=epoch, taken=0, rows=rows, best=best)

    def figures(self, part: str, params: Params, buffers: Params) -> Figures:
        """Return the figures of one part."""
        setting = self.setting
        self.progress.begin(f"measure {part}", len(setting.parts[part]), "images")
        chunks = self.train.chunks() if part == "train" else setting.whole(part).chunks()
        try:
            return figures(
                setting.module, params, buffers, chunks, loss=setting.loss, knobs=self.recipe.loss.knobs,
                penalties=setting.penalties, autocast=setting.autocast, seen=self.progress.advance,
            )  # fmt: skip
        finally:
            self.progress.end()

    def standing(self, state: State) -> tuple[Params, Params]:
        """Return the weights that count: the average where the recipe asks for one, with batch-norm statistics of its own."""
        if state.mean is None or not state.averaged:
            return state.params, state.buffers
        setting = self.setting
        return state.mean, renewed_statistics(setting.module, state.mean, state.buffers, setting.renewal(), autocast=setting.autocast)

    def kept(self, state: State, outcome: Outcome) -> Best:
        """Return the weights that become the model; where training diverged the best ones, for the last ones may be worth nothing."""
        if state.best is not None and (self.recipe.keep == "best" or outcome.ending is Ending.DIVERGED):
            return state.best
        params, buffers = self.standing(state)
        return Best(epoch=state.epoch, params=params, buffers=buffers)

    def ending(self, state: State) -> Outcome | None:
        """Return the outcome that the log so far decides: all epochs done, no better figure for `patience` epochs, a vanishing gradient."""
        if self.recipe.tolerance and state.step:
            size = self.gradient_norm(state)
            if size < self.recipe.tolerance:
                return self.outcome(Ending.CONVERGED, state, f"gradient norm {size:.3g} is below {self.recipe.tolerance:g}")
        if state.epoch >= self.recipe.epochs:
            return self.outcome(Ending.FINISHED, state, f"all {self.recipe.epochs} epochs are done")
        best, patience = state.best, self.recipe.patience
        if patience is not None and best is not None and state.epoch - best.epoch >= patience:
            reason = f"no better {self.recipe.monitor} for {patience} epochs; the best was after epoch {best.epoch}"
            return self.outcome(Ending.STOPPED_EARLY, state, reason)
        return None

    def gradient_norm(self, state: State) -> float:
        """Return the norm of the gradient of the whole training set's objective.

        With a penalty that is not smooth, the norm of (W - prox(W - rate * gradient)) / rate, which vanishes at an optimum.
        """
        buffers = {name: tensor.clone() for name, tensor in state.buffers.items()}
        _, gradient = self.setting.objective(self.train, buffers, step=state.step).value_and_gradient(state.params)
        if self.recipe.sparse:
            rate = self.setting.settings["rate"]
            moved = self.setting.penalties.proximal(add_scaled(state.params, -rate, gradient), rate)
            gradient = transform(lambda before, after: (before - after) / along(rate, before), state.params, moved)
        return float(norm(gradient)[0])

    def diverged(self, state: State, reason: str) -> Outcome:
        """Say where it diverged and what to do."""
        lower = f"a lower rate (--rate {self.base_rate / 10:g}), " if self.base_rate else ""
        return self.outcome(Ending.DIVERGED, state, reason, f"try {lower}--clip 1, or inputs of smaller scale (--prepare standardise).")

    def outcome(self, ending: Ending, state: State, reason: str, advice: str = "") -> Outcome:
        """Make the outcome at a state."""
        return Outcome(ending=ending, epoch=state.epoch, step=state.step, reason=reason, advice=advice)

    def rate(self, step: int) -> float:
        """Return the rate at a step; 0 for an optimiser that has none."""
        return self.base_rate * self.setting.rate_factor(step, max(1, self.steps), len(self.sizes))


def merit(row: Epoch, monitor: str) -> tuple[float, ...]:
    """Return what the best weights are chosen by: validation accuracy, the lower loss where accuracies tie; or minus the loss alone.

    Training's figures stand in where nothing is set aside for validation.
    """
    part = row.train if row.validation is None else row.validation
    return (part.accuracy, -part.loss) if monitor == "accuracy" else (-part.loss,)


def _line(row: Epoch, epochs: int) -> str:
    """Return an epoch's row of the log for the person who waits."""
    parts = {"train": row.train, "validation": row.validation}
    shown = [f"{name} loss {part.loss:.4f} accuracy {part.accuracy:.2%}" for name, part in parts.items() if part is not None]
    return f"epoch {row.epoch}/{epochs}: {', '.join(shown)}, rate {row.rate:.3g}"
