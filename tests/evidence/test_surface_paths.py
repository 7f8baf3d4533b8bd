from dataclasses import replace

import numpy as np
import pytest

from thalweg.core.errors import ConfigError
from thalweg.evidence.surface_paths import example, measure


def walked(runner, path, values=None, **changes):
    """The runner with another path; what belongs to its points has as many of them."""
    path = np.array(path, dtype=np.float64)
    plain = {"values": np.zeros(len(path)), "gradient_norms": np.zeros(len(path)), "eigenvalues": np.ones((len(path), 2))}
    given = {} if values is None else {"values": np.array(values, dtype=np.float64)}
    return replace(runner, path=path, **{**plain, **given, **changes})


def squared(points):
    return (points**2).sum(1)


def narrow(points):
    """A valley: nearly all of the ground lies high above its floor."""
    return 1e-6 + points[:, 0] ** 2 * 1e3 ** np.abs(points[:, 0])


def with_paths(*paths):
    race = example().race
    runners = [walked(race.runners[0], path, optimiser=f"method-{place}") for place, path in enumerate(paths)]
    return measure(replace(race, runners=tuple(runners)), squared, resolution=5)


def test_the_grid_is_the_function_at_every_point_and_as_dense_both_ways():
    race = replace(example().race, window=(-2.0, 2.0, -1.0, 1.0))
    paths = measure(race, lambda points: points[:, 0] + 10 * points[:, 1], resolution=5)
    assert paths.heights.shape == (3, 5)
    np.testing.assert_allclose(paths.heights, paths.x[None, :] + 10 * paths.y[:, None])


def test_levels_are_even_where_heights_are():
    paths = measure(example().race, squared, levels=5)
    assert not paths.geometric
    np.testing.assert_allclose(paths.levels, [0, 0.5, 1, 1.5, 2])
    np.testing.assert_allclose(paths.bands, 2 * paths.heights)


def test_levels_are_geometric_over_four_decades_where_most_of_the_ground_is_low():
    paths = measure(example().race, narrow, levels=5)
    assert paths.geometric
    low, high = paths.heights.min(), paths.heights.max()
    np.testing.assert_allclose(paths.levels - low, (high - low) * np.array([1e-4, 1e-3, 1e-2, 1e-1, 1]))
    assert paths.bands.min() == 0
    assert paths.bands.max() == pytest.approx(4)
    inside = (paths.bands > 0) & (paths.bands < 4)
    np.testing.assert_allclose(10 ** (paths.bands[inside] - 4), (paths.heights[inside] - low) / (high - low))


def test_level_ground_is_drawn_all_the_same():
    paths = measure(example().race, lambda points: np.ones(len(points)))
    assert np.isfinite(paths.bands).all()
    assert not paths.geometric


def test_equal_paths_share_a_trail_the_best_first():
    one, other = [[1.0, 0.0], [0.5, 0.0]], [[1.0, 0.0], [0.0, 0.5]]
    trails = with_paths(one, other, one).trails
    assert sorted(trail.name for trail in trails) == ["method-0 = method-2", "method-1"]


def test_a_trail_ends_where_its_path_stands_still_and_stays_within_three_windows():
    still, far = [[1.0, 0.0], [0.5, 0.0], [0.5, 0.0], [0.5, 0.0]], [[1.0, 0.0], [1e30, 0.0], [0.0, -1e200], [0.0, -1e200]]
    first, second = sorted(with_paths(still, far).trails, key=lambda trail: trail.name)
    assert first.points.tolist() == [[1.0, 0.0], [0.5, 0.0]]
    assert second.points.tolist() == [[1.0, 0.0], [6.0, 0.0], [0.0, -6.0]]


def test_a_path_that_never_moves_is_one_point():
    (trail,) = with_paths([[1.0, 0.0], [1.0, 0.0]]).trails
    assert trail.points.tolist() == [[1.0, 0.0]]


@pytest.mark.parametrize("given", [{"resolution": 1}, {"levels": 0}])
def test_too_few_points_or_levels_are_refused(given):
    with pytest.raises(ConfigError, match="must be a whole number >= 2"):
        measure(example().race, squared, **given)
