"""Batch-norm in evaluation mode as part of the map before it: the same scores for fewer passes over the activations."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn

from thalweg.core.tree import Params

MAPS = {nn.Conv2d: nn.BatchNorm2d, nn.Conv1d: nn.BatchNorm1d, nn.Linear: nn.BatchNorm1d}


@dataclass(frozen=True)
class Fold:
    """A map and the batch-norm that follows it, by their names in the module; `bias`: the map had one before."""

    map: str
    norm: str
    eps: float
    bias: bool


def fold_norms(module: nn.Module) -> Sequence[Fold]:
    """Take batch-norms out of a module, in place, wherever one directly follows a map in a plain `nn.Sequential`; maps get a bias.

    In evaluation mode gamma (W x + b - mean) / sqrt(var + eps) + beta is the map with the weights W s and the bias (b - mean) s + beta,
    s = gamma / sqrt(var + eps); `folded` gives these. Layers that are used in several places, that carry hooks or whose weights are
    computed from others stay as they are.
    """
    uses: dict[int, int] = {}
    for layer in module.modules():
        for child in layer._modules.values():  # `children` would name a layer that is used twice once
            uses[id(child)] = uses.get(id(child), 0) + 1
    found = []
    for path, chain in list(module.named_modules()):
        if type(chain) is not nn.Sequential or uses.get(id(chain), 1) > 1:
            continue
        names = list(chain._modules)
        for first, second in pairwise(names):
            own, norm = chain._modules[first], chain._modules[second]
            if own is not None and norm is not None and _foldable(own, norm) and uses[id(own)] == uses[id(norm)] == 1:
                prefix = f"{path}." if path else ""
                found.append(Fold(f"{prefix}{first}", f"{prefix}{second}", norm.eps, own.bias is not None))  # type: ignore[arg-type]
                if own.bias is None:
                    own.bias = nn.Parameter(own.weight.new_zeros(len(own.weight)), requires_grad=False)
                chain._modules[second] = nn.Identity()
    return found


def _foldable(own: nn.Module, norm: nn.Module) -> bool:
    suited = type(norm) is MAPS.get(type(own)) and isinstance(norm, nn.modules.batchnorm._BatchNorm) and norm.running_var is not None
    plain = "weight" in own._parameters and not any(each._forward_hooks or each._forward_pre_hooks for each in (own, norm))
    return suited and plain


def folded(tensors: Params, folds: Sequence[Fold]) -> Params:
    """Return a member's parameters and buffers with every norm folded into its map, and the norms' own left out."""
    plain = dict(tensors)
    for fold in folds:
        gamma, beta, mean, var, _ = (
            plain.pop(f"{fold.norm}.{name}", None) for name in ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")
        )
        assert mean is not None
        assert var is not None
        scale: Tensor = torch.rsqrt(var + fold.eps)
        scale = scale if gamma is None else gamma * scale
        weight, bias = plain[f"{fold.map}.weight"], plain.get(f"{fold.map}.bias")
        plain[f"{fold.map}.weight"] = weight * scale.reshape(-1, *[1] * (weight.ndim - 1))
        shifted = -mean * scale if bias is None else (bias - mean) * scale
        plain[f"{fold.map}.bias"] = shifted if beta is None else shifted + beta
    return plain
