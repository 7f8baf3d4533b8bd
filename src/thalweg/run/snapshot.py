"""Snapshot: what a training's weights are worth at an instant: the model they make on raw pixels, and its answers to a part of the data."""

import copy
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int64

from thalweg.core.imageset import ImageSet
from thalweg.core.subject import Pictures
from thalweg.core.tree import Params
from thalweg.loss import LOSSES
from thalweg.run.model import Model, fold
from thalweg.run.module_objective import member
from thalweg.run.setting import Setting


@dataclass(frozen=True, kw_only=True, eq=False)
class Answers:
    """Scores and losses of a part's examples, in the order of `rows`, which are rows of the whole set."""

    rows: Int64[np.ndarray, " n"]
    labels: Int64[np.ndarray, " n"]
    scores: Float[np.ndarray, "n classes"]
    losses: Float[np.ndarray, " n"]

    @property
    def predicted(self) -> Int64[np.ndarray, " n"]:
        """The class with the highest score, the first of equals."""
        return self.scores.argmax(1)


def model_of(setting: Setting, params: Params, buffers: Params) -> Model:
    """Return the model that the weights [1, ...] of a population of one are, taking raw pixels; the setting keeps its own module."""
    module = copy.deepcopy(setting.module).cpu()
    module.load_state_dict({**member(params, 0), **member(buffers, 0)})
    recipe = setting.recipe
    return fold(
        module, setting.chain, score=recipe.score.flat, shape=setting.shape, classes=setting.classes,
        probabilities=LOSSES.get(recipe.loss.name).probabilities,
    )  # fmt: skip


def answers_of(setting: Setting, part: str, params: Params, buffers: Params) -> Answers:
    """Return the answers of weights [1, ...] to every example of a part, in evaluation mode and the setting's precision."""
    scorer, whole = setting.scorer(params, buffers), setting.whole(part)
    scores, labels = [], []
    with torch.no_grad():
        for images, own, _ in whole.chunks():
            scores.append(scorer(images)[0].cpu())
            labels.append(own.cpu())
    each, known = torch.cat(scores), torch.cat(labels)
    losses = setting.loss.value(each, known, **setting.recipe.loss.knobs)
    return Answers(rows=setting.parts[part].rows.cpu().numpy(), labels=known.numpy(), scores=each.numpy(), losses=losses.numpy())


def pictures_of(model: Model, images: ImageSet, rows: Int64[np.ndarray, " n"]) -> Pictures:
    """Return some pictures of a set, which has the model's classes in its order, with what the model makes of raw pixels."""
    weight, name = model.first_weight, getattr(model.module, "first", None)
    bias = None if name is None else dict(model.module.named_parameters()).get(f"{name.rpartition('.')[0]}.bias".lstrip("."))
    return Pictures(
        images=images.images[rows],
        labels=images.labels[rows],
        classes=model.classes,
        scores=model.differentiable_scores,
        first_weight=weight,
        first_bias=None if bias is None else bias.detach().float().numpy(),
        linear=weight is not None and weight.ndim == 2 and weight.shape[0] == len(model.classes) and name == "weight",
        origins=[images.origin(int(row)) for row in rows],
    )
