"""A module made quick for evaluation on one core: batch-norm folded away, chains of convolutions in the processor's own layout."""

import copy
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from thalweg.core.tree import Params
from thalweg.run.folded_norm import fold_norms, folded

BLOCKED = (nn.Conv2d, nn.MaxPool2d, nn.ReLU, nn.Identity)
"""Layers that oneDNN computes in its own layout."""


class Blocked(nn.Module):
    """Layers one after the other in oneDNN's layout, in which 8 or 16 channels lie together; what goes in and comes out is plain.

    PyTorch's max-pooling of plain tensors writes indices that only a gradient needs, and takes longer than the convolution before it.
    """

    def __init__(self, layers: Sequence[nn.Module]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)

    def forward(self, images: Tensor) -> Tensor:
        """Return what the layers make of images [N, C, H, W]."""
        inside = images.to_mkldnn()
        for layer in self.layers:
            inside = layer(inside)
        return inside.to_dense()


class QuickModule(nn.Module):
    """A copy of a module in single precision, in evaluation mode; `load` gives it other weights.

    Batch-norms are folded into the maps before them, and oneDNN, where it is there, keeps its layout through chains of convolutions.
    """

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        own = copy.deepcopy(module).to(device="cpu", dtype=torch.float32).requires_grad_(False).eval()
        self.folds = fold_norms(own)
        self.layers = dict(own.named_modules())  # before chains are laid together: names stay those of the module
        self.own = _chained(own) if torch.backends.mkldnn.is_available() else own

    def forward(self, inputs: Tensor) -> Tensor:
        """Return what the module makes of inputs."""
        return self.own(inputs)

    def load(self, tensors: Params) -> None:
        """Take parameters and buffers by the names that they have in the module."""
        for name, tensor in folded(tensors, self.folds).items():
            path, _, last = name.rpartition(".")
            layer = self.layers[path]
            (layer._parameters if last in layer._parameters else layer._buffers)[last] = tensor


def _chained(module: nn.Module) -> nn.Module:
    """Return the module with every run of suited layers in its plain chains laid together, where a convolution is among them."""
    if _suited(module):
        return Blocked(_flat(module)) if _convolves([module]) else module
    for name, child in list(module._modules.items()):
        if child is not None and type(module) is not nn.Sequential:
            module._modules[name] = _chained(child) if type(child) is nn.Sequential or not _suited(child) else child
    if type(module) is nn.Sequential:
        _lay_together(module)
    return module


def _lay_together(chain: nn.Sequential) -> None:
    run: list[str] = []
    for name in [*chain._modules, None]:
        child = None if name is None else chain._modules[name]
        if name is not None and child is not None and _suited(child):
            run.append(name)
            continue
        layers = [chain._modules[each] for each in run]
        if _convolves(layers):
            chain._modules[run[0]] = Blocked([part for layer in layers if layer is not None for part in _flat(layer)])
            for other in run[1:]:
                chain._modules[other] = nn.Identity()
        run = []
        if name is not None and child is not None:
            chain._modules[name] = _chained(child)


def _suited(layer: nn.Module) -> bool:
    """Return whether a layer, or every layer of a plain chain, is one that oneDNN computes in its own layout."""
    if layer._forward_hooks or layer._forward_pre_hooks:
        return False
    if type(layer) is nn.Sequential:
        return all(_suited(child) for child in layer)
    if isinstance(layer, nn.Conv2d):
        plain = layer.padding_mode == "zeros" and not isinstance(layer.padding, str)
        return type(layer) is nn.Conv2d and plain and "weight" in layer._parameters
    if isinstance(layer, nn.MaxPool2d):
        return type(layer) is nn.MaxPool2d and layer.dilation in (1, (1, 1)) and not layer.return_indices
    return type(layer) in BLOCKED


def _flat(layer: nn.Module) -> list[nn.Module]:
    """Return the layers of a chain in order, those that do nothing left out."""
    if type(layer) is nn.Sequential:
        return [part for child in layer for part in _flat(child)]
    return [] if type(layer) is nn.Identity else [layer]


def _convolves(layers: Sequence[nn.Module | None]) -> bool:
    return any(isinstance(part, nn.Conv2d) for layer in layers if layer is not None for part in layer.modules())
