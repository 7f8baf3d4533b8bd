"""Units: what every hidden unit of a perceptron answers, layer by layer."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.func import functional_call

from thalweg.core.tree import Params
from thalweg.run.module_objective import member


def hidden_units(
    module: nn.Module, params: Params, buffers: Params, images: Float[Tensor, "batch height width channels"]
) -> list[Float[Tensor, "batch units"]]:
    """Return what comes out of every activation of a perceptron's `layers`, in their order, at prepared images, in evaluation mode.

    The weights are those of the first member of `params`. A module without `layers`, such as a linear score, has no hidden units: [].
    """
    found: list[Tensor] = []
    hooks = [layer.register_forward_hook(lambda _, __, answer: found.append(answer)) for layer in activations(module)]
    module.eval()
    try:
        with torch.no_grad():
            functional_call(module, {**member(params, 0), **member(buffers, 0)}, (images.permute(0, 3, 1, 2),))
    finally:
        for hook in hooks:
            hook.remove()
    return found


def activations(module: nn.Module) -> Sequence[nn.Module]:
    """Return the activations of a perceptron: its layers that are neither maps nor normalise nor draw noise."""
    layers = getattr(module, "layers", ())
    return [layer for layer in layers if not isinstance(layer, nn.Linear | nn.BatchNorm1d | nn.Dropout)]
