"""PCA whitening: uncorrelated features of variance 1 on the training split."""

import torch
from jaxtyping import Float64
from torch import Tensor

from thalweg.core.entries import Chunks, Preparation, Shape
from thalweg.core.errors import ConfigError, DataError
from thalweg.core.knobs import Flag, Integer, Number
from thalweg.prepare._dense import Dense
from thalweg.prepare._moments import covariance, image_shape

LARGEST = 16384
_RANK_FLOOR, _FLOOR, _TIE = 1e-12, 1e-60, 1e-6


def fit(chunks: Chunks, *, components: int, epsilon: float, zca: bool) -> Dense:
    """Return y = diag(l_k + epsilon l_1)^(-1/2) V^T (x - mean), from the covariance V diag(l) V^T with l_1 >= l_2 >= ...

    The first `components` directions are kept (0: all) and the images become [N, 1, 1, components]; with `zca` they are turned back by
    V, which keeps the images' shape and changes them least. The covariance divides by n, so the training images get variance
    l_k / (l_k + epsilon l_1), nearly 1 (scikit-learn's PCA divides by n - 1). Because epsilon is a share of the largest variance, the
    result does not depend on the units of the pixels.

    Edges: a direction in which the training images do not vary (l_k <= 1e-12 l_1) is mapped to 0, as the pseudo-inverse does. The first
    of the largest entries of each direction (up to one in a million) is positive, so the signs are fixed; directions of equal variance
    are not determined by the data. Cost: a covariance of D x D float64 and its eigenvectors, for D numbers an image.
    Errors: `ConfigError` where `components` is more than D, `DataError` where D is more than 16384 (2 GB of covariance).

    >>> three = torch.tensor([[3.0, 0.0], [-3.0, 0.0], [0.0, 1.0], [0.0, -1.0]]).reshape(4, 1, 1, 2)
    >>> white = fit(lambda: [three], components=1, epsilon=1e-12, zca=False)
    >>> white.apply(three).flatten().square().sum()  # variance 1 over 4 images
    tensor(4.0000)
    """
    shape = image_shape(chunks)
    kept = _kept(components, shape)
    mean, matrix = covariance(chunks)
    variances, directions = _directions(matrix)
    scales = _scales(variances, epsilon)[:kept]
    whitening = scales[:, None] * directions[:, :kept].T
    if zca:
        return Dense(matrix=(directions[:, :kept] @ whitening).float(), mean=mean.float(), output=shape)
    return Dense(matrix=whitening.float(), mean=mean.float(), output=(1, 1, kept))


def _kept(components: int, shape: Shape) -> int:
    pixels = shape[0] * shape[1] * shape[2]
    if pixels > LARGEST:
        size = " x ".join(map(str, shape))
        raise DataError(
            f"whiten takes images of at most {LARGEST} numbers; got {size} = {pixels}. Make the images smaller, or standardise."
        )
    if components > pixels:
        raise ConfigError(f"components must be at most {pixels}, the numbers of an image; got {components}. Use 0 for all of them.")
    return components or pixels


def _directions(matrix: Float64[Tensor, "pixels pixels"]) -> tuple[Float64[Tensor, " pixels"], Float64[Tensor, "pixels pixels"]]:
    """Return the variances, largest first, and the directions as columns, signs fixed."""
    values, vectors = torch.linalg.eigh(matrix)
    values, vectors = values.flip(0), vectors.flip(1)
    sizes = vectors.abs()
    largest = (sizes >= (1 - _TIE) * sizes.amax(0)).int().argmax(0, keepdim=True)
    return values, vectors * vectors.gather(0, largest).sign()


def _scales(variances: Float64[Tensor, " pixels"], epsilon: float) -> Float64[Tensor, " pixels"]:
    """Return 1 / sqrt(l_k + epsilon l_1), and 0 for directions without variance."""
    largest = variances[0]
    varies = (variances > _RANK_FLOOR * largest) & (variances > _FLOOR)
    return torch.where(varies, variances + epsilon * largest, torch.inf).rsqrt()


ENTRY = Preparation(
    summary="turn pixels into uncorrelated features of variance 1 (PCA or ZCA)",
    formula="y = diag(l_k + epsilon l_1)^(-1/2) V^T (x - mean(x)),  covariance = V diag(l) V^T",
    reference="Krizhevsky (2009), Learning multiple layers of features from tiny images, appendix A; Bell and Sejnowski (1997) for ZCA",
    knobs=(
        Integer(name="components", default=0, low=0, meaning="directions kept, those of largest variance; 0: all"),
        Number(name="epsilon", default=1e-5, low=1e-12, meaning="added to every variance, as a share of the largest"),
        Flag(name="zca", default=False, meaning="turn back to pixels, keeping the images' shape"),
    ),
    fit=fit,
    restore=Dense.restore,
)
