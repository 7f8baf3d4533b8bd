"""Stochastic gradient descent: every step looks at one mini-batch and goes straight down its slope.

W <- W - rate * g, with g the gradient of the mean over the batch plus the penalty. Over batches of B drawn without replacement from N
examples, g scatters about the full gradient with variance (S^2 / B) (1 - B / N), which is zero at B = N. At a constant rate W ends in
a cloud about the minimum whose variance grows with the rate: lower the rate (`schedule`) or average the path (`average`).
The same rule as `torch.optim.SGD(momentum=0)`.
"""

from thalweg.core.entries import Optimiser
from thalweg.core.knobs import Number
from thalweg.optimise._descent import descend, nothing, stable_rate, worked

ENTRY = Optimiser(
    summary="Goes down the gradient of one mini-batch at a time.",
    formula="W <- W - rate * dL/dW, with L over the batch",
    reference="Robbins and Monro, A Stochastic Approximation Method, Annals of Mathematical Statistics 22, 1951.",
    knobs=(Number(name="rate", default=0.1, low=0, low_open=True, meaning="step size: what multiplies the gradient"),),
    init=nothing,
    step=descend,
    proximal=True,
    stable_rate=stable_rate,
    worked=worked,
)
