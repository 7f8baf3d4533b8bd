"""Convolution and batch-norm with second derivatives made of the kernels that are quick for the first.

PyTorch's own double backward of batch-norm in evaluation mode, and to a smaller part that of convolutions, takes more time than its
arithmetic. Here both are written out, so that on a processor a product with the Hessian of a convolutional net on a kept graph takes
about half the time: some 2.2 times that of a gradient, where counting multiplications gives 2.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode


class QuickTwice(TorchFunctionMode):
    """While this is active, convolutions, and batch-norms with fixed statistics, are recorded to be differentiated twice.

    Values and derivatives are PyTorch's up to rounding. Calls of other kinds (padding by name, no batch axis, mixed types, statistics of
    the batch) are left as they are.
    """

    def __torch_function__(
        self, function: Callable[..., Any], types: Sequence[type], args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """Answer for the functions of this file."""
        quick = QUICK.get(function)
        answer = None if quick is None else quick(*args, **(kwargs or {}))
        return function(*args, **(kwargs or {})) if answer is None else answer


def _convolution(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int | Sequence[int] = 1,
    padding: int | str | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
) -> Tensor | None:
    if isinstance(padding, str) or input.ndim != weight.ndim or input.dtype != weight.dtype:
        return None
    axes = weight.ndim - 2
    settings = (_each(stride, axes), _each(padding, axes), _each(dilation, axes), False, [0] * axes, groups)
    scores: Tensor = _Convolution.apply(input, weight, settings)
    return scores if bias is None else scores + _along(bias, scores)


def _batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor | None:
    if training or running_mean is None or running_var is None or weight is None or bias is None or input.dtype != weight.dtype:
        return None
    scale = weight * torch.rsqrt(running_var + eps)
    answer: Tensor = _Affine.apply(input, scale, bias - running_mean * scale)
    return answer


QUICK: Mapping[Callable[..., Any], Callable[..., Tensor | None]] = {
    torch.conv1d: _convolution,
    torch.conv2d: _convolution,
    torch.conv3d: _convolution,
    torch.nn.functional.batch_norm: _batch_norm,
}


class _Convolution(torch.autograd.Function):
    """y = x * w, whose backward pass is a function with a derivative of its own."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, w: Tensor, settings: tuple[Any, ...]) -> Tensor:
        ctx.save_for_backward(x, w)
        ctx.settings = settings
        return torch.convolution(x, w, None, *settings)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> tuple[Tensor | None, ...]:
        x, w = ctx.saved_tensors
        return (*_Slopes.apply(g, x, w, ctx.settings, ctx.needs_input_grad[:2]), None)


class _Slopes(torch.autograd.Function):
    """(g * w^T, x^T * g): a convolution's gradients by x and w, each linear in g and in the other of the two."""

    @staticmethod
    def forward(
        ctx: Any,
        g: Tensor,
        x: Tensor,
        w: Tensor,
        settings: tuple[Any, ...],
        wanted: Sequence[bool],
    ) -> tuple[Tensor | None, Tensor | None]:
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(g, x, w)
        ctx.settings = settings
        return _slopes(g, x, w, settings, wanted)

    @staticmethod
    def backward(ctx: Any, vx: Tensor | None, vw: Tensor | None) -> tuple[Tensor | None, ...]:
        g, x, w = ctx.saved_tensors
        settings, (by_g, by_x, by_w) = ctx.settings, ctx.needs_input_grad[:3]
        parts = []
        if by_g and vw is not None:
            parts.append(torch.convolution(x, vw, None, *settings))
        if by_g and vx is not None:
            parts.append(torch.convolution(vx, w, None, *settings))
        to_g = sum(parts[1:], parts[0]) if parts else None
        to_x = _slopes(g, x, vw, settings, (True, False))[0] if by_x and vw is not None else None
        to_w = _slopes(g, vx, w, settings, (False, True))[1] if by_w and vx is not None else None
        return to_g, to_x, to_w, None, None


def _slopes(g: Tensor, x: Tensor, w: Tensor, settings: tuple[Any, ...], wanted: Sequence[bool]) -> tuple[Tensor | None, Tensor | None]:
    to_x, to_w, _ = torch.ops.aten.convolution_backward(g, x, w, None, *settings, [*wanted, False])
    return to_x, to_w


class _Affine(torch.autograd.Function):
    """y = s x + t, with one s and t a channel (axis 1)."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, s: Tensor, t: Tensor) -> Tensor:
        ctx.save_for_backward(x, s)
        return torch.addcmul(_along(t, x), x, _along(s, x))

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        slopes: tuple[Tensor, Tensor, Tensor] = _AffineSlopes.apply(g, *ctx.saved_tensors)
        return slopes


class _AffineSlopes(torch.autograd.Function):
    """(s g, sum g x, sum g): the gradients of y = s x + t by x, s and t."""

    @staticmethod
    def forward(ctx: Any, g: Tensor, x: Tensor, s: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        ctx.save_for_backward(g, x, s)
        return g * _along(s, g), _by_channel(g * x), _by_channel(g)

    @staticmethod
    def backward(ctx: Any, vx: Tensor, vs: Tensor, vt: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        g, x, s = ctx.saved_tensors
        to_g = torch.addcmul(torch.addcmul(_along(vt, x), vx, _along(s, x)), x, _along(vs, x))
        return to_g, g * _along(vs, g), _by_channel(g * vx)


def _along(channels: Tensor, like: Tensor) -> Tensor:
    return channels.view(-1, *[1] * (like.ndim - 2))


def _by_channel(tensor: Tensor) -> Tensor:
    return tensor.sum([axis for axis in range(tensor.ndim) if axis != 1])


def _each(setting: int | Sequence[int], axes: int) -> list[int]:
    each = [setting] if isinstance(setting, int) else list(setting)
    return each * axes if len(each) == 1 else each
