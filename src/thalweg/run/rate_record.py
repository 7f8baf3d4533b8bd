"""Record of a rate finder: what every seed's loss did while its rate grew, and what was known before the first step."""

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from jaxtyping import Float64

from thalweg.run.rate_curvature import Curvature
from thalweg.run.recipe import Recipe


@dataclass(frozen=True, kw_only=True, eq=False)
class RateRamps:
    """What the rate finder saw. Losses [seeds, steps] are batch losses after each step, NaN from where a seed diverged.

    `start` is each seed's mean batch loss before the first step, `noise` the standard deviation of a batch loss at fixed weights. Of each
    seed, `curvatures` is the largest curvature at the start and `predicted` the rate above which the optimiser's rule diverges on a
    quadratic of that curvature (None: no such rule, or no such curvature; `silence` says which).
    """

    recipe: Recipe
    rates: Float64[np.ndarray, " steps"]
    losses: Float64[np.ndarray, "seeds steps"]
    seeds: tuple[int, ...]
    start: Float64[np.ndarray, " seeds"]
    noise: float
    batch: int
    examples: int
    curvatures: tuple[Curvature, ...]
    curvature_examples: int
    predicted: tuple[float | None, ...]
    silence: str = ""
    notes: tuple[str, ...] = ()

    def row(self) -> dict[str, Any]:
        """Return the record as a JSON object; a loss that is not finite is None."""
        return {
            "recipe": self.recipe.model_dump(mode="json"),
            "rates": self.rates.tolist(),
            "losses": [[loss if math.isfinite(loss) else None for loss in row] for row in self.losses.tolist()],
            "seeds": list(self.seeds),
            "start": self.start.tolist(),
            "noise": self.noise,
            "batch": self.batch,
            "examples": self.examples,
            "curvatures": [asdict(each) for each in self.curvatures],
            "curvature_examples": self.curvature_examples,
            "predicted": list(self.predicted),
            "silence": self.silence,
            "notes": list(self.notes),
        }
