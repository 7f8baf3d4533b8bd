"""Subject: what evidence looks at: an objective over chosen data, and the parameters at which it is looked at."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
import torch
from jaxtyping import Float, Int64, Shaped
from torch import Tensor, nn

from thalweg.core.entries import Loss, Objective, Penalty
from thalweg.core.errors import ConfigError
from thalweg.core.trajectory import Trajectory
from thalweg.core.tree import Params


class Unsuited(ConfigError):  # noqa: N818  (nothing is wrong: this kind of evidence has nothing to say of this subject)
    """A kind of evidence does not apply to a subject; the message says why."""


@dataclass(frozen=True, eq=False, kw_only=True)
class LinearProblem:
    """What the objective of a linear score f(x) = W x + b is made of, for evidence that needs more than values and derivatives.

    `pixels` [N, D] are prepared, in height, width, channel order; penalties, strengths included, act on W, and on b too where
    `penalise_biases`. The objective is (1/N) sum of losses + R, or (1/N) sum c_i l_i + R with counts c > 0 whose mean is 1.
    """

    pixels: Float[Tensor, "examples inputs"]
    labels: Int64[Tensor, " examples"]
    loss: Loss
    knobs: Mapping[str, Any]
    penalties: Sequence[tuple[Penalty, Mapping[str, Any]]]
    penalise_biases: bool = False
    counts: Float[Tensor, " examples"] | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class Pictures:
    """The same model as it takes raw pictures [N, H, W, C], and some pictures to show it at work.

    `scores(images)` takes raw pixels as floats, in evaluation mode, and is differentiable by them. `first_weight` are the weights of the
    first linear map on raw pixels ([outputs, H*W*C] or [outputs, C, h, w]), None where the model names none; `first_bias` its bias.
    """

    images: Shaped[np.ndarray, "n height width channels"]
    labels: Int64[np.ndarray, " n"]
    classes: tuple[str, ...]
    scores: Callable[[Float[Tensor, "n height width channels"]], Float[Tensor, "n classes"]]
    first_weight: Float[np.ndarray, "outputs ..."] | None = None
    first_bias: Float[np.ndarray, " outputs"] | None = None
    linear: bool = False
    origins: Sequence[str] | None = None


SliceValues = Callable[[Float[Tensor, "points axes"]], tuple[Float[Tensor, "points examples"], Float[Tensor, " points"]]]
"""Coordinates on a line or a plane -> every example's data loss there, and the penalty there."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Subject:
    """A model at its weights with the data it is looked at on: a run's, or anybody's module with any loss.

    `objective` is mean loss + penalty over `examples` examples; `params` [1, ...] are the weights, which nothing changes. `losses(params
    [candidates, ...])` are the data losses of every example [candidates, examples]. `mode` is the module's: what batch-norm and dropout do.
    `module` is a copy that may be called with hooks but not changed, `inputs()` yields what it takes, batch by batch, as a single argument.
    `shifts` names the weight and the bias of the last linear map where adding the same row to all rows of the weight (the same number to
    all biases) leaves the loss as it is: softmax and hinges of differences; None where the loss has no such symmetry.
    `problem` makes the linear problem that a linear score was trained on, over all of its examples; `others` are weights of other runs of
    the same structure, by name. `recast` makes the same subject in another precision. `rough` names the penalties that are not smooth:
    gradients and Hessians are those of the rest. `slices(centre, directions)` makes a quick function of the line or the plane
    centre + sum of coordinates x directions, in single precision; None where there is none.
    `trajectory` is where training took the parameters, None where that was not recorded.
    """

    title: str
    objective: Objective
    params: Params
    losses: Callable[[Params], Float[Tensor, "candidates examples"]]
    examples: int
    mode: Literal["evaluation", "training"] = "evaluation"
    seed: int = 0
    module: nn.Module | None = None
    inputs: Callable[[], Any] | None = None
    shifts: tuple[str, str | None] | None = None
    problem: Callable[[], LinearProblem] | None = None
    pictures: Pictures | None = None
    others: Mapping[str, Params] = field(default_factory=dict)
    recast: Callable[[torch.dtype], "Subject"] | None = None
    rough: tuple[str, ...] = ()
    slices: Callable[[Params, Sequence[Params]], SliceValues] | None = None
    trajectory: Trajectory | None = None

    def cast(self, dtype: torch.dtype) -> "Subject":
        """Return the same subject computed in another precision; itself where it is in that one, or knows no other."""
        if dtype == self.dtype or self.recast is None:
            return self
        return self.recast(dtype)

    @property
    def convolutional(self) -> bool:
        """Whether the module convolves: then single precision is several times as fast."""
        return self.module is not None and any(isinstance(layer, nn.modules.conv._ConvNd) for layer in self.module.modules())

    @cached_property
    def linear(self) -> LinearProblem | None:
        """The linear problem, made when it is first asked for; None where the score is not linear."""
        return None if self.problem is None else self.problem()

    @property
    def dtype(self) -> torch.dtype:
        """The type of the parameters."""
        return next(iter(self.params.values())).dtype

    @property
    def precision(self) -> Literal["fp32", "fp64"]:
        """The precision of everything computed from the parameters."""
        return "fp64" if self.dtype == torch.float64 else "fp32"

    @property
    def size(self) -> int:
        """How many parameters there are."""
        return sum(tensor.numel() for tensor in self.params.values())
