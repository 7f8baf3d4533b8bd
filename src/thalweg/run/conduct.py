"""Conduct: a population's training from its first state to its end, with the threads that it is worth."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import torch

from thalweg.core.progress import Progress, Silent
from thalweg.core.trajectory import Trajectory
from thalweg.run.checkpoints import Save
from thalweg.run.crew import Crew
from thalweg.run.endings import dropped
from thalweg.run.loop import Log, Loop
from thalweg.run.module_objective import join
from thalweg.run.seen import See, unseen
from thalweg.run.setting import Setting
from thalweg.run.signals import Stop
from thalweg.run.start import Start
from thalweg.run.state import Best, State
from thalweg.run.threads import thread_count, threads_for


def first_state(setting: Setting, start: Start | None, *, path_points: int = 0) -> State:
    """Return the state before the first step; with `path_points` a run of one records so many points of its path an epoch."""
    modules = [setting.module, *(setting.built(recipe) for recipe in setting.members.recipes[1:])]
    params = join([{name: tensor.detach().clone() for name, tensor in module.named_parameters()} for module in modules])
    buffers = join([{name: tensor.detach().clone() for name, tensor in module.named_buffers()} for module in modules])
    members = len(modules)
    if start:
        params = {name: start.params[name].to(tensor).expand_as(tensor).clone() for name, tensor in params.items()}
        buffers = {name: start.buffers[name].to(tensor).expand_as(tensor).clone() for name, tensor in buffers.items()}
    return State(
        params=params,
        optimiser=setting.optimiser.init(params, setting.settings),
        buffers=buffers,
        chain=setting.chain.tensors(),
        mean=params if setting.average else None,
        active=tuple(range(members)),
        logs=((),) * members,
        outcomes=(None,) * members,
        rates=(0.0,) * members,
        path=Trajectory.begin(params, an_epoch=path_points),
    )


def run_to_the_end(
    setting: Setting,
    state: State,
    *,
    save: Save,
    log: Log,
    stop: Stop,
    progress: Progress,
    until: int | None = None,
    see: See = unseen,
) -> tuple[State, Best]:
    """Train from `state` until every member has an outcome (or `until` epochs are done); return the last state and the weights to keep.

    A checkpoint is saved when one is due and before every end. The global random state is left as it was found.
    """
    started = time.monotonic() - state.seconds
    clock = lambda: time.monotonic() - started  # noqa: E731
    with workers(setting) as equipped:
        loop = Loop(equipped, save=save, log=log, stop=stop, progress=progress, clock=clock, until=until, see=see)
        state = loop.run(state)
        return state, loop.kept(state)


@contextmanager
def workers(setting: Setting) -> Iterator[Setting]:
    """Set the number of threads that a step is worth, or make a crew that works on several members side by side."""
    threads, crew_size = threads_for(setting, cores=torch.get_num_threads())
    with thread_count(threads), torch.random.fork_rng(devices=[setting.device] if setting.device.type == "cuda" else []):
        if crew_size < 2:
            yield setting
            return
        crew = Crew.of(setting.module, crew_size)
        try:
            yield replace(setting, crew=crew)
        finally:
            crew.close()


def drop(setting: Setting, state: State, numbers: Sequence[int], *, reason: str) -> State:
    """Return the state without some members, given by number, that a search gives up for better ones; their best weights stay."""
    loop = Loop(setting, save=lambda _: None, log=lambda *_: None, stop=Stop(), progress=Silent(), clock=lambda: state.seconds)
    loop.follow(state)
    leaving = set(numbers)
    gone = {place: dropped(state, reason) for place, number in enumerate(state.active) if number in leaving}
    return loop.leave(state, gone)
