"""ThalwegClassifier: any score function with any loss, on features or on pictures."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from thalweg.core.entries import Shape
from thalweg.faces.estimators._base import Classifier
from thalweg.faces.estimators._errors import ExamplesError, SettingError
from thalweg.faces.estimators._examples import Given


class ThalwegClassifier(Classifier):
    """A score function (`score_function`: mlp, cnn, resnet, linear, module), trained by a loss and an optimiser of Thalweg's.

    X are features [n, inputs], flat pictures [n, H * W * C] with `image_shape` (H, W, C), or pictures [n, H, W] and [n, H, W, C] as they
    are. Bytes (uint8) are pixels, and prepared by `scale` where `prepare` is "auto"; other numbers are taken as they are: put a
    StandardScaler before, or say `prepare="standardise"`. Training is in the precision of the features, double for float64 and single for
    float32; pictures are trained on in single precision whatever they are.

    Parameters that are knobs (`rate`, `widths`, `margin`, ...) are None for the entry's default; `settings` holds further ones and some
    fields of a recipe (`{"beta1": 0.8, "clip": 1.0, "augment": ["flip"]}`). `batch`: examples a step, 0 all, None 128. Mini-batches are
    in an order drawn from `random_state`; weights then count so that a batch's gradient is on average that of all. A
    `validation_fraction` is set aside class by class, `patience` ends training after so many epochs without a better accuracy there, and
    the best weights by it are kept; without it the last ones are.

    Attributes: `classes_`, `n_iter_` (epochs), `loss_curve_` (the objective before the first step and after every epoch), `run_`, `coef_`
    and `intercept_` for linear scores, `image_shape_`, and with `validation_fraction` also `validation_loss_curve_` and
    `validation_scores_`.
    """

    KNOBS: ClassVar[tuple[str, ...]] = (
        "widths", "channels", "activation", "dropout", "batch_norm", "margin", "smoothing", "rate", "momentum",
    )  # fmt: skip

    def __init__(
        self,
        *,
        score_function: str | Mapping[str, Any] = "mlp",
        widths: tuple[int, ...] | None = None,
        channels: tuple[int, ...] | None = None,
        activation: str | None = None,
        dropout: float | None = None,
        batch_norm: bool | None = None,
        loss: str | Mapping[str, Any] = "softmax",
        margin: float | None = None,
        smoothing: float | None = None,
        l2: float = 1e-4,
        l1: float = 0.0,
        optimiser: str | Mapping[str, Any] = "adam",
        rate: float | None = None,
        momentum: float | None = None,
        schedule: Any = None,
        epochs: int | None = None,
        batch: int | None = None,
        prepare: Any = "auto",
        image_shape: tuple[int, ...] | None = None,
        validation_fraction: float = 0.0,
        patience: int | None = None,
        precision: str = "auto",
        class_weight: Mapping[Any, float] | str | None = None,
        warm_start: bool = False,
        random_state: int | np.random.RandomState | None = None,
        verbose: int | bool = 0,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        self.score_function = score_function
        self.widths = widths
        self.channels = channels
        self.activation = activation
        self.dropout = dropout
        self.batch_norm = batch_norm
        self.loss = loss
        self.margin = margin
        self.smoothing = smoothing
        self.l2 = l2
        self.l1 = l1
        self.optimiser = optimiser
        self.rate = rate
        self.momentum = momentum
        self.schedule = schedule
        self.epochs = epochs
        self.batch = batch
        self.prepare = prepare
        self.image_shape = image_shape
        self.validation_fraction = validation_fraction
        self.patience = patience
        self.precision = precision
        self.class_weight = class_weight
        self.warm_start = warm_start
        self.random_state = random_state
        self.verbose = verbose
        self.settings = settings

    @property
    def image_shape_(self) -> Shape:
        """Height, width and channels of the pictures that the score function looks at; features are 1 x 1 pixels with a channel each."""
        if not hasattr(self, "_fitted"):
            raise AttributeError(f"{type(self).__name__} has no image_shape_ before it is fitted.")
        return self._fitted.shape

    def _shape(self, given: Given) -> Shape:
        """Return the shape that was asked for, that of the pictures as given, or that of features."""
        inputs = given.values.shape[1]
        if self.image_shape is None:
            return given.shape or (1, 1, inputs)
        asked = tuple(self.image_shape)
        if len(asked) not in (2, 3) or any(isinstance(side, bool) or int(side) != side or side < 1 for side in asked):
            raise SettingError(f"image_shape must be (height, width) or (height, width, channels); got {self.image_shape!r}.")
        height, width, channels = (int(side) for side in (*asked, 1)[:3])
        if height * width * channels != inputs:
            raise ExamplesError(f"image_shape {asked} has {height * width * channels} numbers, but X has {inputs} features.")
        if given.shape not in (None, (height, width, channels)):
            raise ExamplesError(f"image_shape is {asked}, but X holds pictures {given.shape} (height, width, channels).")
        return height, width, channels

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        return tags
