import numpy as np
import pytest

from thalweg.core.entries import ReadOptions
from thalweg.core.errors import ConfigError
from thalweg.core.progress import Silent
from thalweg.images import READERS

SETS = ("circle", "xor", "gauss", "spiral")


def read(name, **options):
    return READERS.get(name).read(name, ReadOptions(**options), Silent())


@pytest.mark.parametrize("name", [*SETS, "blobs3"])
def test_points_are_one_pixel_of_two_floats(name):
    points = read(name)
    assert points.points
    assert points.shape == (1, 1, 2)
    assert len(points) == (9 if name == "blobs3" else 300)
    assert points.classes == tuple(f"class {number}" for number in range(3 if name == "blobs3" else 2))
    assert np.ptp(np.bincount(points.labels)) == 0
    assert points.split.train.size == len(points)


@pytest.mark.parametrize("name", [*SETS, "blobs3"])
def test_noise_moves_points_by_its_standard_deviation(name):
    moved = read(name, noise=0.1).images - read(name).images
    count = moved.size
    assert abs(moved.std() - 0.1) < 5 * 0.1 / np.sqrt(2 * count)
    assert np.array_equal(read(name, noise=0.1).images, read(name, noise=0.1).images)
    assert not np.array_equal(read(name, noise=0.1, seed=1).images, read(name, noise=0.1).images)


@pytest.mark.parametrize("name", SETS)
def test_the_number_of_points(name):
    assert len(read(name, examples=2)) == 2
    assert np.bincount(read(name, examples=51).labels).tolist() == [26, 25]
    with pytest.raises(ConfigError, match="examples must be at least 2, one a class; got 1"):
        read(name, examples=1)


@pytest.mark.parametrize("noise", [-0.1, float("nan"), float("inf")])
def test_noise_out_of_range(noise):
    with pytest.raises(ConfigError, match=r"noise must be a number in \[0, inf\)"):
        read("gauss", noise=noise)
