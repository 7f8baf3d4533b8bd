"""Subject of a run: its objective over chosen examples at its kept weights, on prepared pictures, in double precision."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn

from thalweg.core.entries import Loss, Objective
from thalweg.core.errors import ConfigError
from thalweg.core.imageset import ImageSet
from thalweg.core.seeds import derive, generator
from thalweg.core.subject import LinearProblem, Pictures, SliceValues, Subject
from thalweg.core.tree import Params
from thalweg.run.batches import Batch, Examples, WholeSet
from thalweg.run.fixed_objective import FixedObjective
from thalweg.run.linear_objective import LinearObjective
from thalweg.run.module_objective import member, module_scores, seed_noise
from thalweg.run.own import folded
from thalweg.run.recipe import CATALOGUES
from thalweg.run.run import Run
from thalweg.run.setting import Setting, settle_down
from thalweg.run.shifts import shift_of
from thalweg.run.slices import LinearSliceMaker, SliceMaker
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
    batches = list(WholeSet(chosen, setting.prepare).chunks())
    params = {name: tensor.detach().to(setting.dtype) for name, tensor in start.params.items()}
    buffers = {name: _as(tensor, setting.dtype) for name, tensor in start.buffers.items()}
    forward = _Forward(setting.module, member(buffers, 0), mode=mode, noise=derive(recipe.seed, "noise", 0))
    objective, losses = _objective(setting, chosen, batches, forward), _losses(setting.loss, recipe.loss.knobs, batches, forward)
    return Subject(
        title=str(run.folder) if run.folder is not None else run.recipe.data.source,
        objective=objective,
        params=params,
        losses=losses,
        examples=len(chosen),
        mode=mode,
        seed=recipe.seed,
        module=setting.module,
        inputs=lambda: iter([batch.images.permute(0, 3, 1, 2) for batch in batches]),
        shifts=shift_of(setting.module, params, losses),
        problem=_problem(setting) if setting.closed_form else None,
        pictures=_pictures(run, images, chosen.rows.numpy()),
        others={name: _same_structure(name, other, params) for name, other in others},
        rough=tuple(entry.name for entry, _ in setting.penalties.entries if entry.proximal is not None),
        recast=lambda dtype: subject_of(
            run, images, part=part, examples=examples, mode=mode, precision="fp64" if dtype == torch.float64 else "fp32", others=others
        ),
        trajectory=run.trajectory,
        slices=_slices(setting, batches, member(buffers, 0), mode=mode),
    )


class _Forward:
    """Scores of one member's tensors on prepared pictures [N, H, W, C], in a fixed mode, with the same noise at every call."""

    def __init__(self, module: nn.Module, buffers: Params, *, mode: Mode, noise: int) -> None:
        self.module, self.buffers, self.mode, self.noise = module, buffers, mode, noise

    def __call__(self, params: Params, images: Tensor, place: int) -> Float[Tensor, "batch classes"]:
        """Return the scores of the batch at a place; batch-norm's statistics are left as they are."""
        training = self.mode == "training"
        self.module.train(training)
        own = {name: tensor.clone() for name, tensor in self.buffers.items()} if training else self.buffers
        with torch.random.fork_rng(devices=[], enabled=training):
            if training:
                seed_noise(images.device, derive(self.noise, place))
            return module_scores(self.module, {**params, **own}, images, autocast=False)


def _objective(setting: Setting, chosen: Examples, batches: Sequence[Batch], forward: _Forward) -> Objective:
    members, knobs = setting.members, setting.recipe.loss.knobs
    if setting.closed_form:
        return LinearObjective(WholeSet(chosen, setting.prepare, keep=True), setting.loss, members.loss, members.penalties)

    def share(params: Params, place: int) -> Tensor:
        images, labels, _ = batches[place]
        return setting.loss.value(forward(params, images, place), labels, **knobs).sum() / len(chosen)

    return FixedObjective(share, len(batches), members.penalties)


