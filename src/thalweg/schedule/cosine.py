"""The cosine schedule: half a wave from the whole rate down to a final share of it.

final + (1 - final) * (1 + cos(pi * step / steps)) / 2: level at both ends, steepest in the middle. `final` would be reached at
step = steps, one after the last. The same as `torch.optim.lr_scheduler.CosineAnnealingLR` with T_max = steps; no restarts.
"""

import math

from thalweg.core.entries import Schedule
from thalweg.core.knobs import Number


def factor(step: int, steps: int, epoch_steps: int, *, final: float) -> float:
    """Return the height of the half wave at `step`.

    >>> factor(0, 100, 10, final=0.2), round(factor(50, 100, 10, final=0.2), 12)
    (1.0, 0.6)
    """
    return final + (1.0 - final) * (1.0 + math.cos(math.pi * step / steps)) / 2.0


ENTRY = Schedule(
    summary="Lowers the rate along half a cosine wave.",
    formula="final + (1 - final) * (1 + cos(pi * step / steps)) / 2",
    reference="Loshchilov and Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts, ICLR 2017, arXiv:1608.03983.",
    knobs=(Number(name="final", default=0.0, low=0, high=1, meaning="share of the rate that is left at the end"),),
    factor=factor,
)
