"""Trajectory: where training took W: the weights themselves at evenly spaced steps, in a bounded number, thinned as the path grows."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from thalweg.core.errors import ModelError
from thalweg.core.tree import Params, flatten, unflatten

MOST, FEWEST, BYTES = 256, 16, 64 << 20
"""Most points of a path, fewest that are worth recording, and most bytes that they take."""

_COUNTS, _LISTS = ("an_epoch", "limit", "stride", "seen"), ("steps", "epochs", "losses")


class Point(NamedTuple):
    """The weights [1, ...] before a step, the epochs done by then (a share of the next one included), and the loss of the step's batch.

    The tensors are those of the training itself: no step changes them, so that none is copied.
    """

    weights: Params
    step: int
    epoch: float
    loss: float | None


@dataclass(frozen=True, eq=False, kw_only=True)
class Trajectory:
    """Points on the way of one member's weights, each with its step, its epoch and the loss of the batch that was looked at there.

    A point is W_t, the weights before step t + 1 (the trained ones, not their average), all parameters in one row [total] in the order of
    `shapes`; its loss is the objective on the batch of that step, None for the end, from which no step went. `an_epoch` points are asked
    for every epoch; every `stride`-th of the `seen` ones so far is kept. Where `limit` are reached the stride doubles and every second
    point goes, so that the points are always evenly spaced, and which ones there are depends on the steps alone.
    """

    shapes: Mapping[str, tuple[int, ...]]
    an_epoch: int
    limit: int
    points: tuple[Point, ...] = ()
    stride: int = 1
    seen: int = 0

    @classmethod
    def begin(cls, params: Params, *, an_epoch: int) -> "Trajectory | None":
        """Return an empty path for weights [1, ...]; None where none is asked for, or where the weights are too many for `FEWEST` points.

        >>> path = Trajectory.begin({"weight": torch.zeros(1, 10, 784), "bias": torch.zeros(1, 10)}, an_epoch=4)
        >>> path.limit, Trajectory.begin({"weight": torch.zeros(1, 10)}, an_epoch=0)
        (256, None)
        """
        limit = min(MOST, BYTES // sum(tensor.numel() * tensor.element_size() for tensor in params.values()))
        if not an_epoch or limit < FEWEST:
            return None
        return cls(shapes={name: tuple(tensor.shape[1:]) for name, tensor in params.items()}, an_epoch=an_epoch, limit=limit)

    def due(self, taken: int, steps: int) -> bool:
        """Whether W is a point when `taken` of an epoch's `steps` steps are done: the first of each of `an_epoch` equal shares.

        >>> path = Trajectory(shapes={}, an_epoch=2, limit=16)
        >>> [path.due(taken, 5) for taken in range(5)]
        [True, False, False, True, False]
        """
        return taken == 0 or taken * self.an_epoch // steps > (taken - 1) * self.an_epoch // steps

    def added(self, params: Params, *, step: int, epoch: float, loss: float) -> "Trajectory":
        """Return the path with the weights [1, ...] before a step taken in, if they are one of the points that are kept."""
        if self.seen % self.stride:
            return replace(self, seen=self.seen + 1)
        points, stride = (*self.points, Point(params, step, epoch, loss)), self.stride
        if len(points) >= self.limit:
            points, stride = points[::2], 2 * stride
        return replace(self, points=points, stride=stride, seen=self.seen + 1)

    def ended(self, params: Params, *, step: int, epoch: float) -> "Trajectory":
        """Return the path with the weights [1, ...] that training ended with as its last point."""
        if self.points and self.points[-1].step == step:
            return self
        return replace(self, points=(*self.points, Point(params, step, epoch, None)))

    def stacked(self, like: Params) -> Params:
        """Return all points as candidates [points, ...] in the names, shapes and type of `like` [1, ...].

        A path in single precision becomes exactly the same numbers in double. Raises `ModelError` where it is of other parameters.
        """
        shapes = {name: tuple(tensor.shape[1:]) for name, tensor in like.items()}
        if shapes.keys() != self.shapes.keys() or any(tuple(self.shapes[name]) != shape for name, shape in shapes.items()):
            raise ModelError(f"this path is of other parameters than the weights: {dict(self.shapes)} there, {shapes} here.")
        return {name: torch.cat([point.weights[name].to(tensor) for point in self.points]) for name, tensor in like.items()}

    @property
    def steps(self) -> tuple[int, ...]:
        """How many steps were taken before each point."""
        return tuple(point.step for point in self.points)

    @property
    def epochs(self) -> tuple[float, ...]:
        """How many epochs were done at each point."""
        return tuple(point.epoch for point in self.points)

    @property
    def losses(self) -> tuple[float | None, ...]:
        """The loss of the batch at each point."""
        return tuple(point.loss for point in self.points)

    def facts(self) -> dict[str, Any]:
        """Return everything but the points, for JSON."""
        own: dict[str, Any] = {name: getattr(self, name) for name in (*_COUNTS, *_LISTS)}
        return {**own, "shapes": [[name, list(shape)] for name, shape in self.shapes.items()]}

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any], points: Float[Tensor, "points total"]) -> "Trajectory":
        """Undo `facts`; raise `ValueError` where they and the points are not of one path."""
        counts: dict[str, Any] = {name: facts[name] for name in _COUNTS}
        lists = [facts[name] for name in _LISTS]
        shapes = {name: tuple(shape) for name, shape in facts["shapes"]}
        total = sum(torch.Size(shape).numel() for shape in shapes.values())
        if points.ndim != 2 or points.shape[1] != total or {len(each) for each in lists} != {len(points)}:
            raise ValueError(f"{tuple(points.shape)} points of {total} parameters, {len(lists[0])} steps")
        like = {name: torch.empty(1, *shape) for name, shape in shapes.items()}
        weights = [unflatten(row[None], like) for row in points]
        return cls(shapes=shapes, points=tuple(map(Point, weights, *lists)), **counts)

    def tensor(self) -> Float[Tensor, "points total"]:
        """Return the points in one tensor."""
        total = sum(torch.Size(shape).numel() for shape in self.shapes.values())
        return torch.cat([flatten(point.weights).detach().cpu() for point in self.points]) if self.points else torch.empty(0, total)
