"""What every preparation promises."""

import inspect
from typing import Any

import pytest
import torch

from thalweg.core.catalogue import settle
from thalweg.core.entries import Preparation
from thalweg.core.errors import DataError
from thalweg.core.knobs import Choice, Flag
from thalweg.prepare import PREPARATIONS, Chain, fit_chain

SHAPE = (4, 3, 2)
IMAGES = torch.randint(0, 256, (90, *SHAPE), generator=torch.Generator().manual_seed(0)).float()


def variants(entry: Preparation) -> list[dict[str, Any]]:
    """Return the defaults, and the defaults with every word of a choice and both sides of a flag."""
    changed: list[dict[str, Any]] = [entry.defaults()]
    for knob in entry.knobs:
        words = knob.choices if isinstance(knob, Choice) else (False, True) if isinstance(knob, Flag) else ()
        changed += [{**entry.defaults(), knob.name: word} for word in words if word != knob.default]
    return changed


CASES = [pytest.param(entry, knobs, id=f"{entry.name}-{index}") for entry in PREPARATIONS for index, knobs in enumerate(variants(entry))]


def fit(entry: Preparation, knobs: dict[str, Any], size: int = 25) -> Chain:
    return fit_chain([(entry, knobs)], lambda: IMAGES.split(size))


@pytest.mark.parametrize("name", PREPARATIONS.names())
def test_words_and_knobs(name: str) -> None:
    entry = PREPARATIONS.get(name)
    assert all((entry.summary, entry.formula, entry.reference))
    assert settle(entry, entry.defaults(), kind="preparation") == entry.defaults()
    assert list(inspect.signature(entry.fit).parameters) == ["chunks", *(knob.name for knob in entry.knobs)]


@pytest.mark.parametrize(("entry", "knobs"), CASES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_prepared_shape_and_dtype(entry: Preparation, knobs: dict[str, Any], dtype: torch.dtype) -> None:
    fitted, images = fit(entry, knobs), IMAGES[:7].to(dtype)
    before = images.clone()
    prepared = fitted.apply(images)
    assert prepared.shape == (7, *fitted.shape(SHAPE))
    assert prepared.dtype == dtype
    assert prepared.isfinite().all()
    assert torch.equal(images, before)


@pytest.mark.parametrize(("entry", "knobs"), CASES)
def test_the_map_is_affine_and_each_image_is_prepared_alone(entry: Preparation, knobs: dict[str, Any]) -> None:
    fitted, images = fit(entry, knobs), IMAGES.double()
    halfway = fitted.apply((images[:1] + images[1:2]) / 2)
    prepared = fitted.apply(images)
    torch.testing.assert_close(halfway, (prepared[:1] + prepared[1:2]) / 2, rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(fitted.apply(images[3:5]), prepared[3:5], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("entry", "knobs"), CASES)
def test_a_linear_layer_folds_exactly(entry: Preparation, knobs: dict[str, Any]) -> None:
    fitted, images = fit(entry, knobs), IMAGES.double()
    prepared = fitted.apply(images).flatten(1)
    seeded = torch.Generator().manual_seed(1)
    weight = torch.randn(5, prepared.shape[1], generator=seeded, dtype=torch.float64)
    bias = torch.randn(5, generator=seeded, dtype=torch.float64)
    folded_weight, folded_bias = fitted.fold(weight, bias)
    folded = images.flatten(1) @ folded_weight.T + folded_bias
    torch.testing.assert_close(folded, prepared @ weight.T + bias, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("entry", "knobs"), CASES)
def test_restored_bit_for_bit(entry: Preparation, knobs: dict[str, Any]) -> None:
    fitted = fit(entry, knobs)
    tensors = {name: tensor.clone() for name, tensor in fitted.tensors().items()}
    assert all(tensor.dtype in (torch.float32, torch.int64) for tensor in tensors.values())
    again = Chain.restore(tensors)
    assert torch.equal(again.apply(IMAGES), fitted.apply(IMAGES))
    assert again.tensors().keys() == tensors.keys()
    assert all(torch.equal(tensor, tensors[name]) for name, tensor in again.tensors().items())
    assert again.shape(SHAPE) == fitted.shape(SHAPE)


@pytest.mark.parametrize(("entry", "knobs"), CASES)
def test_the_size_of_chunks_does_not_matter(entry: Preparation, knobs: dict[str, Any]) -> None:
    """Statistics are float64, so results agree to the rounding of the float32 maps."""
    whole = fit(entry, knobs, size=90).apply(IMAGES)
    for size in (1, 11):
        torch.testing.assert_close(fit(entry, knobs, size=size).apply(IMAGES), whole, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(("entry", "knobs"), CASES)
def test_constant_images_stay_finite(entry: Preparation, knobs: dict[str, Any]) -> None:
    images = IMAGES.clone()
    images[:, 0] = 255.0
    images[..., 1] = 0.0
    assert fit_chain([(entry, knobs)], lambda: images.split(20)).apply(images).isfinite().all()
    alike = IMAGES[:1].expand(5, *SHAPE)
    assert fit_chain([(entry, knobs)], lambda: [alike]).apply(alike).isfinite().all()


@pytest.mark.parametrize(("entry", "knobs"), CASES)
def test_other_images_are_refused_or_prepared_in_their_own_shape(entry: Preparation, knobs: dict[str, Any]) -> None:
    """Maps with one number for all take any image; the others name both shapes, in `shape` as in `apply`."""
    fitted, other = fit(entry, knobs), torch.zeros(2, 5, 3, 1)
    if all(tensor.shape == (1, 1, 1) for tensor in fitted.tensors().values()):
        assert fitted.apply(other).shape[1:] == fitted.shape((5, 3, 1)) == (5, 3, 1)
        return
    for ask in (lambda: fitted.shape((5, 3, 1)), lambda: fitted.apply(other)):
        with pytest.raises(DataError, match="got 5 x 3 x 1"):
            ask()
