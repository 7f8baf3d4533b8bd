"""A weight tensor laid out as a picture: what templates and filters share."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from thalweg.core.errors import ConfigError
from thalweg.evidence._strict import number


@dataclass(frozen=True, kw_only=True, eq=False)
class WeightPicture:
    """Weights [height, width, channels] of one output, with what is needed to read them as a picture.

    `bound` is the symmetric end of the scale: zero lies in its middle, weights beyond +-bound (a share `beyond` of all) show as +-bound.
    `low` and `high` are the true extremes, None where no weight is finite; `zeros` is the share of weights that are exactly zero.
    """

    name: str
    values: Float[np.ndarray, "height width channels"]
    bound: float
    low: float | None
    high: float | None
    zeros: float
    beyond: float

    def row(self) -> dict[str, Any]:
        """Return the facts as a JSON object; the weights themselves are in the model."""
        names = ("name", "bound", "low", "high", "zeros", "beyond")
        return {name: getattr(self, name) for name in names} | {"shape": list(self.values.shape)}


@dataclass(frozen=True, kw_only=True, eq=False)
class WeightPictures:
    """One picture an output of a first layer; `left_out` counts outputs beyond the number asked for."""

    pictures: tuple[WeightPicture, ...]
    quantile: float
    left_out: int = 0

    def row(self) -> dict[str, Any]:
        """Return the record as a JSON object."""
        return {"pictures": [picture.row() for picture in self.pictures], "quantile": self.quantile, "left_out": self.left_out}


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
        values=values,
        bound=bound,
        low=number(finite.min()) if len(finite) else None,
        high=number(finite.max()) if len(finite) else None,
        zeros=float((values == 0).mean()),
        beyond=float((size > bound).mean()) if len(size) else 0.0,
    )
