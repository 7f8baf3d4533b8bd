"""The dense affine map y = M (x - mean)."""

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor

from thalweg.core.entries import Shape
from thalweg.core.errors import ModelError
from thalweg.prepare._saved import require_shape, saved, saved_shape, shape_tensor


@dataclass(frozen=True, eq=False)
class Dense:
    """The map y = M (x - mean) of whole images, laid out as rows in height, width, channel order.

    `matrix` M is [K, H*W*C], `mean` is [H, W, C] and `output` the shape of a prepared image, K numbers in all. The mean is taken off
    before the product, not folded into a shift, because float32 would lose digits where M is large.
    """

    matrix: Float[Tensor, "components pixels"]
    mean: Float[Tensor, "height width channels"]
    output: Shape

    def shape(self, shape: Shape) -> Shape:
        """Return `output`; raise `DataError` unless `shape` is the one of the mean."""
        require_shape(shape, self.mean.shape)
        return self.output

    def apply(self, images: Float[Tensor, "batch height width channels"]) -> Float[Tensor, "batch height2 width2 channels2"]:
        """Prepare a batch in its own dtype and on its own device."""
        require_shape(images.shape[1:], self.mean.shape)
        rows = (images - self.mean.to(images)).flatten(1)
        return (rows @ self.matrix.to(images).T).reshape(-1, *self.output)

    def fold(self, weight: Float[Tensor, "outputs inputs"], bias: Float[Tensor, " outputs"]) -> tuple[Tensor, Tensor]:
        """Return (W M, b - W M mean): W M (x - mean) + b = (W M) x + (b - W M mean)."""
        folded = weight @ self.matrix.to(weight)
        return folded, bias - folded @ self.mean.flatten().to(weight)

    def tensors(self) -> dict[str, Tensor]:
        """Return `matrix`, `mean` and `output`."""
        return {"matrix": self.matrix, "mean": self.mean, "output": shape_tensor(self.output)}

    @classmethod
    def restore(cls, tensors: dict[str, Tensor]) -> "Dense":
        """Return the map that `tensors` was taken from; raise `ModelError` where they do not fit each other."""
        matrix, mean = saved(tensors, "matrix", axes=2), saved(tensors, "mean", axes=3)
        height, width, channels = saved_shape(tensors, "output")
        if list(matrix.shape) != [height * width * channels, mean.numel()]:
            expected = [height * width * channels, mean.numel()]
            raise ModelError(f"a saved preparation's 'matrix' must be {expected} to fit its 'mean' and 'output'; got {list(matrix.shape)}.")
        return cls(matrix=matrix, mean=mean, output=(height, width, channels))
