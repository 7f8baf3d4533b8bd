"""What every loss does with its scores and labels before its formula begins."""

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from thalweg.core.entries import Labels

Scores = Float[Tensor, "*members batch classes"]
"""Scores of a batch, for any number of members, or anything with one number per score."""

Values = Float[Tensor, "*members batch"]
"""One number an example."""

Setting = float | Float[Tensor, "..."]
"""A knob's value: one number, or a tensor that broadcasts against [*members, batch]."""


def widened(scores: Scores) -> Scores:
    """Return the scores in at least float32: differences of half-precision scores lose the digits that a margin is about."""
    return scores.to(torch.promote_types(scores.dtype, torch.float32))


def true_class(scores: Scores, labels: Labels) -> Int64[Tensor, "*members batch 1"]:
    """Return the labels as an index into the class axis of the scores: a view, all members share the labels."""
    return labels.unsqueeze(-1).expand(*scores.shape[:-1], 1)


def per_class(setting: Setting) -> Setting:
    """Lay a setting along the class axis: [*members, batch] becomes [*members, batch, 1]; a number stays a number."""
    return setting.unsqueeze(-1) if isinstance(setting, Tensor) else setting
