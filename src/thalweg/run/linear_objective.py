"""The objective of a linear score in closed form: no autograd, one matrix product for all members."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float, Int64, Shaped
from torch import Tensor

from thalweg.core.entries import Loss
from thalweg.core.subject import LinearProblem
from thalweg.core.tiles import spread
from thalweg.core.tree import Params
from thalweg.run.batches import Batches, Counts, counted, matrix
from thalweg.run.penalties import Knobs, Penalties, for_members, symmetric_product


@dataclass(frozen=True, eq=False)
class LinearObjective:
    """Mean loss of f(x) = W x + b plus penalty: S = X W^T + b, dL/dW = (dL/dS)^T X, dL/db = sum over examples of dL/dS.

    Parameters `weight` [members, K, D] and `bias` [members, K]. The Hessian times V is (J dS)^T X with dS = X V^T and J the
    derivative of dL/dS, which is symmetric, so that one backward pass through dL/dS gives its product. A member with examples of its own
    averages over those; where examples count more or less, the mean is 1/N sum c_i l_i with counts c whose mean is 1.
    """

    batches: Batches
    loss: Loss
    knobs: Knobs
    penalties: Penalties

    @property
    def penalised(self) -> frozenset[str]:
        """Names of the parameters that penalties and decay act on."""
        return self.penalties.names

    def value(self, params: Params) -> Float[Tensor, " members"]:
        """Return mean loss + penalty for any multiple of the run's members."""
        members = len(params["bias"])
        knobs = for_members(self.knobs, members)
        sums = []
        for pixels, labels, own in self._rows():
            values = self.loss.value(linear_scores(pixels, params), labels, **knobs)
            sums.append(counted(values, None if own is None else own.repeat_interleave(members // len(own), dim=0)).sum(-1))
        counts = self.batches.counts
        shared = counts.repeat_interleave(members // len(counts)) if isinstance(counts, Tensor) else counts
        return _total(sums) / shared + self.penalties.value(params)

    def value_and_gradient(self, params: Params) -> tuple[Float[Tensor, " members"], Params]:
        """Return mean loss + penalty and its gradient."""
        sums, slopes = [], []
        counts = self.batches.counts
        for pixels, labels, own in self._rows():
            values, slope = self.loss.value_and_gradient(linear_scores(pixels, params), labels, **self.knobs)
            sums.append(counted(values, own).sum(-1))
            slopes.append(_pull_back(pixels, slope, own, counts))
        value, gradient = _total(sums) / counts, _total_params(slopes)
        if not self.penalties.entries:
            return value, gradient
        return value + self.penalties.value(params), self.penalties.add_gradient(params, gradient)

    def hessian_vector(self, params: Params, vectors: Params) -> Params:
        """Return the Hessian at `params` times `vectors`."""
        products = []
        counts = self.batches.counts
        for pixels, labels, own in self._rows():
            scores = linear_scores(pixels, params).detach().requires_grad_()
            with torch.enable_grad():
                slope = self.loss.gradient(scores, labels, **self.knobs)
            curved = symmetric_product(slope, scores, linear_scores(pixels, vectors))
            products.append(_pull_back(pixels, curved, own, counts))
        return self.penalties.add_hessian_vector(params, vectors, _total_params(products))

    def problem(self, place: int) -> LinearProblem:
        """Return what one member's objective is made of: its own examples, and its own numbers as plain ones."""
        pixels, labels, own = matrix(self.batches)
        counts = None
        if own is not None:
            rows = own[place].nonzero()[:, 0]
            pixels, labels = pixels.index_select(0, rows), labels[rows]
            counts = own[place, rows] if own.is_floating_point() else None
        return LinearProblem(
            pixels=pixels,
            labels=labels,
            counts=None if counts is None or bool((counts == counts[0]).all()) else counts / counts.mean(),
            loss=self.loss,
            knobs=_plain(self.knobs, place),
            penalties=[(penalty, _plain(knobs, place)) for penalty, knobs in self.penalties.entries],
            penalise_biases="bias" in self.penalties.names,
        )

    def _rows(self) -> Iterator[tuple[Float[Tensor, "batch inputs"], Int64[Tensor, " batch"], Shaped[Tensor, "members batch"] | None]]:
        for images, labels, own in self.batches.chunks():
            yield images.flatten(1), labels, own


def linear_scores(pixels: Float[Tensor, "batch inputs"], params: Params) -> Float[Tensor, "members batch classes"]:
    """Return the scores as a view of [members, classes, batch]: W X^T takes 0.6 times as long as X W^T for ten classes."""
    weight, bias = params["weight"], params["bias"]
    if len(weight) == 1:
        return torch.addmm(bias.reshape(-1, 1), weight[0], pixels.T)[None].transpose(1, 2)
    return spread(weight, pixels.T).add_(bias[:, :, None]).transpose(1, 2)


def _plain(knobs: Knobs, place: int) -> dict[str, Any]:
    """Return a member's knobs as plain values."""
    return {name: float(value.flatten()[place]) if isinstance(value, Tensor) else value for name, value in knobs.items()}


def _pull_back(pixels: Tensor, slope: Tensor, own: Tensor | None, counts: Counts) -> Params:
    share: Tensor | float = 1 / counts
    if isinstance(share, Tensor):
        share = share.to(slope.dtype)[:, None, None]
    stacked = slope.transpose(1, 2) * share
    stacked = counted(stacked, None if own is None else own[:, None]).contiguous()
    return {"weight": spread(stacked, pixels), "bias": stacked.sum(2)}


def _total(parts: Sequence[Tensor]) -> Tensor:
    return parts[0] if len(parts) == 1 else torch.stack(list(parts)).sum(0)


def _total_params(parts: Sequence[Params]) -> Params:
    return {name: _total([part[name] for part in parts]) for name in parts[0]}
