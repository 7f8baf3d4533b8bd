import numpy as np
import torch
from scipy.optimize import minimize

from thalweg.surface import himmelblau


def test_scipy_finds_a_known_minimum_from_every_corner():
    minima = np.array([known.point for known in himmelblau.ENTRY.critical if known.kind == "minimum"])
    reached = set()
    for corner in ([4, 4], [-4, 4], [-4, -4], [4, -4]):
        found = minimize(
            lambda point: float(himmelblau.value(torch.tensor(point))), np.array(corner, float), method="Nelder-Mead", tol=1e-10
        )
        distances = np.linalg.norm(minima - found.x, axis=1)
        assert distances.min() < 1e-6
        reached.add(int(distances.argmin()))
    assert len(reached) == 4
