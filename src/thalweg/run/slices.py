"""Slices: every example's loss at many points of a line or a plane through the weights, as fast as the processor allows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn

from thalweg.core.subject import SliceValues
from thalweg.core.tree import Params, transform
from thalweg.run.crew import Crew
from thalweg.run.memory import keep_freed_memory
from thalweg.run.penalties import Penalties
from thalweg.run.quick_module import QuickModule

PIXELS = 25_000
"""How many pixels a chunk of pictures has for a convolutional net: what its first layers make of them stays in a core's cache."""

ROWS = 1024
"""How many examples a chunk has for any other net: products are large, and activations small."""

ExampleLosses = Callable[[Float[Tensor, "*points examples classes"], Int64[Tensor, " examples"]], Float[Tensor, "*points examples"]]
"""Scores and labels -> every example's loss."""


@dataclass(frozen=True, eq=False, kw_only=True)
class SliceMaker:
    """Makes quick functions of lines and planes, for a module in evaluation mode that draws no noise.

    Points are worked on side by side, one processor core each, in single precision: batch-norm is folded into the map before it, chains of
    convolutions stay in the layout in which the processor is fastest, and pictures come in chunks whose activations stay in a core's
    cache (`QuickModule`). `images` [N, H, W, C] are prepared;
    `cores`: how many points at a time.
    """

    module: nn.Module
    buffers: Params
    images: Float[Tensor, "examples height width channels"]
    labels: Int64[Tensor, " examples"]
    losses: ExampleLosses
    penalties: Penalties
    cores: int

    def __call__(self, centre: Params, directions: Sequence[Params]) -> SliceValues:
        """Return the function of coordinates along `directions` (each [1, ...]) from `centre`."""
        keep_freed_memory()
        plane = [_single(tree) for tree in (centre, *directions)]
        buffers = {name: _as_single(tensor) for name, tensor in self.buffers.items()}
        crew, chunks = Crew.of(QuickModule(self.module), self.cores), self._chunks()

        def one(own: nn.Module, coordinates: Sequence[float]) -> tuple[Tensor, Tensor]:
            assert isinstance(own, QuickModule)
            with torch.inference_mode():
                weights = _at(plane, coordinates)
                own.load({**weights, **buffers})
                losses = self.losses(torch.cat([own(chunk) for chunk in chunks]), self.labels)
                return losses, self.penalties.value({name: tensor[None] for name, tensor in weights.items()})[0]

        def values(coordinates: Float[Tensor, "points axes"]) -> tuple[Float[Tensor, "points examples"], Float[Tensor, " points"]]:
            points = coordinates.tolist()
            answers = crew.each(lambda own, place: one(own, points[place]), len(points))
            return torch.stack([losses for losses, _ in answers]), torch.stack([penalty for _, penalty in answers])

        return values

    def _chunks(self) -> list[Tensor]:
        """Return pictures [n, C, H, W], a chunk at a time."""
        pixels = self.images.shape[1] * self.images.shape[2]
        convolves = any(isinstance(layer, nn.modules.conv._ConvNd) for layer in self.module.modules())
        size = max(4, PIXELS // pixels) if convolves else ROWS
        return list(self.images.float().permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last).split(size))


@dataclass(frozen=True, eq=False, kw_only=True)
class LinearSliceMaker:
    """Makes functions of lines and planes for a linear score, exactly: scores are linear in the weights.

    f(w + sum c_k d_k) = f(w) + sum c_k f(d_k), so that a plane of any size takes three products with the pixels; in the precision of the
    pixels [N, D].
    """

    pixels: Float[Tensor, "examples inputs"]
    labels: Int64[Tensor, " examples"]
    losses: ExampleLosses
    penalties: Penalties

    def __call__(self, centre: Params, directions: Sequence[Params]) -> SliceValues:
        """Return the function of coordinates along `directions` (each [1, ...]) from `centre`."""
        scores = [self.pixels @ tree["weight"][0].T + tree["bias"][0] for tree in (centre, *directions)]
        plane = [{name: tensor[0] for name, tensor in tree.items()} for tree in (centre, *directions)]

        def values(coordinates: Float[Tensor, "points axes"]) -> tuple[Float[Tensor, "points examples"], Float[Tensor, " points"]]:
            steps = coordinates.to(self.pixels)
            moved = scores[0] + torch.einsum("pa,ank->pnk", steps, torch.stack(scores[1:]))
            weights = [_at(plane, row) for row in coordinates.tolist()]
            stacked = transform(lambda *each: torch.stack(each), *weights)
            return self.losses(moved, self.labels), self.penalties.value(stacked)

        return values


def _as_single(tensor: Tensor) -> Tensor:
    return tensor.detach().to("cpu", torch.float32).contiguous() if tensor.is_floating_point() else tensor.detach()


def _single(tree: Params) -> Params:
    return {name: _as_single(tensor[0]) for name, tensor in tree.items()}


def _at(plane: Sequence[Params], coordinates: Sequence[float]) -> Params:
    """Return centre + sum of coordinates x directions."""
    weights = dict(plane[0])
    for step, direction in zip(coordinates, plane[1:], strict=True):
        weights = {name: torch.add(tensor, direction[name], alpha=step) for name, tensor in weights.items()}
    return weights
