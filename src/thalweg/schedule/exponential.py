"""The exponential schedule: the rate loses the same share in every epoch.

decay^(step / epoch_steps), a little at every step; at whole epochs the same as `torch.optim.lr_scheduler.ExponentialLR`.
"""

from thalweg.core.entries import Schedule
from thalweg.core.knobs import Number


def factor(step: int, steps: int, epoch_steps: int, *, decay: float) -> float:
    """Return decay to the power of the epochs gone by, fractions included.

    >>> factor(20, 100, 10, decay=0.5)
    0.25
    """
    return float(decay ** (step / epoch_steps))


ENTRY = Schedule(
    summary="Takes the same share off the rate in every epoch.",
    formula="decay^epoch, with epoch = step / steps an epoch",
    reference="CS231n, Neural Networks Part 3: annealing the learning rate.",
    knobs=(Number(name="decay", default=0.95, low=0, high=1, low_open=True, meaning="share of the rate that is left after an epoch"),),
    factor=factor,
)
