"""Design: the examples of a linear score as a matrix, and its products with weights and slopes, piece by piece in the processor's cache."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int64
from torch import Tensor

PIECE_NUMBERS = 800_000
"""How many numbers of the matrix to take at a time, so that a piece stays in cache between its two products."""

Weights = Float[Tensor, "classes columns"]
"""W with b as its last column."""


@dataclass(frozen=True, eq=False)
class Design:
    """Examples x_i as the rows of X [N, D]; products are in the type of what they are asked with, whatever X is stored as."""

    pixels: Float[Tensor, "examples inputs"]

    def __len__(self) -> int:
        return len(self.pixels)

    @property
    def inputs(self) -> int:
        """How many numbers an example has."""
        return self.pixels.shape[1]

    def only(self, rows: Int64[Tensor, " some"]) -> "Design":
        """Return the design of some examples."""
        return Design(self.pixels.index_select(0, rows))

    def scores(self, weights: Weights) -> Float[Tensor, "examples classes"]:
        """Return X W^T + b, laid out class by class in memory."""
        out = weights.new_empty(len(weights), len(self))
        linear, bias = weights[:, :-1].contiguous(), weights[:, -1:]
        for start, stop, piece in self._pieces(weights.dtype):
            out[:, start:stop] = torch.addmm(bias, linear, piece.T)
        return out.T

    def pulled_back(self, slopes: Float[Tensor, "examples classes"]) -> Weights:
        """Return the sum over the examples of a_i (x_i, 1)^T."""
        total = slopes.new_zeros(slopes.shape[1], self.inputs)
        for start, stop, piece in self._pieces(slopes.dtype):
            total.addmm_(slopes[start:stop].T.contiguous(), piece)
        return torch.cat([total, slopes.sum(0)[:, None]], 1)

    def there_and_back(
        self, weights: Weights, between: Callable[[Float[Tensor, "piece classes"], int, int], Float[Tensor, "piece classes"]]
    ) -> Weights:
        """Return the pull-back of `between(scores, start, stop)`, a piece at a time: the matrix is read from memory once, not twice."""
        linear, bias = weights[:, :-1].contiguous(), weights[:, -1:]
        total, sums = torch.zeros_like(linear), torch.zeros_like(bias)
        for start, stop, piece in self._pieces(weights.dtype):
            slopes = between(torch.addmm(bias, linear, piece.T).T, start, stop).T.contiguous()
            total.addmm_(slopes, piece)
            sums += slopes.sum(1, keepdim=True)
        return torch.cat([total, sums], 1)

    def lengths(self, dtype: torch.dtype) -> Float[Tensor, " examples"]:
        """Return the Euclidean length of every (x_i, 1)."""
        squares = torch.cat([piece.square().sum(1) for _, _, piece in self._pieces(dtype)])
        return (squares + 1).sqrt()

    def _pieces(self, dtype: torch.dtype) -> Iterator[tuple[int, int, Tensor]]:
        rows = max(64, PIECE_NUMBERS // max(1, self.inputs))
        for start in range(0, len(self), rows):
            piece = self.pixels[start : start + rows]
            yield start, start + len(piece), piece.to(dtype)
