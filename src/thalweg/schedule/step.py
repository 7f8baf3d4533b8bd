"""The step schedule: the rate is cut by a factor every so many epochs.

factor^floor(epoch / every), with epoch = floor(step / epoch_steps). The same as `torch.optim.lr_scheduler.StepLR` stepped once an epoch.
"""

from thalweg.core.entries import Schedule
from thalweg.core.knobs import Integer, Number


def stairs(step: int, steps: int, epoch_steps: int, *, every: int, factor: float) -> float:
    """Return the height of the stair that `step` stands on.

    >>> [stairs(step, 8, 2, every=2, factor=0.5) for step in range(8)]
    [1.0, 1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.5]
    """
    return float(factor ** (step // epoch_steps // every))


ENTRY = Schedule(
    summary="Cuts the rate by a factor every so many epochs.",
    formula="factor^floor(epoch / every)",
    reference="Krizhevsky, Sutskever and Hinton, ImageNet Classification with Deep Convolutional Neural Networks, 2012.",
    knobs=(
        Integer(name="every", default=10, low=1, meaning="epochs from one cut to the next"),
        Number(name="factor", default=0.1, low=0, high=1, low_open=True, meaning="what multiplies the rate at each cut"),
    ),
    factor=stairs,
)
