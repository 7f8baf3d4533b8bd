import numpy as np
import torch
from scipy.optimize import differential_evolution

from thalweg.surface import SURFACES, rastrigin


def test_the_origin_is_the_lowest_of_the_known_minima_and_what_a_global_search_finds():
    minima = [known for known in SURFACES.get("rastrigin").critical if known.kind == "minimum"]
    assert len(minima) == 25
    assert min(minima, key=lambda known: known.value).point == (0.0, 0.0)
    found = differential_evolution(lambda point: float(rastrigin.value(torch.tensor(point))), [(-2.5, 2.5)] * 2, rng=0)
    np.testing.assert_allclose(found.x, 0, atol=1e-6)
