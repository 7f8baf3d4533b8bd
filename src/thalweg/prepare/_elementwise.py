"""The elementwise affine map y = scale * x + shift."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from thalweg.core.entries import Shape
from thalweg.prepare._saved import require_shape, saved


@dataclass(frozen=True, eq=False)
class Elementwise:
    """The map y = scale * x + shift of each number of an image.

    Both tensors have the axes height, width, channels; an axis of length 1 holds one value for the whole axis.

    >>> halve = Elementwise(scale=torch.full((1, 1, 1), 0.5), shift=torch.full((1, 1, 1), -1.0))
    >>> halve.apply(torch.tensor([0.0, 2.0, 6.0]).reshape(1, 1, 1, 3)).flatten()
    tensor([-1.,  0.,  2.])
    """

    scale: Float[Tensor, "#height #width #channels"]
    shift: Float[Tensor, "#height #width #channels"]

    def shape(self, shape: Shape) -> Shape:
        """Return `shape` itself; raise `DataError` where the map does not fit it."""
        fitted = torch.broadcast_shapes(self.scale.shape, self.shift.shape)
        require_shape(shape, [own if own > 1 else given for own, given in zip(fitted, shape, strict=True)])
        return shape

    def apply(self, images: Float[Tensor, "batch height width channels"]) -> Float[Tensor, "batch height width channels"]:
        """Prepare a batch in its own dtype and on its own device."""
        height, width, channels = self.shape((images.shape[1], images.shape[2], images.shape[3]))
        # laid out in full: broadcasting along a last axis of 1 to 3 channels is eight times as slow
        scale = self.scale.to(images).expand(height, width, channels).contiguous()
        shift = self.shift.to(images).expand(height, width, channels).contiguous()
        return torch.addcmul(shift, images, scale)

    def fold(self, weight: Float[Tensor, "outputs inputs"], bias: Float[Tensor, " outputs"]) -> tuple[Tensor, Tensor]:
        """Return (W diag(scale), b + W shift): W (scale * x + shift) + b = (W diag(scale)) x + (b + W shift)."""
        inputs = weight.shape[1]
        return weight * _lay(self.scale, inputs).to(weight), bias + weight @ _lay(self.shift, inputs).to(weight)

    def tensors(self) -> dict[str, Tensor]:
        """Return `scale` and `shift`."""
        return {"scale": self.scale, "shift": self.shift}

    @classmethod
    def restore(cls, tensors: dict[str, Tensor]) -> "Elementwise":
        """Return the map that `tensors` was taken from."""
        return cls(scale=saved(tensors, "scale", axes=3), shift=saved(tensors, "shift", axes=3))


def _lay(values: Float[Tensor, "#height #width #channels"], inputs: int) -> Float[Tensor, " inputs"]:
    """Lay values along a row of pixels: one for all, one a channel (the last axis runs fastest) or one a pixel."""
    return values.flatten().repeat(inputs // values.numel())