def _losses(
    loss: Loss, knobs: dict[str, object], batches: Sequence[Batch], forward: _Forward
) -> Callable[[Params], Float[Tensor, "candidates examples"]]:
    def one(params: Params) -> Iterator[Tensor]:
        for place, (images, labels, _) in enumerate(batches):
            yield loss.value(forward(params, images, place), labels, **knobs)

    def losses(params: Params) -> Float[Tensor, "candidates examples"]:
        candidates = len(next(iter(params.values())))
        with torch.no_grad():
            return torch.stack([torch.cat(list(one(member(params, index)))) for index in range(candidates)])

    return losses


def _slices(
    setting: Setting, batches: Sequence[Batch], buffers: Params, *, mode: Mode
) -> Callable[[Params, Sequence[Params]], SliceValues] | None:
    """Return what makes quick functions of lines and planes; None in training mode, where batches and noise matter."""
    recipe, penalties = setting.recipe, setting.members.penalties
    images, labels = torch.cat([batch.images for batch in batches]), torch.cat([batch.labels for batch in batches])

    def losses(scores: Tensor, own: Tensor) -> Tensor:
        return setting.loss.value(scores, own, **recipe.loss.knobs)

    if setting.closed_form:
        return LinearSliceMaker(pixels=images.flatten(1), labels=labels, losses=losses, penalties=penalties)
    if mode == "training":
        return None
    cores = 1 if CATALOGUES["score"].get(recipe.score.name).foreign else torch.get_num_threads()
    return SliceMaker(
        module=setting.module, buffers=buffers, images=images, labels=labels, losses=losses, penalties=penalties, cores=cores
    )  # fmt: skip


def _problem(setting: Setting) -> Callable[[], LinearProblem]:
    recipe = setting.recipe

    def problem() -> LinearProblem:
        chunks = list(setting.whole("train").chunks())
        return LinearProblem(
            pixels=torch.cat([images.flatten(1) for images, _, _ in chunks]),
            labels=torch.cat([labels for _, labels, _ in chunks]),
            loss=setting.loss,
            knobs=recipe.loss.knobs,
            penalties=[(entry, knobs) for entry, knobs in setting.penalties.entries],
            penalise_biases=recipe.penalise_biases,
        )

    return problem


def _pictures(run: Run, images: ImageSet, rows: Int64[np.ndarray, " n"]) -> Pictures:
    model = run.model
    weight = model.first_weight
    name = getattr(model.module, "first", None)
    bias = None if name is None else dict(model.module.named_parameters()).get(f"{name.rpartition('.')[0]}.bias".lstrip("."))
    matching = run.matching(images)
    return Pictures(
        images=images.images[rows],
        labels=matching.labels[rows],
        classes=run.classes,
        scores=model.differentiable_scores,
        first_weight=weight,
        first_bias=None if bias is None else bias.detach().float().numpy(),
        linear=weight is not None and weight.ndim == 2 and weight.shape[0] == len(run.classes) and name == "weight",
        origins=[images.origin(int(row)) for row in rows],
    )


def _first(part: Examples, count: int | None, *, seed: int) -> Examples:
    """Return the first examples of a part in an order drawn once, in the part's own order."""
    if count is None or count >= len(part):
        return part
    chosen = torch.randperm(len(part), generator=generator(seed, "evidence"))[:count].sort().values
    return replace(part, rows=part.rows[chosen.to(part.rows.device)])


def _as(tensor: Tensor, dtype: torch.dtype) -> Tensor:
    return tensor.to(dtype) if tensor.is_floating_point() else tensor


def _same_structure(name: str, other: Run, params: Params) -> Params:
    theirs: Start = trained(other)
    shapes = {key: tuple(tensor.shape) for key, tensor in params.items()}
    if {key: tuple(tensor.shape) for key, tensor in theirs.params.items()} != shapes:
        raise ConfigError(f"{name} has other parameters than this run; a plane goes through runs of one structure.")
    return {key: theirs.params[key].detach().to(tensor) for key, tensor in params.items()}
