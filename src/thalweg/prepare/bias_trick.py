"""The bias trick: a constant feature 1, so that W alone holds the bias."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from thalweg.core.entries import Chunks, Preparation, Shape
from thalweg.prepare._moments import image_shape
from thalweg.prepare._saved import require_shape, saved_shape, shape_tensor


@dataclass(frozen=True)
class Extended:
    """The map x -> [x; 1] from [N, H, W, C] to [N, 1, 1, H*W*C + 1], in height, width, channel order.

    >>> Extended(image=(1, 1, 2)).apply(torch.tensor([3.0, 4.0]).reshape(1, 1, 1, 2)).flatten()
    tensor([3., 4., 1.])
    """

    image: Shape

    def shape(self, shape: Shape) -> Shape:
        """Return (1, 1, H*W*C + 1); raise `DataError` on another shape than the fitted one."""
        require_shape(shape, self.image)
        height, width, channels = shape
        return 1, 1, height * width * channels + 1

    def apply(self, images: Float[Tensor, "batch height width channels"]) -> Float[Tensor, "batch 1 1 features"]:
        """Prepare a batch."""
        require_shape(images.shape[1:], self.image)
        rows = images.flatten(1)
        ones = rows.new_ones(rows.shape[0], 1)  # not len(rows): a model that PyTorch exports takes batches of any size
        return torch.cat([rows, ones], dim=1)[:, None, None, :]

    def fold(self, weight: Float[Tensor, "outputs inputs"], bias: Float[Tensor, " outputs"]) -> tuple[Tensor, Tensor]:
        """Return (W without its last column, b + the last column): [W w] [x; 1] + b = W x + (w + b)."""
        return weight[:, :-1], bias + weight[:, -1]

    def tensors(self) -> dict[str, Tensor]:
        """Return the fitted shape as `image`."""
        return {"image": shape_tensor(self.image)}


def fit(chunks: Chunks) -> Extended:
    """Return the map for images of the shape that the training images have.

    A penalty on W then acts on the bias as well, since the bias is the last column of W.
    """
    return Extended(image=image_shape(chunks))


def restore(tensors: dict[str, Tensor]) -> Extended:
    """Return the map that `tensors` was taken from."""
    return Extended(image=saved_shape(tensors, "image"))


ENTRY = Preparation(
    summary="append a constant feature 1, so that the weights hold the bias",
    formula="y = [x; 1], so that W x + b = [W b] y",
    reference="Stanford CS231n, notes on linear classification: the bias trick",
    fit=fit,
    restore=restore,
)
