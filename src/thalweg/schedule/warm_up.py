"""The warm-up schedule: a straight ramp to the whole rate, which then stays.

min(1, (step + 1) / n) with n = epochs * epoch_steps: the first step already has 1 / n, the n-th and all later ones 1. The same as
`torch.optim.lr_scheduler.LinearLR` with start_factor = 1 / n and total_iters = n - 1. With epochs = 0 there is no ramp.
"""

from thalweg.core.entries import Schedule
from thalweg.core.knobs import Number


def factor(step: int, steps: int, epoch_steps: int, *, epochs: float) -> float:
    """Return the height of the ramp at `step`.

    >>> [factor(step, 100, 4, epochs=1.0) for step in range(6)]
    [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]
    """
    ramp = epochs * epoch_steps
    return 1.0 if step + 1 >= ramp else (step + 1) / ramp


ENTRY = Schedule(
    summary="Raises the rate along a straight ramp, then keeps it.",
    formula="min(1, (step + 1) / (epochs * steps an epoch))",
    reference="Goyal et al., Accurate, Large Minibatch SGD: Training ImageNet in 1 Hour, arXiv:1706.02677, 2017.",
    knobs=(Number(name="epochs", default=1.0, low=0, meaning="length of the ramp in epochs"),),
    factor=factor,
)
