"""Patients: digits with a recipe as `thalweg train` makes it, and faults planted in them."""

from collections.abc import Callable
from typing import Any

import pytest

from thalweg.core.imageset import ImageSet
from thalweg.doctor._patient import Patient
from thalweg.faces._asked import recipe_of
from thalweg.images import load

Ask = Callable[..., Patient]


@pytest.fixture(scope="session")
def digits() -> ImageSet:
    return load("digits")


@pytest.fixture(scope="session")
def well(digits: ImageSet) -> Patient:
    """Return digits with the settings that a person gets who asks for nothing."""
    return Patient(digits, recipe_of("digits", {}))


@pytest.fixture(scope="session")
def net(digits: ImageSet) -> Patient:
    return Patient(digits, recipe_of("digits", {"score": "mlp", "widths": (32, 16)}))


@pytest.fixture(scope="session")
def patient(digits: ImageSet) -> Ask:
    def make(images: ImageSet = digits, *, sample: int = 5000, **settings: Any) -> Patient:
        return Patient(images, recipe_of("digits", settings), sample=sample)

    return make
