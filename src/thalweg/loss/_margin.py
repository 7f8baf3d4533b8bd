"""The knob that all hinge losses share."""

from thalweg.core.knobs import Number

MARGIN = Number(name="margin", default=1.0, low=0, low_open=True, meaning="how far the true class must lead before the loss is zero")
