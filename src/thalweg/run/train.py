"""Train: a recipe and pictures to a run, in memory or in a folder that a crash cannot spoil."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch

from thalweg.core.durable import write_file
from thalweg.core.errors import ConfigError, ModelError
from thalweg.core.imageset import ImageSet
from thalweg.core.outcome import Ending
from thalweg.core.progress import Progress, Silent
from thalweg.core.trajectory import Trajectory
from thalweg.run.assemble import assemble
from thalweg.run.batches import cuts
from thalweg.run.conduct import first_state, run_to_the_end
from thalweg.run.data_facts import data_facts
from thalweg.run.files import MODEL, PATH
from thalweg.run.memory import keep_freed_memory
from thalweg.run.own import folded
from thalweg.run.path_file import path_bytes
from thalweg.run.recipe import Recipe, parts
from thalweg.run.run import Run, ending_facts, open_run
from thalweg.run.seen import See, unseen
from thalweg.run.setting import Setting, settle_down
from thalweg.run.signals import listening
from thalweg.run.start import Start
from thalweg.run.state import Best, State
from thalweg.run.store import Store
from thalweg.run.threads import thread_count
from thalweg.run.trained import trained
from thalweg.run.versions import versions


def train(
    images: ImageSet, recipe: Recipe, *, folder: Path | None = None, progress: Progress | None = None, fresh: bool = False,
    see: See = unseen,
) -> Run:  # fmt: skip
    """Train by a recipe and return the run; with a folder, go on where an earlier call of the same recipe stopped.

    A folder that holds the ended run of the same recipe and pictures is returned as it is (`fresh` trains it again). Raises `ModelError`
    when the folder holds another run, `BusyError` when another process is training in it. `see` is told after every epoch.
    """
    shown = progress or Silent()
    keep_freed_memory()
    if folder is None:
        start = start_of(recipe)
        images = folded(numbered(images, recipe, start), recipe)
        setting = settle_down(recipe, images, start=start)
        with listening() as stop:
            state, kept = run_to_the_end(
                setting, first_state(setting, start, path_points=recipe.path_points), save=lambda _: None, log=lambda *_: None, stop=stop,
                progress=shown, see=see,
            )  # fmt: skip
        return finished(setting, images, state, kept, shown, folder=None)
    store = Store(Path(folder))
    with store.locked():
        earlier = None if fresh else _ended(store, images, recipe, shown)
        return earlier or _train_in(store, images, recipe, shown, fresh=fresh, see=see)


def _ended(store: Store, images: ImageSet, recipe: Recipe, progress: Progress) -> Run | None:
    """Return the run in the folder if it has ended; raise `ModelError` when it is another recipe's or was trained on other pictures."""
    if not store.exists:
        return None
    manifest = store.manifest()
    _check_same(store, manifest, recipe, images)
    if "outcome" not in manifest or manifest["outcome"]["ending"] == Ending.INTERRUPTED:
        return None
    progress.say(f"{store.folder} has ended already ({manifest['outcome']['ending']}); --fresh trains it again.")
    return open_run(store.folder, trust_code=True)  # the recipe at hand names the same code


def numbered(images: ImageSet, recipe: Recipe, start: Start | None) -> ImageSet:
    """Return the pictures with labels in the numbers of the classes that were declared, here or by the run that is continued."""
    if start and recipe.classes not in (None, start.classes):
        raise ConfigError(f"{recipe.start} has the classes {', '.join(start.classes)}; a run that continues from it has the same ones.")
    return images.numbered_for(start.classes if start else recipe.classes or images.classes)


