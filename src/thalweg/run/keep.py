"""Keep: a training that was conducted step by step elsewhere, written as a run's folder like any other."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from thalweg.core.errors import ModelError
from thalweg.core.imageset import ImageSet
from thalweg.core.outcome import Ending, Outcome
from thalweg.core.progress import Progress, Silent
from thalweg.run.endings import endings
from thalweg.run.loop import Loop
from thalweg.run.run import Run
from thalweg.run.setting import Setting
from thalweg.run.signals import Stop
from thalweg.run.state import State
from thalweg.run.store import Store
from thalweg.run.train import begun_facts, finished, write_end

UNFINISHED = "saved before all epochs were done"


def keep(
    setting: Setting, state: State, images: ImageSet, *, folder: Path, replacing: bool = False, notes: Sequence[str] = (),
    progress: Progress | None = None,
) -> Run:  # fmt: skip
    """Write a training that stands at the end of an epoch as a run's folder, with a checkpoint, and return the run.

    A training that has not come to its end is kept as one that was interrupted: the same recipe in the same folder goes on from there.
    The model is that of the weights which the recipe keeps, the best so far or the last. `notes` are added to those of the data. A run that
    is there is replaced with `replacing` only; a folder that is none never is: `ModelError` either way.
    """
    store, shown = Store(folder), progress or Silent()
    if store.exists and not replacing:
        raise ModelError(f"{folder} holds a run already. Choose another name, or say that it is to be replaced.")
    loop = Loop(setting, save=lambda _: None, log=lambda *_: None, stop=Stop(), progress=shown, clock=lambda: state.seconds)
    loop.follow(state)
    outcomes = {} if state.ended else endings(setting, state, loop.train) or {0: _unfinished(state)}
    state = loop.leave(state, outcomes)
    noted = replace(images, notes=(*images.notes, *notes))
    facts = begun_facts(noted, setting.recipe)
    with store.locked():
        store.check_free(setting.recipe)
        store.clear()
        store.begin(setting.recipe, facts)
        store.write_log(state.rows)
        store.checkpoints.save(state)
        run = finished(setting, noted, state, loop.kept(state), shown, folder=folder)
        write_end(store, run, facts)
    return run


def _unfinished(state: State) -> Outcome:
    return Outcome(
        ending=Ending.INTERRUPTED, epoch=state.epoch, step=state.step, reason=UNFINISHED, advice="run the same command again to go on."
    )
