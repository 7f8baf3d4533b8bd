"""Whitening against scikit-learn's PCA, its edges, signs and errors."""

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA

from thalweg.core.errors import ConfigError, DataError
from thalweg.prepare import whiten
from thalweg.prepare.whiten import fit

MIX = torch.randn(12, 12, generator=torch.Generator().manual_seed(1))
IMAGES = (torch.randn(400, 12, generator=torch.Generator().manual_seed(0)) @ MIX + 5).reshape(400, 2, 2, 3)


def exactly(components: int = 0, zca: bool = False) -> dict[str, object]:
    return {"components": components, "epsilon": 1e-12, "zca": zca}


def test_by_hand() -> None:
    """Along the first axis +-3 twice in four images: variance 18/4; along the second +-1: 2/4."""
    images = torch.tensor([[3.0, 0.0], [-3.0, 0.0], [0.0, 1.0], [0.0, -1.0]]).reshape(4, 1, 1, 2)
    fitted = fit(lambda: [images], **exactly())
    torch.testing.assert_close(fitted.matrix, torch.diag(torch.tensor([4.5, 0.5]).rsqrt()))
    regularised = fit(lambda: [images], components=0, epsilon=1.0, zca=False)
    torch.testing.assert_close(regularised.matrix, torch.diag(torch.tensor([9.0, 5.0]).rsqrt()))


@pytest.mark.parametrize("components", [0, 1, 5])
def test_equals_scikit_learn(components: int) -> None:
    """Up to the sign of each component, and n against n - 1 in the variance."""
    prepared = fit(lambda: IMAGES.split(33), **exactly(components)).apply(IMAGES)
    rows = IMAGES.double().numpy().reshape(400, 12)
    oracle = PCA(n_components=components or None, whiten=True).fit_transform(rows) * np.sqrt(400 / 399)
    assert prepared.shape == (400, 1, 1, components or 12)
    mine = prepared.numpy().reshape(400, -1)
    signs = np.sign((mine * oracle).sum(0))
    np.testing.assert_allclose(mine, oracle * signs, atol=2e-4)  # float32 map; the smallest direction is magnified most


def test_prepared_training_images_are_uncorrelated_with_variance_one() -> None:
    for zca in (False, True):
        rows = fit(lambda: [IMAGES], **exactly(zca=zca)).apply(IMAGES).double().flatten(1)
        torch.testing.assert_close(rows.T @ rows / 400, torch.eye(12, dtype=torch.float64), atol=1e-4, rtol=0)


def test_zca_is_the_symmetric_inverse_root_and_keeps_the_shape() -> None:
    fitted = fit(lambda: [IMAGES], **exactly(zca=True))
    assert fitted.apply(IMAGES).shape == IMAGES.shape
    torch.testing.assert_close(fitted.matrix, fitted.matrix.T)
    values, vectors = np.linalg.eigh(np.cov(IMAGES.double().numpy().reshape(400, 12), rowvar=False, ddof=0))
    np.testing.assert_allclose(fitted.matrix.numpy(), vectors / np.sqrt(values) @ vectors.T, rtol=1e-4, atol=1e-5)


def test_the_first_of_the_largest_entries_of_each_direction_is_positive() -> None:
    matrix = fit(lambda: [IMAGES], **exactly()).matrix
    assert (matrix.gather(1, matrix.abs().argmax(1, keepdim=True)) > 0).all()
    tied = torch.tensor([[1.0, -1.0], [-1.0, 1.0], [0.1, 0.1], [-0.1, -0.1]]).reshape(4, 1, 1, 2)
    assert (fit(lambda: [tied], **exactly()).matrix[:, 0] > 0).all()


def test_units_of_the_pixels_do_not_matter() -> None:
    knobs = {"components": 3, "epsilon": 1e-2, "zca": False}
    large, small = IMAGES * 256, IMAGES / 256  # powers of two: no rounding
    torch.testing.assert_close(fit(lambda: [large], **knobs).apply(large), fit(lambda: [small], **knobs).apply(small))


def test_directions_without_variance_become_zero() -> None:
    images = torch.cat([IMAGES, IMAGES[..., :1], torch.full_like(IMAGES[..., :1], 9.0)], dim=3)  # a copied and a constant channel
    fitted = fit(lambda: images.split(50), components=0, epsilon=1e-5, zca=False)
    assert (fitted.matrix.abs().amax(1) > 0).sum() == 12
    assert not fitted.apply(images).flatten(1)[:, 12:].any()


@pytest.mark.parametrize("zca", [False, True])
def test_equal_images_become_zero(zca: bool) -> None:
    images = torch.full((5, 2, 1, 3), 200.0)
    assert not fit(lambda: [images], components=0, epsilon=1e-5, zca=zca).apply(images).any()


def test_fewer_images_than_pixels_stay_finite() -> None:
    prepared = fit(lambda: [IMAGES[:4]], components=0, epsilon=1e-5, zca=False).apply(IMAGES)
    assert prepared.isfinite().all()
    assert (prepared.flatten(1).abs().amax(0) > 0).sum() == 3


def test_too_many_components() -> None:
    with pytest.raises(ConfigError, match=r"^components must be at most 12, the numbers of an image; got 13\. Use 0 for all of them\.$"):
        fit(lambda: [IMAGES], **exactly(13))


def test_too_large_images(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whiten, "LARGEST", 11)
    with pytest.raises(DataError, match=r"^whiten takes images of at most 11 numbers; got 2 x 2 x 3 = 12\. Make the images smaller"):
        fit(lambda: [IMAGES], **exactly())
