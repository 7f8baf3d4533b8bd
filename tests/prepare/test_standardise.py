"""Standardising against scikit-learn's StandardScaler, and what is constant (F-26)."""

import numpy as np
import pytest
import torch
from sklearn.preprocessing import StandardScaler

from thalweg.prepare.standardise import fit

IMAGES = torch.randint(0, 256, (300, 4, 5, 3), generator=torch.Generator().manual_seed(0)).float() * torch.tensor([1.0, 0.5, 0.01])
ROWS = {"pixel": (300, 60), "channel": (300 * 20, 3), "set": (300 * 60, 1)}


def test_by_hand() -> None:
    """0, 2, 4, 6 have the mean 3 and the variance 5."""
    images = torch.tensor([0.0, 2.0, 4.0, 6.0]).reshape(2, 1, 2, 1)
    expected = torch.tensor([-3.0, -1.0, 1.0, 3.0]) / 5**0.5
    torch.testing.assert_close(fit(lambda: [images], per="set").apply(images).flatten(), expected)
    assert fit(lambda: [images], per="pixel").apply(images).flatten().tolist() == [-1.0, -1.0, 1.0, 1.0]


@pytest.mark.parametrize("per", ROWS)
def test_equals_scikit_learn(per: str) -> None:
    prepared = fit(lambda: IMAGES.split(37), per=per).apply(IMAGES)
    oracle = StandardScaler().fit_transform(IMAGES.double().numpy().reshape(ROWS[per]))
    np.testing.assert_allclose(prepared.numpy().reshape(ROWS[per]), oracle, atol=2e-6)  # float32 against float64


@pytest.mark.parametrize(("per", "shape"), [("pixel", (4, 5, 3)), ("channel", (1, 1, 3)), ("set", (1, 1, 1))])
def test_one_mean_and_deviation_for_what_was_asked(per: str, shape: tuple[int, int, int]) -> None:
    fitted = fit(lambda: [IMAGES], per=per)
    assert fitted.scale.shape == fitted.shift.shape == shape


@pytest.mark.parametrize("value", [0.0, 255.0, 0.1, 1e30, 1e-45])
def test_what_is_constant_is_centred_and_divided_by_one(value: float) -> None:
    images = IMAGES[:50].clone()
    images[:, 1, 2, 0] = value
    fitted = fit(lambda: images.split(7), per="pixel")
    assert fitted.scale[1, 2, 0] == 1
    assert fitted.apply(images)[:, 1, 2, 0].abs().max() == 0
    assert fitted.apply(images).isfinite().all()


def test_a_constant_channel_and_a_constant_set_stay_finite() -> None:
    images = torch.full((4, 2, 2, 3), 7.0)
    for per in ROWS:
        assert not fit(lambda: [images], per=per).apply(images).any()


@pytest.mark.parametrize("scale", [1e-30, 1e-44, 1e30])
def test_extreme_sizes_stay_finite(scale: float) -> None:
    images = IMAGES * scale
    assert fit(lambda: [images], per="channel").apply(images).isfinite().all()


def test_one_odd_image_in_many_is_no_constant() -> None:
    """The floor is far below what one image in 60 000 does: a deviation of 1 / sqrt(60 000) grey levels at 255."""
    images = torch.full((60_000, 1, 1, 1), 255.0)
    images[123] = 254.0
    torch.testing.assert_close(fit(lambda: images.split(7000), per="pixel").scale.item(), 60_000**0.5, rtol=1e-4, atol=0)
