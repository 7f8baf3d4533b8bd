"""A few hundred real pictures for the tests of runs."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from thalweg.core.imageset import ImageSet, Split


def digits(count: int = 400) -> ImageSet:
    source = load_digits()
    images = np.round(source.images[:count] * (255 / 16)).astype(np.uint8)[..., None]
    rows = np.random.default_rng(0).permutation(count)
    first, second = int(count * 0.6), int(count * 0.8)
    split = Split(*(np.sort(part).astype(np.int64) for part in (rows[:first], rows[first:second], rows[second:])))
    return ImageSet(
        images=images,
        labels=source.target[:count].astype(np.int64),
        classes=tuple(map(str, range(10))),
        fingerprint=f"digits-{count}",
        split=split,
        source="digits",
    )


@pytest.fixture(scope="session")
def pictures() -> ImageSet:
    return digits()
