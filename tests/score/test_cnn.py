"""The convolutional net."""

import numpy as np
import pytest
import torch
from scipy.signal import correlate
from torch import nn
from torch.func import functional_call

from thalweg.core.errors import ConfigError
from thalweg.score.cnn import build


def convolve(images: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """Same-size cross-correlation of [N, C, H, W] with odd kernels [O, C, k, k], by scipy."""
    planes = [[sum(correlate(image[c], kernel[c], mode="same") for c in range(len(image))) for kernel in weight] for image in images]
    return np.array(planes) + bias[:, None, None]


def halve(images: np.ndarray) -> np.ndarray:
    """Maximum over 2x2 squares."""
    n, c, h, w = images.shape
    return images.reshape(n, c, h // 2, 2, w // 2, 2).max((3, 5))


def test_scores_worked_by_hand() -> None:
    net = build((2, 2, 1), 2, torch.Generator(), channels=(1,), batch_norm=False)
    values = ([[[[0, 0, 0], [0, 2, 0], [0, 0, 1]]]], [-3], [[1], [-2]], [0.5, 0])
    for parameter, value in zip(net.parameters(), values, strict=True):
        parameter.data = torch.tensor(value, dtype=torch.float32)
    # image (1 2 / 3 4): each pixel twice plus its neighbour below right, less 3: (3 1 / 3 5); maximum 5; scores (5.5, -10)
    assert net(torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])).tolist() == [[5.5, -10.0]]


def test_against_scipy() -> None:
    knobs = {"channels": (3, 4), "convolutions": 2, "hidden": 6, "batch_norm": False, "scale": 1.0}
    net = build((8, 12, 2), 5, torch.Generator().manual_seed(0), **knobs).double()
    rng = np.random.default_rng(0)
    for parameter in net.parameters():
        parameter.data += torch.from_numpy(rng.normal(size=tuple(parameter.shape))) / 10  # biases too
    values = [parameter.detach().numpy() for parameter in net.parameters()]
    images = rng.normal(size=(3, 2, 8, 12))
    features = images
    for first in (0, 4):
        features = np.maximum(convolve(features, *values[first : first + 2]), 0)
        features = halve(np.maximum(convolve(features, *values[first + 2 : first + 4]), 0))
    hidden = np.maximum(features.transpose(0, 2, 3, 1).reshape(3, -1) @ values[8].T + values[9], 0)
    expected = hidden @ values[10].T + values[11]
    np.testing.assert_allclose(net(torch.from_numpy(images)).detach().numpy(), expected, rtol=0, atol=1e-11)


def test_batch_norm_against_its_formula_in_training_and_evaluation() -> None:
    net = build((4, 4, 1), 3, torch.Generator().manual_seed(0), channels=(2,), scale=1.0).double()
    conv, norm = net.blocks[0][0], net.blocks[0][1]
    norm.weight.data, norm.bias.data = torch.tensor([2.0, -0.5]).double(), torch.tensor([0.25, 1.0]).double()
    images = np.random.default_rng(1).normal(size=(5, 1, 4, 4))
    maps = convolve(images, conv.weight.detach().numpy(), np.zeros(2))
    gamma, beta = np.array([2.0, -0.5])[:, None, None], np.array([0.25, 1.0])[:, None, None]
    weight, bias = (parameter.detach().numpy() for parameter in net.head[0].parameters())

    def scores(mean: np.ndarray, variance: np.ndarray) -> np.ndarray:
        normal = (maps - mean[:, None, None]) / np.sqrt(variance[:, None, None] + 1e-5)
        pooled = halve(np.maximum(gamma * normal + beta, 0))
        return pooled.transpose(0, 2, 3, 1).reshape(5, -1) @ weight.T + bias

    mean, variance = maps.mean((0, 2, 3)), maps.var((0, 2, 3))
    np.testing.assert_allclose(net(torch.from_numpy(images)).detach().numpy(), scores(mean, variance), rtol=0, atol=1e-11)
    seen_mean, seen_variance = 0.1 * mean, 0.9 + 0.1 * variance * 80 / 79  # momentum 0.1 from (0, 1); 80 numbers a channel, unbiased
    np.testing.assert_allclose(net.eval()(torch.from_numpy(images)).detach().numpy(), scores(seen_mean, seen_variance), rtol=0, atol=1e-11)


