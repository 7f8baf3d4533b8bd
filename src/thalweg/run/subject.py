"""Subject of a run: its objective over chosen examples at its kept weights, on prepared pictures, in double precision."""

from collections.abc import Callable, Sequence
from typing import Literal

import torch
from torch import Tensor

from thalweg.core.entries import Objective
from thalweg.core.errors import ConfigError
from thalweg.core.imageset import ImageSet
from thalweg.core.seeds import derive, generator, some_of
from thalweg.core.subject import LinearProblem, SliceValues, Subject
from thalweg.core.tree import Params
from thalweg.run.batches import Batch, Examples, WholeSet, matrix
from thalweg.run.fixed_objective import FixedObjective
from thalweg.run.forward import Forward, each_candidate
from thalweg.run.linear_objective import LinearObjective
from thalweg.run.module_objective import member
from thalweg.run.own import folded
from thalweg.run.recipe import CATALOGUES
from thalweg.run.run import Run
from thalweg.run.setting import Setting, settle_down
from thalweg.run.shifts import shift_of
from thalweg.run.slices import LinearSliceMaker, SliceMaker
from thalweg.run.snapshot import pictures_of
from thalweg.run.start import Start
from thalweg.run.trained import trained

EXAMPLES = 2000
Mode = Literal["evaluation", "training"]


def subject_of(
    run: Run,
    images: ImageSet,
    *,
    part: str = "train",
    examples: int | None = EXAMPLES,
    mode: Mode = "evaluation",
    precision: Literal["fp32", "fp64"] = "fp64",
    others: Sequence[tuple[str, Run]] = (),
) -> Subject:
    """Return the subject that a run is on its pictures: mean loss + penalty over the first `examples` of a part in shuffled order.

    `examples` None is the whole part. `images` are the run's own pictures (`Run.check_own`). In training mode batch-norm sees the chunks
    that examples come in, and dropout draws the same noise at every evaluation. Raises `ConfigError` where the part is empty, or where
    another run has not the same structure.
    """
    start = trained(run)
    data = {**run.recipe.data.model_dump(), "folds": None, "fold": None}
    recipe = run.recipe.with_changes(data=data, precision=precision, device="cpu", start=None)
    setting = settle_down(recipe, folded(images.numbered_for(run.classes), run.recipe), start=start)
    if part not in setting.parts or not len(setting.parts[part]):
        raise ConfigError(f"this run has no {part} part; it has {', '.join(name for name, own in setting.parts.items() if len(own))}.")
    chosen = _first(setting.parts[part], examples, seed=recipe.shared_seed)
    whole = WholeSet(chosen, setting.prepare, keep=True)
    batches = list(whole.chunks())
    params = {name: tensor.detach().to(setting.dtype) for name, tensor in start.params.items()}
    buffers = {name: _as(tensor, setting.dtype) for name, tensor in start.buffers.items()}
    noise = derive(recipe.seed, "noise", 0)
    own = member(buffers, 0)
    forward = Forward(module=setting.module, others=own, training=mode == "training", noise=lambda place: derive(noise, place))

    def one(params: Params) -> Tensor:
        scores = (forward(params, images.permute(0, 3, 1, 2), place) for place, (images, _, _) in enumerate(batches))
        pairs = zip(scores, batches, strict=True)
        return torch.cat([setting.loss.value(each, batch.labels, **recipe.loss.knobs) for each, batch in pairs])

    losses = each_candidate(one)
    return Subject(
        title=str(run.folder) if run.folder is not None else run.recipe.data.source,
        objective=_objective(setting, whole, batches, forward),
        params=params,
        losses=losses,
        examples=len(chosen),
        mode=mode,
        seed=recipe.seed,
        module=setting.module,
        inputs=lambda: iter([batch.images.permute(0, 3, 1, 2) for batch in batches]),
        shifts=shift_of(setting.module, params, losses),
        problem=(lambda: _problem(setting)) if setting.closed_form else None,
        pictures=pictures_of(run.model, run.matching(images), chosen.rows.numpy()),
        others={name: _same_structure(name, other, params) for name, other in others},
        rough=tuple(entry.name for entry, _ in setting.penalties.entries if entry.proximal is not None),
        recast=lambda dtype: subject_of(
            run, images, part=part, examples=examples, mode=mode, precision="fp64" if dtype == torch.float64 else "fp32", others=others
        ),
        trajectory=run.trajectory,
        slices=_slices(setting, whole, own, mode=mode),
    )


def _objective(setting: Setting, whole: WholeSet, batches: Sequence[Batch], forward: Forward) -> Objective:
    members, knobs = setting.members, setting.recipe.loss.knobs
    if setting.closed_form:
        return setting.objective(whole, {}, step=0)

    def share(params: Params, place: int) -> Tensor:
        images, labels, _ = batches[place]
        return setting.loss.value(forward(params, images.permute(0, 3, 1, 2), place), labels, **knobs).sum() / whole.examples

    return FixedObjective(share, len(batches), members.penalties)


def _slices(setting: Setting, whole: WholeSet, buffers: Params, *, mode: Mode) -> Callable[[Params, Sequence[Params]], SliceValues] | None:
    """Return what makes quick functions of lines and planes; None in training mode, where batches and noise matter."""
    recipe, penalties = setting.recipe, setting.members.penalties
    pixels, labels, _ = matrix(whole)

    def losses(scores: Tensor, own: Tensor) -> Tensor:
        return setting.loss.value(scores, own, **recipe.loss.knobs)

    if setting.closed_form:
        return LinearSliceMaker(pixels=pixels, labels=labels, losses=losses, penalties=penalties)
    if mode == "training":
        return None
    images = pixels.view(-1, *setting.chain.shape(setting.shape))
    cores = 1 if CATALOGUES["score"].get(recipe.score.name).foreign else torch.get_num_threads()
    return SliceMaker(
        module=setting.module, buffers=buffers, images=images, labels=labels, losses=losses, penalties=penalties, cores=cores
    )  # fmt: skip


def _problem(setting: Setting) -> LinearProblem:
    """Return the problem that a linear score was trained on, over the whole training part."""
    objective = setting.objective(setting.whole("train"), {}, step=0)
    assert isinstance(objective, LinearObjective)
    return objective.problem(0)


def _first(part: Examples, count: int | None, *, seed: int) -> Examples:
    """Return the first examples of a part in an order drawn once, in the part's own order."""
    if count is None or count >= len(part):
        return part
    return part.at(some_of(len(part), count, generator(seed, "evidence")))


def _as(tensor: Tensor, dtype: torch.dtype) -> Tensor:
    return tensor.to(dtype) if tensor.is_floating_point() else tensor


def _same_structure(name: str, other: Run, params: Params) -> Params:
    theirs: Start = trained(other)
    shapes = {key: tuple(tensor.shape) for key, tensor in params.items()}
    if {key: tuple(tensor.shape) for key, tensor in theirs.params.items()} != shapes:
        raise ConfigError(f"{name} has other parameters than this run; a plane goes through runs of one structure.")
    return {key: theirs.params[key].detach().to(tensor) for key, tensor in params.items()}
