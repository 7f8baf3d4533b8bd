import numpy as np
import pytest

from thalweg.core.entries import Critical
from thalweg.run.surface_landscape import landscape
from thalweg.run.surface_places import places
from thalweg.run.surface_race import race_surface


def test_a_place_is_judged_with_its_gradient_and_without():
    """On (1/2, 0) of x^2 - y^2 the eigenvalues say saddle; the point itself is none, for its gradient is not zero."""
    ends = [Critical(point=(0.0, 0.0), kind="saddle", value=0.0), Critical(point=(1.0, 1.0), kind="minimum", value=0.0)]
    path = np.array([[0.5, 0.0], [0.0, 0.0], [0.9, 1.0]])
    found = places(path, np.array([1.0, 0.0, 0.0]), np.array([[-2.0, 2.0], [-2.0, 2.0], [0.0, 2.0]]), ends)
    assert found.shapes == ("saddle", "saddle", "degenerate")
    assert found.kinds == ("not critical", "saddle", "degenerate")
    assert found.nearest.tolist() == [0, 0, 1]
    np.testing.assert_allclose(found.distances, [0.5, 0.0, 0.1])


def test_a_ground_without_known_critical_points_has_no_nearest_one():
    found = places(np.zeros((1, 2)), np.ones(1), np.ones((1, 2)), [])
    assert (found.nearest, found.distances) == (None, None)


@pytest.mark.parametrize("angle", [0, 30])
def test_the_last_place_of_a_path_is_the_runner_s_verdict(angle):
    race = race_surface("quadratic:4", optimisers=["newton", "sgd"], steps=8, angle=angle)
    for runner in race.runners:
        found = places(runner.path, runner.gradient_norms, runner.eigenvalues, race.critical)
        assert found.kinds[-1] == runner.verdict.kind
        assert found.distances[0] == pytest.approx(np.hypot(*race.start))


def test_turning_back_undoes_turning():
    ground = landscape("saddle", angle=30)
    assert ground.turned(ground.turned_back((1.0, 2.0))) == pytest.approx((1.0, 2.0))
    assert landscape("saddle").turned_back((1.0, 2.0)) == (1.0, 2.0)
