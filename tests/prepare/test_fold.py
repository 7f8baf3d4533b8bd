"""Folding: a layer on prepared images equals the folded layer on raw ones, borders included, to 1e-9 in float64."""

from typing import Any

import pytest
import torch
from torch.nn.functional import conv2d, linear

from thalweg.prepare import PREPARATIONS, Chain, fit_chain, fold_into_convolution, fold_into_linear

SEEDED = torch.Generator().manual_seed(0)
IMAGES = torch.randint(0, 256, (60, 6, 5, 3), generator=SEEDED).double()
KERNELS = torch.randn(4, 3, 3, 3, generator=SEEDED, dtype=torch.float64)
BIAS = torch.randn(4, generator=SEEDED, dtype=torch.float64)
CHAINS: list[list[tuple[str, dict[str, Any]]]] = [
    [],
    [("centre", {}), ("bias-trick", {})],
    [("scale", {}), ("standardise", {"per": "pixel"}), ("flatten", {}), ("standardise", {"per": "set"}), ("bias-trick", {})],
    [("standardise", {"per": "channel"}), ("whiten", {"components": 7})],
    [("scale", {}), ("whiten", {"zca": True}), ("centre", {}), ("flatten", {})],
]


def chain_of(choices: list[tuple[str, dict[str, Any]]]) -> Chain:
    return fit_chain([(PREPARATIONS.get(name), knobs) for name, knobs in choices], lambda: IMAGES.float().split(25))


def through(images: torch.Tensor, kernels: torch.Tensor, bias: torch.Tensor | None, **how: Any) -> torch.Tensor:
    return conv2d(images.permute(0, 3, 1, 2), kernels, bias, **how)


@pytest.mark.parametrize("choices", CHAINS)
@pytest.mark.parametrize("with_bias", [True, False])
def test_linear(choices: list[tuple[str, dict[str, Any]]], with_bias: bool) -> None:
    chain = chain_of(choices)
    prepared = chain.apply(IMAGES).flatten(1)
    weight = torch.randn(4, prepared.shape[1], generator=SEEDED, dtype=torch.float64)
    bias = BIAS if with_bias else None
    folded = linear(IMAGES.flatten(1), *fold_into_linear(chain, weight, bias))
    torch.testing.assert_close(folded, linear(prepared, weight, bias), rtol=1e-9, atol=1e-9)


def test_linear_by_hand() -> None:
    """W = 2 on y = x / 127.5 - 1 is 2 / 127.5 x - 2."""
    weight, bias = fold_into_linear(chain_of([("scale", {})]), torch.tensor([[2.0]]), torch.tensor([0.0]))
    torch.testing.assert_close(weight, torch.tensor([[2 / 127.5]]))
    assert bias.tolist() == [-2.0]


def test_linear_keeps_float32_and_rounds_once() -> None:
    chain = chain_of([("standardise", {"per": "pixel"})])
    weight = torch.randn(4, 90, generator=SEEDED)
    folded = fold_into_linear(chain, weight, None)
    exact = fold_into_linear(chain, weight.double(), None)
    assert all(torch.equal(single, double.float()) for single, double in zip(folded, exact, strict=True))


@pytest.mark.parametrize(
    "choices", [[("scale", {})], [("standardise", {})], [("scale", {}), ("standardise", {}), ("standardise", {"per": "set"})], []]
)
@pytest.mark.parametrize(
    "how", [{"padding": 1}, {"padding": (2, 0)}, {"padding": 0}, {"padding": (0, 0), "stride": 2}, {"padding": 2, "dilation": 2}]
)
@pytest.mark.parametrize("with_bias", [True, False])
def test_convolution(choices: list[tuple[str, dict[str, Any]]], how: dict[str, Any], with_bias: bool) -> None:
    chain, bias = chain_of(choices), BIAS if with_bias else None
    folded = fold_into_convolution(chain, KERNELS, bias, how["padding"])
    assert folded is not None
    weight, shifted, pad_value = folded
    expected = through(chain.apply(IMAGES), KERNELS, bias, **how)
    torch.testing.assert_close(through(IMAGES - pad_value, weight, shifted, **how), expected, rtol=1e-9, atol=1e-9)


def test_convolution_by_hand() -> None:
    """y = x / 127.5 - 1 is 0 at 127.5; with a border that is taken off, without one it goes into the bias: 9 kernels of 1 lose 9."""
    chain, ones = chain_of([("scale", {})]), torch.ones(1, 1, 3, 3, dtype=torch.float64)
    _, bias, pad_value = fold_into_convolution(chain, ones, None, 1)
    assert bias.item() == 0
    assert pad_value.item() == pytest.approx(127.5, rel=1e-7)
    _, bias, pad_value = fold_into_convolution(chain, ones, None, 0)
    assert (bias.item(), pad_value.item()) == (-9, 0)


def test_a_constant_per_channel_laid_out_per_pixel_folds() -> None:
    flat = IMAGES.float().mean((0, 1, 2)).expand(8, 6, 5, 3)
    chain = fit_chain([(PREPARATIONS.get("centre"), {})], lambda: [flat])
    assert chain.links[0].fitted.shift.shape == (6, 5, 3)
    assert fold_into_convolution(chain, KERNELS, None, 1) is not None


@pytest.mark.parametrize("choices", [[("centre", {})], [("standardise", {"per": "pixel"})], [("whiten", {"zca": True})], [("flatten", {})]])
@pytest.mark.parametrize("padding", [0, 1])
def test_what_differs_from_pixel_to_pixel_stays_a_step(choices: list[tuple[str, dict[str, Any]]], padding: int) -> None:
    assert fold_into_convolution(chain_of(choices), KERNELS, BIAS, padding) is None


def test_a_scale_of_zero_folds_only_without_padding() -> None:
    parts = {"0.scale.scale": torch.zeros(1, 1, 1), "0.scale.shift": torch.ones(1, 1, 1)}
    chain = Chain.restore(parts)
    assert fold_into_convolution(chain, KERNELS, BIAS, (0, 1)) is None
    weight, bias, pad_value = fold_into_convolution(chain, KERNELS, BIAS, (0, 0))
    torch.testing.assert_close(through(IMAGES - pad_value, weight, bias), through(torch.ones_like(IMAGES), KERNELS, BIAS))


def test_convolution_keeps_float32() -> None:
    folded = fold_into_convolution(chain_of([("standardise", {})]), KERNELS.float(), None, 1)
    assert folded is not None
    assert {tensor.dtype for tensor in folded} == {torch.float32}
