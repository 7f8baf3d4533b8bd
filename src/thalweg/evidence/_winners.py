"""Winners: which side of every kink an evaluation took, read off the operations of PyTorch while they run, for any module and loss."""

import zlib
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from thalweg.core.errors import ConfigError

Sides = Callable[..., list[Tensor]]
Mark = tuple[str, int]
"""An operation's name and a checksum of its winners."""


def _around(*levels: float) -> Sides:
    return lambda x, *_, **__: [x - level for level in levels]


def _between(x: Tensor, low: Any = None, high: Any = None, **named: Any) -> list[Tensor]:
    ends = (named.get("min", low), named.get("max", high))
    return [x - end for end in ends if end is not None]


def _largest(x: Tensor, dim: Any = (), keepdim: bool = False, **named: Any) -> list[Tensor]:
    axes = named.get("dim", dim)
    return [x - torch.amax(x, axes if axes is not None else (), keepdim=True)]


def _lowest(x: Tensor, dim: Any = (), keepdim: bool = False, **named: Any) -> list[Tensor]:
    return _largest(-x, dim, **named)


def _norm(x: Tensor, order: Any = 2, *_: Any, **__: Any) -> list[Tensor]:
    if order == 1:
        return [x]
    return [x.abs() - x.abs().max()] if abs(order) == torch.inf else []


def _margins(x: Tensor, target: Tensor, order: Any = 1, margin: Any = 1.0, *_: Any, **__: Any) -> list[Tensor]:
    return [x - x.gather(-1, target[..., None]) + margin]


def _either(x: Tensor, y: Any, *_: Any, **__: Any) -> list[Tensor]:
    return [x - y]


def _far(x: Tensor, y: Tensor, reduction: Any = 1, width: Any = 1.0) -> list[Tensor]:
    return [(x - y).abs() - width]


def _whole(x: Tensor, *_: Any, **__: Any) -> list[Tensor]:
    return [x.floor().long(), x.ceil().long(), x.round().long()]


SIDES: dict[str, Sides] = {
    **dict.fromkeys(("relu", "abs", "sign", "sgn", "leaky_relu", "elu", "celu", "_prelu_kernel", "rrelu_with_noise"), _around(0.0)),
    "threshold": lambda x, level, *_: [x - level],
    "hardtanh": lambda x, low=-1.0, high=1.0: [x - low, x - high],
    **dict.fromkeys(("hardswish", "hardsigmoid"), _around(-3.0, 3.0)),
    **dict.fromkeys(("softshrink", "hardshrink"), lambda x, width=0.5: [x - width, x + width]),
    "clamp": _between,
    "clamp_min": lambda x, low: [x - low],
    "clamp_max": lambda x, high: [x - high],
    **dict.fromkeys(("maximum", "minimum", "fmax", "fmin"), _either),
    **dict.fromkeys(("amax", "max"), _largest),
    **dict.fromkeys(("amin", "min"), _lowest),
    "aminmax": lambda x, **named: _largest(x, **named) + _lowest(x, **named),
    "linalg_vector_norm": _norm,
    **dict.fromkeys(("smooth_l1_loss", "huber_loss"), _far),
    "multi_margin_loss": _margins,
    "multilabel_margin_loss_forward": lambda x, *_: [x[..., None] - x[..., None, :] - 1],
    **dict.fromkeys(("floor", "ceil", "round", "trunc", "frac"), _whole),
}
"""Operations that answer in floats and are made of pieces: floats whose signs, or whole numbers that, say which piece."""


class Winners(TorchDispatchMode):
    """While it is entered, `marks` gets one mark for every operation that chose something by the size of floats.

    Two kinds choose: those in `SIDES`, and every operation that makes whole numbers or truth values out of floats (comparisons, argmax,
    sort, the indices of max and of max-pooling). Two evaluations with equal marks lie in one smooth piece, or both on one boundary.
    An operation that takes double precision and answers in less raises `ConfigError`: differences would then be rounding.
    """

    def __init__(self) -> None:
        super().__init__()
        self.marks: list[Mark] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Any = None) -> Any:
        """Run the operation and note its winners."""
        name = func.overloadpacket.__name__.rstrip("_")
        floats = [x for x in args if isinstance(x, Tensor) and x.is_floating_point()]
        sides: list[Tensor] = []
        if name in SIDES and floats:
            with torch.no_grad():
                sides = [_side(each) for each in self._sides(name, func, args, kwargs or {})]
        answer = func(*args, **(kwargs or {}))
        if floats and "empty" not in name:
            for each in answer if isinstance(answer, tuple | list) else (answer,):
                if isinstance(each, Tensor):
                    self._refuse_less(name, floats, each)
                    sides += [each] if not each.is_floating_point() and not each.is_complex() else []
        if sides:
            self.marks.append((name, _checksum(sides)))
        return answer

    def _sides(self, name: str, func: Any, args: Sequence[Any], kwargs: Any) -> list[Tensor]:
        if not args[0].numel():
            return []
        if name in ("max", "min") and func._overloadname not in ("default", "unary_out"):
            return []  # with an axis: the indices tell
        return SIDES[name](*args, **kwargs)

    def _refuse_less(self, name: str, floats: list[Tensor], answer: Tensor) -> None:
        if answer.is_floating_point() and answer.dtype.itemsize < 8 and any(x.dtype == torch.float64 and x.ndim for x in floats):
            raise ConfigError(
                f"the objective computes in {str(answer.dtype).removeprefix('torch.')} inside ({name}); a gradient check needs float64 "
                "throughout: switch autocast off and leave out conversions to fewer bits."
            )


def _side(each: Tensor) -> Tensor:
    return each.sign().to(torch.int8) if each.is_floating_point() else each.clone()


def _checksum(sides: Sequence[Tensor]) -> int:
    total = 0
    for side in sides:
        total = zlib.crc32(side.detach().cpu().contiguous().numpy().tobytes(), total)
    return total


def changed(left: Sequence[Mark], right: Sequence[Mark]) -> tuple[str, ...]:
    """Return the operations whose winners differ between two evaluations, each once, in order.

    >>> changed([("relu", 1), ("max", 2)], [("relu", 1), ("max", 3)])
    ('max',)
    """
    if [name for name, _ in left] != [name for name, _ in right]:
        return ("control flow",)
    return tuple(dict.fromkeys(one[0] for one, two in zip(left, right, strict=True) if one != two))
