"""Subject of anybody's module: its mean loss over the batches of any loader, as a function of its parameters."""

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

import torch
from jaxtyping import Float
from torch import Tensor, nn

from thalweg.core.errors import ConfigError, DataError
from thalweg.core.subject import Subject
from thalweg.core.tree import Params
from thalweg.run.fixed_objective import FixedObjective
from thalweg.run.forward import Forward, each_candidate
from thalweg.run.module_objective import member
from thalweg.run.penalties import Penalties
from thalweg.run.setting import DTYPES
from thalweg.run.shifts import shift_of

Mode = Literal["evaluation", "training"]
Criterion = Callable[[Any, Any], Tensor]
"""Outputs, targets -> one loss an example, or their mean or sum."""


def subject_of_module(
    module: nn.Module,
    loss: Criterion,
    batches: Iterable[Any],
    *,
    examples: int | None = None,
    mode: Mode = "evaluation",
    precision: Literal["fp32", "fp64"] = "fp64",
    seed: int = 0,
) -> Subject:
    """Return the subject that a module is with a loss over the (inputs, targets) that `batches` yields, until there are `examples`.

    The module is copied: its mode, gradients, buffers and weights stay as they are, and so does the global random state. `inputs` are a
    tensor, a tuple of arguments or a mapping of keywords. A batch counts with its examples, so that the mean does not depend on how they
    are split. Whether a loss that gives one number is a mean or a sum is found by giving it a batch twice over. Parameters that do not
    require gradients stay fixed. In training mode the batches are batch-norm's, and noise is the same at every evaluation.

    Raises `DataError` on batches of another form and where there are none, `ConfigError` where no parameter requires a gradient.
    """
    dtype = DTYPES[precision]
    own = copy.deepcopy(module).to(device="cpu", dtype=dtype)
    params = {name: tensor.detach()[None] for name, tensor in own.named_parameters() if tensor.requires_grad}
    if not params:
        raise ConfigError("no parameter of the module requires a gradient; evidence is about those that do.")
    fixed = {name: tensor.detach() for name, tensor in own.named_parameters() if not tensor.requires_grad}
    others = {**fixed, **dict(own.named_buffers())}
    forward = Forward(module=own, others=others, training=mode == "training", noise=lambda place: seed + place)
    with torch.random.fork_rng(devices=[]):  # a loader draws the seed of its workers, shuffled or not
        taken = _taken(batches, examples, dtype)
    count = sum(_count(targets) for _, targets in taken)
    each = _PerExample(loss, forward, taken[0], member(params, 0))

    def share(own_params: Params, place: int) -> Tensor:
        return each.total(forward(own_params, taken[place][0], place), taken[place][1]) / count

    def one(own_params: Params) -> Tensor:
        return torch.cat([each(forward(own_params, inputs, place), targets) for place, (inputs, targets) in enumerate(taken)])

    losses = each_candidate(one)
    return Subject(
        title=type(module).__name__,
        objective=FixedObjective(share, len(taken), Penalties([], frozenset())),
        params=params,
        losses=losses,
        examples=count,
        mode=mode,
        seed=seed,
        module=own,
        inputs=lambda: iter([inputs for inputs, _ in taken]),
        shifts=shift_of(own, params, losses),
        recast=lambda other: subject_of_module(
            module, loss, [*taken], mode=mode, precision="fp64" if other == torch.float64 else "fp32", seed=seed
        ),
    )


class _PerExample:
    """A criterion as losses of the examples of a batch, or as their sum, whatever reduction it does itself."""

    def __init__(self, loss: Criterion, forward: Forward, first: tuple[Any, Any], params: Params) -> None:
        self.loss = loss
        inputs, targets = first
        with torch.no_grad():
            outputs = forward(params, inputs, 0)
            self.reduction = self._reduction(outputs, targets)

    def __call__(self, outputs: Any, targets: Any) -> Float[Tensor, " batch"]:
        """Return one loss an example."""
        if self.reduction == "none":
            return self._rows(self.loss(outputs, targets), targets)
        return torch.stack([self.loss(outputs[place : place + 1], targets[place : place + 1]) for place in range(_count(targets))])

    def total(self, outputs: Any, targets: Any) -> Tensor:
        """Return the sum of the losses of a batch."""
        value = self.loss(outputs, targets)
        if self.reduction == "none":
            return self._rows(value, targets).sum()
        return value * _count(targets) if self.reduction == "mean" else value

    def _reduction(self, outputs: Any, targets: Any) -> str:
        value = self.loss(outputs, targets)
        if not isinstance(value, Tensor) or not value.is_floating_point():
            raise ConfigError(f"the loss must give a tensor of numbers from outputs and targets; got {type(value).__name__}.")
        if value.ndim:
            return "none"
        if not (isinstance(outputs, Tensor) and isinstance(targets, Tensor)):
            return "mean"
        twice = self.loss(torch.cat([outputs, outputs]), torch.cat([targets, targets]))
        return "sum" if bool((twice - 2 * value).abs() < (twice - value).abs()) else "mean"

    @staticmethod
    def _rows(value: Tensor, targets: Any) -> Float[Tensor, " batch"]:
        if len(value) != _count(targets):
            given = f"{list(value.shape)} for {_count(targets)} examples"
            raise ConfigError(f"the loss must give one number an example, or one in all; got {given}.")
        return value.reshape(len(value), -1).sum(1)


def _taken(batches: Iterable[Any], examples: int | None, dtype: torch.dtype) -> list[tuple[Any, Any]]:
    """Return (inputs, targets) of the first batches, the last one cut, floating-point numbers in the given precision."""
    taken: list[tuple[Any, Any]] = []
    left = examples
    for batch in batches:
        if not isinstance(batch, list | tuple) or len(batch) != 2:
            raise DataError(f"batches must yield (inputs, targets); batch {len(taken)} is {_described(batch)}.")
        inputs, targets = batch
        here = _count(targets)
        if left is not None and here > left:
            inputs, targets, here = _cut(inputs, left), _cut(targets, left), left
        if here:
            taken.append((_cast(inputs, dtype), _cast(targets, dtype)))
        left = None if left is None else left - here
        if left == 0:
            break
    if not taken:
        raise DataError("batches yield no examples; give a DataLoader, or a list of (inputs, targets).")
    return taken


def _map(function: Callable[[Tensor], Tensor], content: Any) -> Any:
    if isinstance(content, Tensor):
        return function(content)
    if isinstance(content, Mapping):
        return {name: _map(function, each) for name, each in content.items()}
    return type(content)(_map(function, each) for each in content) if isinstance(content, list | tuple) else content


def _cut(content: Any, count: int) -> Any:
    return _map(lambda tensor: tensor[:count], content)


def _cast(content: Any, dtype: torch.dtype) -> Any:
    return _map(lambda tensor: tensor.detach().cpu().to(dtype if tensor.is_floating_point() else tensor.dtype), content)


def _count(targets: Any) -> int:
    tensor = targets if isinstance(targets, Tensor) else next(iter(_leaves(targets)), None)
    if tensor is None or not tensor.ndim:
        raise DataError(f"targets must be a tensor with an example a row; got {_described(targets)}.")
    return len(tensor)


def _leaves(content: Any) -> Sequence[Tensor]:
    if isinstance(content, Tensor):
        return [content]
    parts = content.values() if isinstance(content, Mapping) else content if isinstance(content, list | tuple) else []
    return [leaf for part in parts for leaf in _leaves(part)]


def _described(value: Any) -> str:
    return f"{type(value).__name__} of length {len(value)}" if isinstance(value, list | tuple) else type(value).__name__
