"""A weight tensor laid out as a picture: what templates and filters share."""

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from thalweg.core.display import Displayed
from thalweg.core.errors import ConfigError
from thalweg.evidence._strict import number


@dataclass(frozen=True, kw_only=True)
class WeightPicture:
    """Weights of one output, `flat` in height, width, channel order (None where not finite), with what is needed to read them as a picture.

    `bound` is the symmetric end of the scale: zero lies in its middle, weights beyond +-bound (a share `beyond` of all) show as +-bound.
    `low` and `high` are the true extremes, None where no weight is finite; `zeros` is the share of weights that are exactly zero.
    """

    name: str
    shape: tuple[int, int, int]
    flat: tuple[float | None, ...]
    bound: float
    low: float | None
    high: float | None
    zeros: float
    beyond: float

    @property
    def values(self) -> Float[np.ndarray, "height width channels"]:
        """The weights as an array, NaN where they are not finite."""
        return np.array(self.flat, dtype=np.float64).reshape(self.shape)


@dataclass(frozen=True, kw_only=True, repr=False)
class WeightPictures(Displayed):
    """One picture an output of a first layer; `left_out` counts outputs beyond the number asked for, `of` says what the outputs are."""

    pictures: tuple[WeightPicture, ...]
    quantile: float
    left_out: int = 0
    of: str = "output"

    def row(self) -> dict[str, Any]:
        """Return the record as a JSON object."""
        return asdict(self)

    def sentences(self) -> tuple[str, ...]:
        """Return how many pictures there are, the extremes, and how they are scaled."""
        count = len(self.pictures) + self.left_out
        known = [one for one in self.pictures if one.low is not None and one.high is not None]
        most = max(known, key=lambda one: one.bound, default=None)
        first = f"There are {count:,} weight pictures, one for each {self.of}; {len(self.pictures):,} are shown."
        if most is None or most.low is None or most.high is None:
            return (first, "None of them has a finite weight.")
        zeros = sum(one.zeros for one in self.pictures) / len(self.pictures)
        return (
            first,
            f"The strongest is {most.name}: its weights on raw pixels reach from {most.low:.3g} to {most.high:.3g}; "
            f"{100 * zeros:.3g} % of all weights shown are exactly zero.",
            f"Each is scaled on its own, zero in the middle and the ends at the {self.quantile:.3g} quantile of its |weights|.",
        )


def flat(values: Float[np.ndarray, "..."]) -> tuple[float | None, ...]:
    """Return an array's values in order; those of single precision with as many digits as they have.

    >>> flat(np.array([[0.1, np.nan]], dtype=np.float32))
    (0.1, None)
    """
    exact = values.astype(str).astype(np.float64) if values.dtype == np.float32 else values.astype(np.float64)
    return tuple(None if math.isnan(value) or math.isinf(value) else value for value in exact.ravel().tolist())


def weight_picture(name: str, values: Float[np.ndarray, "height width channels"], *, quantile: float) -> WeightPicture:
    """Measure one picture: `bound` is the given quantile of the finite |weights|, or the largest where the quantile is 0.

    A few pixels that hardly ever vary can get weights a hundred times the rest; a quantile below 1 keeps them from greying out all others.
    """
    if not 0 < quantile <= 1:
        raise ConfigError(f"quantile must lie in (0, 1]; got {quantile:g}.")
    finite = values[np.isfinite(values)].astype(np.float64)
    size = np.abs(finite)
    bound = float(np.quantile(size, quantile) or size.max()) if len(size) else 0.0
    return WeightPicture(
        name=name,
        shape=(values.shape[0], values.shape[1], values.shape[2]),
        flat=flat(values),
        bound=bound,
        low=number(finite.min()) if len(finite) else None,
        high=number(finite.max()) if len(finite) else None,
        zeros=float((values == 0).mean()),
        beyond=float((size > bound).mean()) if len(size) else 0.0,
    )
