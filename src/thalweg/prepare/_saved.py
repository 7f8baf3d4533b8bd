"""What a fitted preparation reads back from saved tensors, checked: the file may be damaged or a stranger's."""

from collections.abc import Mapping, Sequence

import torch
from jaxtyping import Int64
from torch import Tensor

from thalweg.core.entries import Shape
from thalweg.core.errors import DataError, ModelError


def saved(tensors: Mapping[str, Tensor], name: str, *, axes: int) -> Tensor:
    """Return the float tensor called `name` with that many axes, or raise `ModelError`."""
    if name not in tensors:
        raise ModelError(f"a saved preparation lacks its tensor {name!r}; it holds: {', '.join(tensors) or 'nothing'}.")
    tensor = tensors[name]
    if tensor.ndim != axes or not tensor.is_floating_point():
        raise ModelError(
            f"a saved preparation's {name!r} must be a float tensor with {axes} axes; got {tensor.dtype} {list(tensor.shape)}."
        )
    return tensor


def saved_shape(tensors: Mapping[str, Tensor], name: str) -> Shape:
    """Return the height, width and channels saved by `shape_tensor`, or raise `ModelError`."""
    numbers = tensors[name].tolist() if name in tensors and tensors[name].dtype == torch.int64 else None
    match numbers:
        case [height, width, channels] if min(height, width, channels) > 0:
            return height, width, channels
    raise ModelError(f"a saved preparation's {name!r} must be three whole numbers >= 1 (height, width, channels); got {numbers}.")


def shape_tensor(shape: Shape) -> Int64[Tensor, "3"]:
    """Return a shape as a tensor, so that a checkpoint can hold it.

    >>> shape_tensor((28, 28, 1))
    tensor([28, 28,  1])
    """
    return torch.tensor(shape, dtype=torch.int64)


def require_shape(given: Sequence[int], fitted: Sequence[int]) -> None:
    """Raise `DataError` unless images have the shape a preparation was fitted on."""
    if tuple(given) != tuple(fitted):
        raise DataError(
            f"the preparation was fitted on images of {_text(fitted)} (height x width x channels); got {_text(given)}. "
            "Give images of that shape."
        )


def _text(shape: Sequence[int]) -> str:
    return " x ".join(map(str, shape))