def _train_in(store: Store, images: ImageSet, recipe: Recipe, progress: Progress, *, fresh: bool, see: See) -> Run:
    start = start_of(recipe)
    images = folded(numbered(images, recipe, start), recipe)
    facts = begun_facts(images, recipe)
    if store.exists and not fresh:
        facts["threads"] = store.manifest().get("threads", facts["threads"])  # sums run in the same order when a run is resumed
    with thread_count(int(facts["threads"])):
        setting = settle_down(recipe, images, start=start)
        if fresh or not store.exists:
            store.check_free(recipe)
            store.clear()
            store.begin(recipe, facts)
        state = _resumed(store, setting, progress) or first_state(setting, start, path_points=recipe.path_points)
        store.write_log(state.rows)
        with listening() as stop:
            state, kept = run_to_the_end(
                setting,
                state,
                save=store.checkpoints.save,
                log=lambda _, row: store.append_log(row),
                stop=stop,
                progress=progress,
                see=see,
            )
            store.write_log(state.rows)
            run = finished(setting, images, state, kept, progress, folder=store.folder)
            write_end(store, run, facts)
    return run


def begun_facts(images: ImageSet, recipe: Recipe) -> dict[str, Any]:
    """Return what the manifest says of a run before its first step."""
    threads = torch.get_num_threads()
    return {"data": asdict(data_facts(images)), "versions": versions(), "recipe": recipe.fingerprint, "threads": threads}


def write_end(store: Store, run: Run, facts: Mapping[str, Any]) -> None:
    """Write what a run is when it has ended: its model, its path where it was recorded, and the manifest, which says that it has."""
    write_file(store.folder / MODEL, run.model.to_bytes())
    if run.recorded is not None:
        write_file(store.folder / PATH, path_bytes(run.recorded))
    store.write_manifest({**facts, **ending_facts(run, store.folder)})


def _resumed(store: Store, setting: Setting, progress: Progress) -> State | None:
    state, problems = store.checkpoints.load(device=setting.device)
    for problem in problems:
        progress.say(problem)
    if state is not None:
        progress.say(f"going on from step {state.step} of {store.folder}")
    return state


def _check_same(store: Store, manifest: Mapping[str, Any], recipe: Recipe, images: ImageSet) -> None:
    theirs = store.recipe()
    if theirs.fingerprint != recipe.fingerprint:
        here, there = recipe.model_dump(mode="json"), theirs.model_dump(mode="json")
        differing = [f"{name}: {there[name]} there, {here[name]} here" for name in here if here[name] != there.get(name)]
        raise ModelError(f"{store.folder} holds a run of another recipe ({'; '.join(differing)[:400]}). Choose another --run, or --fresh.")
    if manifest["data"]["fingerprint"] != images.fingerprint:
        raise ModelError(f"{store.folder} was trained on other pictures than {images.source} holds now. Choose another --run, or --fresh.")
    if manifest["data"]["split"] != folded(images, recipe).split.fingerprint:
        raise ModelError(f"{store.folder} was trained on another split of {images.source}. Choose another --run, or --fresh.")


def start_of(recipe: Recipe) -> Start | None:
    """Read the weights that a recipe continues from, in the coordinates they were trained in."""
    if recipe.start is None:
        return None
    store = Store(Path(recipe.start))
    earlier = store.recipe() if store.exists else recipe
    for field in ("score", "prepare"):
        theirs, own = ([part.flat for part in parts(field, getattr(each, field))] for each in (earlier, recipe))
        if theirs != own:
            raise ConfigError(f"{recipe.start} has {field} {theirs}, this recipe {own}; to go on they must be equal.")
    return trained(open_run(store.folder, trust_code=True))  # the recipe at hand names the same code


def finished(setting: Setting, images: ImageSet, state: State, kept: Best, progress: Progress, *, folder: Path | None) -> Run:
    """Fold the kept weights into a model and measure it on every part of the data."""
    outcome = state.outcomes[0]
    assert outcome is not None
    run = assemble(
        setting.recipe, setting.module.cpu(), kept, chain=setting.chain, facts=data_facts(images), log=state.rows, outcome=outcome,
        seconds=state.seconds, folder=folder, path=_path(setting, state),
    )  # fmt: skip
    return replace(run, figures=run.evaluate(images, progress=progress))


def _path(setting: Setting, state: State) -> Trajectory | None:
    """Return where training took the weights, with where it ended."""
    if state.path is None:
        return None
    examples = len(setting.parts["train"])
    steps = len(cuts(examples, setting.recipe.batch_size(examples)))
    return state.path.ended(state.params, step=state.step, epoch=state.epoch + state.taken / steps)
