"""Trained: a run's kept weights in the coordinates they were trained in, from memory or from its checkpoints."""

import torch

from thalweg.core.errors import ModelError
from thalweg.core.outcome import Ending
from thalweg.prepare import Chain
from thalweg.run.run import Run
from thalweg.run.start import Start
from thalweg.run.store import Store


def trained(run: Run) -> Start:
    """Return the kept weights of a run on prepared pictures; raise `ModelError` where no checkpoint of its folder verifies."""
    if run.start is not None:
        return run.start
    if run.folder is None:
        raise ModelError(f"{run.recipe.data.source}: this run has neither a folder nor weights in memory.")
    state, _ = Store(run.folder).checkpoints.load(device=torch.device("cpu"))
    if state is None:
        raise ModelError(f"{run.folder}: no checkpoint that verifies, so there is nothing to continue from. Train it again with --fresh.")
    best = state.best if run.recipe.keeps_best or run.outcome.ending is Ending.DIVERGED else None
    params = best.params if best is not None else state.mean or state.params
    buffers = {name: tensor[None] for name, tensor in run.model.module.named_buffers()}  # those of an average are not in the state
    return Start(params, buffers, Chain.restore(state.chain), run.classes)
