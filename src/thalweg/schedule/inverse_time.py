"""The 1/t schedule: the rate falls as one over the epochs gone by.

1 / (1 + decay * step / epoch_steps). The sum of all rates diverges while the sum of their squares converges, which is what Robbins and
Monro ask for `sgd` to reach the minimum itself instead of a cloud about it. The rate is halved after 1 / decay epochs.
"""

from thalweg.core.entries import Schedule
from thalweg.core.knobs import Number


def factor(step: int, steps: int, epoch_steps: int, *, decay: float) -> float:
    """Return one over one plus decay times the epochs gone by, fractions included.

    >>> factor(30, 100, 10, decay=1.0)
    0.25
    """
    return 1.0 / (1.0 + decay * step / epoch_steps)


ENTRY = Schedule(
    summary="Lowers the rate as one over the epochs gone by.",
    formula="1 / (1 + decay * epoch), with epoch = step / steps an epoch",
    reference="Robbins and Monro, A Stochastic Approximation Method, Annals of Mathematical Statistics 22, 1951.",
    knobs=(Number(name="decay", default=0.5, low=0, meaning="one over the number of epochs after which the rate is halved"),),
    factor=factor,
)
