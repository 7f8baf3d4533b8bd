"""Flattening: an image as one row of numbers."""

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor

from thalweg.core.entries import Chunks, Preparation, Shape
from thalweg.prepare._moments import image_shape
from thalweg.prepare._saved import require_shape, saved_shape, shape_tensor


@dataclass(frozen=True)
class Flat:
    """The map from [N, H, W, C] to [N, 1, 1, H*W*C], in height, width, channel order.

    >>> Flat(image=(28, 28, 1)).shape((28, 28, 1))
    (1, 1, 784)
    """

    image: Shape

    def shape(self, shape: Shape) -> Shape:
        """Return (1, 1, H*W*C); raise `DataError` on another shape than the fitted one."""
        require_shape(shape, self.image)
        height, width, channels = shape
        return 1, 1, height * width * channels

    def apply(self, images: Float[Tensor, "batch height width channels"]) -> Float[Tensor, "batch 1 1 pixels"]:
        """Prepare a batch; a view where the batch lies in one piece."""
        require_shape(images.shape[1:], self.image)
        return images.flatten(1)[:, None, None, :]

    def fold(self, weight: Float[Tensor, "outputs inputs"], bias: Float[Tensor, " outputs"]) -> tuple[Tensor, Tensor]:
        """Return both as they are: the rows of a linear map are in that order anyway."""
        return weight, bias

    def tensors(self) -> dict[str, Tensor]:
        """Return the fitted shape as `image`."""
        return {"image": shape_tensor(self.image)}


def fit(chunks: Chunks) -> Flat:
    """Return the map for images of the shape that the training images have."""
    return Flat(image=image_shape(chunks))


def restore(tensors: dict[str, Tensor]) -> Flat:
    """Return the map that `tensors` was taken from."""
    return Flat(image=saved_shape(tensors, "image"))


ENTRY = Preparation(
    summary="lay an image out as one row of numbers",
    formula="y[(i W + j) C + c] = x[i, j, c]",
    reference="Stanford CS231n, notes on linear classification: an image as a column vector",
    fit=fit,
    restore=restore,
)
