"""The one-cycle schedule: up to the whole rate, then down to almost nothing.

The factor rises from 1 / start at step 0 to 1 at step warm * steps - 1 and falls to 1 / (start * end) at the last step, along half
cosine waves or straight lines. The optimiser's rate is the peak. The same as `torch.optim.lr_scheduler.OneCycleLR` (two phases) with
div_factor = start, final_div_factor = end; momentum is not cycled. Where the rise would have no length it is left out, and a run
of one step takes it at the peak.
"""

import math

from thalweg.core.entries import Schedule
from thalweg.core.knobs import Choice, Number


def factor(step: int, steps: int, epoch_steps: int, *, warm: float, start: float, end: float, shape: str) -> float:
    """Return the height of the cycle at `step`.

    >>> [round(factor(step, 5, 1, warm=0.6, start=4.0, end=2.0, shape="linear"), 4) for step in range(5)]
    [0.25, 0.625, 1.0, 0.5625, 0.125]
    """
    peak, last = max(warm * steps - 1.0, 0.0), steps - 1.0
    if step < peak:
        return _between(1.0 / start, 1.0, step / peak, shape)
    return _between(1.0, 1.0 / (start * end), (step - peak) / (last - peak) if last > peak else 0.0, shape)


def _between(left: float, right: float, share: float, shape: str) -> float:
    """Return the height after `share` of the way from left to right."""
    way = share if shape == "linear" else (1.0 - math.cos(math.pi * share)) / 2.0
    return left + (right - left) * way


ENTRY = Schedule(
    summary="Raises the rate to its peak, then lowers it to almost nothing.",
    formula="1/start -> 1 over the first `warm` of all steps, then 1 -> 1/(start * end)",
    reference="Smith and Topin, Super-Convergence: Very Fast Training of Neural Networks, arXiv:1708.07120, 2018.",
    knobs=(
        Number(name="warm", default=0.3, low=0, high=1, meaning="share of all steps that the rise takes"),
        Number(name="start", default=25.0, low=1, meaning="the first rate is the peak divided by this"),
        Number(name="end", default=1e4, low=1, meaning="the last rate is the first divided by this"),
        Choice(name="shape", default="cosine", choices=("cosine", "linear"), meaning="half cosine waves or straight lines"),
    ),
    factor=factor,
)
