"""The objective of a linear score in closed form: no autograd, one matrix product for all members."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from thalweg.core.entries import Loss
from thalweg.core.tree import Params
from thalweg.run.batches import Batches
from thalweg.run.penalties import Knobs, Penalties, for_members, symmetric_product


@dataclass(frozen=True, eq=False)
class LinearObjective:
    """Mean loss of f(x) = W x + b plus penalty: S = X W^T + b, dL/dW = (dL/dS)^T X, dL/db = sum over examples of dL/dS.

    Parameters `weight` [members, K, D] and `bias` [members, K]. The Hessian times V is (J dS)^T X with dS = X V^T and J the
    derivative of dL/dS, which is symmetric, so that one backward pass through dL/dS gives its product.
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
        knobs = for_members(self.knobs, len(params["bias"]))
        sums = [self.loss.value(_scores(pixels, params), labels, **knobs).sum(-1) for pixels, labels in self._rows()]
        return _total(sums) / self.batches.examples + self.penalties.value(params)

    def value_and_gradient(self, params: Params) -> tuple[Float[Tensor, " members"], Params]:
        """Return mean loss + penalty and its gradient."""
        sums, slopes = [], []
        for pixels, labels in self._rows():
            values, slope = self.loss.value_and_gradient(_scores(pixels, params), labels, **self.knobs)
            sums.append(values.sum(-1))
            slopes.append(_pull_back(pixels, slope, self.batches.examples))
        value, gradient = _total(sums) / self.batches.examples, _total_params(slopes)
        if not self.penalties.entries:
            return value, gradient
        return value + self.penalties.value(params), self.penalties.add_gradient(params, gradient)

    def hessian_vector(self, params: Params, vectors: Params) -> Params:
        """Return the Hessian at `params` times `vectors`."""
        products = []
        for pixels, labels in self._rows():
            scores = _scores(pixels, params).detach().requires_grad_()
            with torch.enable_grad():
                slope = self.loss.gradient(scores, labels, **self.knobs)
            curved = symmetric_product(slope, scores, _scores(pixels, vectors))
            products.append(_pull_back(pixels, curved, self.batches.examples))
        return self.penalties.add_hessian_vector(params, vectors, _total_params(products))

    def _rows(self) -> Iterator[tuple[Float[Tensor, "batch inputs"], Int64[Tensor, " batch"]]]:
        for images, labels in self.batches.chunks():
            yield images.flatten(1), labels


def _scores(pixels: Tensor, params: Params) -> Float[Tensor, "members batch classes"]:
    """Return the scores as a view of [members, classes, batch]: W X^T takes 0.6 times as long as X W^T for ten classes."""
    weight, bias = params["weight"], params["bias"]
    members, classes, inputs = weight.shape
    stacked = torch.addmm(bias.reshape(-1, 1), weight.reshape(members * classes, inputs), pixels.T)
    return stacked.view(members, classes, -1).transpose(1, 2)


def _pull_back(pixels: Tensor, slope: Tensor, examples: int) -> Params:
    members, batch, classes = slope.shape
    stacked = slope.transpose(1, 2).reshape(members * classes, batch) / examples
    return {"weight": (stacked @ pixels).view(members, classes, -1), "bias": stacked.sum(1).view(members, classes)}


def _total(parts: Sequence[Tensor]) -> Tensor:
    return parts[0] if len(parts) == 1 else torch.stack(list(parts)).sum(0)


def _total_params(parts: Sequence[Params]) -> Params:
    return {name: _total([part[name] for part in parts]) for name in parts[0]}