def test_scaling_a_normalised_weight_changes_nothing_and_its_gradient_is_orthogonal() -> None:
    net = build((8, 8, 1), 4, torch.Generator().manual_seed(0), channels=(3, 5)).double()
    # large pixels: epsilon = 1e-5 beside variances of about 1e4 leaves eight digits or more
    images = 100 * torch.randn(16, 1, 8, 8, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    labels = torch.arange(16) % 4

    def loss() -> torch.Tensor:
        return nn.functional.cross_entropy(net(images), labels)

    weight = net.get_parameter(net.first)
    before = loss()
    (gradient,) = torch.autograd.grad(before, weight)
    assert abs((gradient * weight).sum().item()) < 1e-8 * gradient.norm().item() * weight.norm().item()
    weight.data *= 7
    assert loss().item() == pytest.approx(before.item(), rel=1e-8)


def test_functional_call_moves_the_statistics_it_is_given() -> None:
    net = build((8, 8, 1), 3, torch.Generator(), channels=(4,))
    given = {name: buffer.clone() for name, buffer in net.named_buffers()}
    functional_call(net, {**dict(net.named_parameters()), **given}, (torch.rand(6, 1, 8, 8),))
    assert given["blocks.0.1.running_mean"].any()
    assert not net.get_buffer("blocks.0.1.running_mean").any()


def test_parameter_count_by_hand() -> None:
    net = build((28, 28, 1), 10, torch.Generator())
    convolutions = 1 * 32 * 9 + 32 * 64 * 9 + 64 * 128 * 9
    norms = 2 * (32 + 64 + 128)
    assert sum(p.numel() for p in net.parameters()) == convolutions + norms + (3 * 3 * 128 * 10 + 10)


def test_pool_of_one_keeps_the_size_and_dropout_comes_before_linear_maps() -> None:
    net = build((5, 6, 1), 3, torch.Generator(), channels=(2, 4), pool=1, hidden=7, dropout=0.5)
    assert [type(layer).__name__ for layer in net.head] == ["Dropout", "Linear", "ReLU", "Dropout", "Linear"]
    assert net.head[1].in_features == 5 * 6 * 4


@pytest.mark.parametrize(
    ("shape", "knobs", "layer"),
    [
        ((7, 7, 1), {}, "the pool of block 3 (pool 2) would get 1x1"),
        ((1, 1, 2), {}, "the pool of block 1 (pool 2) would get 1x1"),
        ((28, 3, 1), {"channels": (4, 4)}, "the pool of block 2 (pool 2) would get 14x1"),
        ((9, 9, 1), {"channels": (4,), "pool": 10}, "the pool of block 1 (pool 10) would get 9x9"),
        ((2, 2, 1), {"channels": (4,), "kernel": 4, "convolutions": 2, "pool": 1}, "convolution 2 of block 1 (kernel 4) would get 1x1"),
    ],
)
def test_impossible_shapes_are_refused_by_layer_and_size(shape: tuple[int, int, int], knobs: dict, layer: str) -> None:
    with pytest.raises(ConfigError) as caught:
        build(shape, 3, torch.Generator(), **knobs)
    assert str(caught.value) == (
        f"images of {shape[0]}x{shape[1]} are too small for this cnn: {layer}. "
        "Give fewer `channels` (one block each), a smaller `pool` or `kernel`, or larger images."
    )


@pytest.mark.parametrize(
    ("shape", "knobs"),
    [
        ((8, 8, 1), {}),
        ((3, 3, 1), {"channels": (2,), "kernel": 4, "convolutions": 2, "pool": 1}),
        ((10, 14, 2), {"channels": (2, 3), "kernel": 2, "convolutions": 2}),
        ((2, 2, 1), {"channels": (4,), "kernel": 7}),
    ],
)
def test_the_smallest_possible_shapes_work(shape: tuple[int, int, int], knobs: dict) -> None:
    net = build(shape, 3, torch.Generator(), **knobs)
    assert net(torch.rand(2, shape[2], shape[0], shape[1])).shape == (2, 3)
