"""Flattening in height, width, channel order; the precision of scores; layers that leave the global generator alone."""

import pytest
import torch

from thalweg.score._layers import convolution, dense, dropout_layer, flatten, full_precision


def test_flatten_is_numpy_order_of_height_width_channels() -> None:
    images = torch.arange(2 * 3 * 4 * 5.0).reshape(2, 4, 5, 3)
    assert torch.equal(flatten(images.permute(0, 3, 1, 2)), images.reshape(2, -1))


def test_flatten_copies_nothing_where_memory_is_channels_last() -> None:
    images = torch.rand(2, 3, 4, 5).contiguous(memory_format=torch.channels_last)
    assert flatten(images).data_ptr() == images.data_ptr()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (torch.bfloat16, torch.float32),
        (torch.float16, torch.float32),
        (torch.float32, torch.float32),
        (torch.float64, torch.float64),
    ],
)
def test_full_precision(given: torch.dtype, expected: torch.dtype) -> None:
    assert full_precision(torch.ones(1, 2, dtype=given)).dtype == expected


def test_layers_draw_nothing() -> None:
    before = torch.get_rng_state()
    dense(3, 2)
    convolution(3, 2, 3)
    assert torch.equal(torch.get_rng_state(), before)


def test_dropout_of_expectation_one_zero_share_and_identity_in_evaluation() -> None:
    (layer,) = dropout_layer(0.25)
    ones = torch.ones(200_000)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        out = layer(ones)
    # share of zeros: deviation sqrt(.25 * .75 / n) = 0.001; survivors are 1 / 0.75, so the mean's deviation is 0.0013; five of each
    assert (out == 0).float().mean().item() == pytest.approx(0.25, abs=0.005)
    assert out.mean().item() == pytest.approx(1.0, abs=0.0065)
    assert torch.equal(layer.eval()(ones), ones)


def test_no_dropout_is_no_layer() -> None:
    assert dropout_layer(0.0) == []
