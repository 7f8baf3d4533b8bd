"""Assembling: the run that a member is, from its kept weights and its log."""

from pathlib import Path

import torch
from torch import nn

from thalweg.core.outcome import Outcome
from thalweg.core.trajectory import Trajectory
from thalweg.loss import LOSSES
from thalweg.prepare import Chain
from thalweg.run.members import gather_members
from thalweg.run.model import fold
from thalweg.run.module_objective import member
from thalweg.run.recipe import Recipe
from thalweg.run.record import DataFacts, Epoch
from thalweg.run.run import Run
from thalweg.run.setting import expected_start, penalised
from thalweg.run.start import Start
from thalweg.run.state import Best
from thalweg.run.versions import versions


def assemble(
    recipe: Recipe,
    module: nn.Module,
    kept: Best,
    *,
    chain: Chain,
    facts: DataFacts,
    log: tuple[Epoch, ...],
    outcome: Outcome,
    seconds: float,
    folder: Path | None = None,
    path: Trajectory | None = None,
) -> Run:
    """Return the run of a member whose weights are `kept` (a population of one), folded into a model; its figures are not measured yet.

    `module` is a score function of the recipe's structure on prepared pictures; it gets the weights.
    """
    module.load_state_dict({**member(kept.params, 0), **member(kept.buffers, 0)})
    dtype = next(iter(kept.params.values())).dtype
    names = penalised(recipe, module)
    penalties = gather_members([recipe], penalised=names, dtype=dtype, device=torch.device("cpu"), own=None).penalties
    acted_on = [kept.params[name] for name in names]
    return Run(
        recipe=recipe,
        data=facts,
        metrics=log,
        outcome=outcome,
        figures={},
        expected_start=expected_start(recipe, len(facts.classes)),
        seconds=seconds,
        versions=versions(),
        model=fold(
            module,
            chain,
            score=recipe.score.flat,
            shape=facts.shape,
            classes=facts.classes,
            probabilities=LOSSES.get(recipe.loss.name).probabilities,
        ),
        folder=folder,
        kept_epoch=kept.epochs[0],
        penalty=float(penalties.value({name: tensor.cpu() for name, tensor in kept.params.items()})[0]),
        weights=sum(tensor.numel() for tensor in acted_on),
        zero_weights=sum(int((tensor == 0).sum()) for tensor in acted_on),
        recorded=path,
        start=Start(kept.params, kept.buffers, chain, facts.classes),
    )
