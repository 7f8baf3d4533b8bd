"""LinearClassifier: f(x) = W x + b with the lecture's losses, by default at its optimum, with a proof of how near."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from thalweg.faces.estimators._base import Classifier

SMOOTH_GAP, KINKED_GAP = 1e-10, 1e-6


class LinearClassifier(Classifier):
    """Scores W x + b, trained by any of the lecture's losses: mean loss + l2 sum W^2 + l1 sum |W|, biases without penalty.

    `loss`: softmax, svm-sum, svm-max, svm-ova or the square of one. `optimiser`: `exact` goes to the best W and proves that no W is
    better by more than the share `gap` of the objective (None: 1e-10, or 1e-6 where loss or l1 have kinks); every other of `thalweg list
    optimiser` may be chosen, with `rate`, `momentum`, `batch` (examples a step, 0 all of them, None 128 or what the optimiser is made
    for) and `epochs`. Of the parameters that are knobs, None is the entry's default; `settings` holds further ones (`{"beta1": 0.8}`).
    `prepare`: None, or names as in `thalweg list prepare`, which are folded into `coef_`. Weights begin at zero; `random_state` decides
    the order of batches alone. Equal parameters, examples and `random_state` give equal bits.

    In terms of scikit-learn's LogisticRegression, l2 is 1 / (2 C n) for three classes or more and 1 / (C n) for two, where each class has
    a row of W here and both together have one there: `coef_` is their difference.

    Attributes: `coef_` [classes, inputs] and `intercept_` in the units of the features (of two classes: [1, inputs]), `classes_`,
    `n_iter_` (epochs), `loss_curve_` (the objective before the first step and after every epoch), `run_`, and with `validation_fraction`
    also `validation_loss_curve_` and `validation_scores_`.

    >>> found = LinearClassifier(l2=0.1).fit([[-1.0], [1.0]], ["no", "yes"])
    >>> found.predict([[3.0]]).tolist(), found.coef_.shape
    (['yes'], (1, 1))
    """

    KNOBS: ClassVar[tuple[str, ...]] = ("margin", "smoothing", "rate", "momentum", "gap")

    def __init__(
        self,
        *,
        loss: str | Mapping[str, Any] = "softmax",
        l2: float = 1e-4,
        l1: float = 0.0,
        margin: float | None = None,
        smoothing: float | None = None,
        optimiser: str | Mapping[str, Any] = "exact",
        gap: float | None = None,
        rate: float | None = None,
        momentum: float | None = None,
        schedule: Any = None,
        epochs: int | None = None,
        batch: int | None = None,
        prepare: Any = None,
        validation_fraction: float = 0.0,
        patience: int | None = None,
        precision: str = "fp64",
        class_weight: Mapping[Any, float] | str | None = None,
        warm_start: bool = False,
        random_state: int | np.random.RandomState | None = None,
        verbose: int | bool = 0,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        self.loss = loss
        self.l2 = l2
        self.l1 = l1
        self.margin = margin
        self.smoothing = smoothing
        self.optimiser = optimiser
        self.gap = gap
        self.rate = rate
        self.momentum = momentum
        self.schedule = schedule
        self.epochs = epochs
        self.batch = batch
        self.prepare = prepare
        self.validation_fraction = validation_fraction
        self.patience = patience
        self.precision = precision
        self.class_weight = class_weight
        self.warm_start = warm_start
        self.random_state = random_state
        self.verbose = verbose
        self.settings = settings

    def _knobs(self) -> dict[str, Any]:
        """Return the knobs, with a gap at which all digits that anybody compares are right, in double precision."""
        knobs, optimiser, loss = super()._knobs(), self._entry("optimiser"), self._entry("loss")
        if self.gap is None and self.precision == "fp64" and getattr(optimiser, "reached", None) is not None:
            smooth = loss is not None and loss.dual is not None and not loss.dual.kinked and not self.l1
            knobs["gap"] = SMOOTH_GAP if smooth else KINKED_GAP
        return knobs
