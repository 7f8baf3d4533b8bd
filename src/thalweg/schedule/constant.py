"""The constant schedule: the rate stays what it is.

factor = 1 at every step. With it, `sgd` ends in a cloud about the minimum whose size grows with the rate.
"""

from thalweg.core.entries import Schedule


def factor(step: int, steps: int, epoch_steps: int) -> float:
    """Return 1.

    >>> factor(7, 100, 10)
    1.0
    """
    return 1.0


ENTRY = Schedule(
    summary="Keeps the rate as it is.",
    formula="factor = 1",
    reference="Robbins and Monro, A Stochastic Approximation Method, 1951, for why one may want another.",
    factor=factor,
)
