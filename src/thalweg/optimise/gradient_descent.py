"""Gradient descent: every step looks at the whole training set and goes straight down the slope.

W <- W - rate * dL/dW, with L the mean over all training examples plus the penalty. On a quadratic whose largest curvature is c the
loss falls at every step for rate < 2 / c, W oscillates for ever at rate = 2 / c and diverges above it. A gradient of zero (also at
a saddle) leaves W where it is. The same rule as `torch.optim.SGD(momentum=0)` fed with the whole set.
"""

from thalweg.core.entries import Optimiser
from thalweg.core.knobs import Number
from thalweg.optimise._descent import descend, nothing, stable_rate, worked

ENTRY = Optimiser(
    summary="Goes down the gradient of the whole training set.",
    formula="W <- W - rate * dL/dW, with L over all training examples",
    reference="Cauchy, Methode generale pour la resolution des systemes d'equations simultanees, 1847.",
    knobs=(Number(name="rate", default=0.1, low=0, low_open=True, meaning="step size: what multiplies the gradient"),),
    init=nothing,
    step=descend,
    full_batch=True,
    proximal=True,
    stable_rate=stable_rate,
    worked=worked,
)
