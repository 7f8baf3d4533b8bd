"""The knobs that penalties share."""

from thalweg.core.knobs import Flag, Number

STRENGTH = Number(name="strength", default=1e-4, low=0, meaning="what R(W) is multiplied by (lambda)")
HALF = Flag(name="half", default=False, meaning="take one half of the sum of squares, so that its gradient is strength * W")
