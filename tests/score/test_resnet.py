"""The small residual net."""

import numpy as np
import pytest
import torch
from scipy.signal import correlate

from thalweg.core.errors import ConfigError
from thalweg.score.resnet import build


def block(images: np.ndarray, state: dict[str, np.ndarray], name: str, place: int, *, pool: bool = False) -> np.ndarray:
    """relu(pool(batchnorm(convolution))) in evaluation mode, by scipy and the formula."""
    weight = state[f"{name}.{place}.weight"]
    maps = np.array(
        [[sum(correlate(image[c], kernel[c], mode="same") for c in range(len(image))) for kernel in weight] for image in images]
    )
    mean, variance, gamma, beta = (
        state[f"{name}.{place + 1}.{part}"][:, None, None] for part in ("running_mean", "running_var", "weight", "bias")
    )
    maps = np.maximum(gamma * (maps - mean) / np.sqrt(variance + 1e-5) + beta, 0)
    n, c, h, w = maps.shape
    return maps.reshape(n, c, h // 2, 2, w // 2, 2).max((3, 5)) if pool else maps


def residual(features: np.ndarray, state: dict[str, np.ndarray], name: str) -> np.ndarray:
    return features + block(block(features, state, name, 0), state, name, 3)


def test_against_scipy() -> None:
    net = build((16, 24, 3), 4, torch.Generator().manual_seed(0), width=2, scale=1.0).double().eval()
    rng = np.random.default_rng(0)
    for name, tensor in net.state_dict().items():
        if tensor.is_floating_point() and tensor.ndim == 1:  # normalisation and biases away from their beginnings
            tensor += torch.from_numpy(rng.random(len(tensor)))
            assert name
    state = {name: tensor.numpy() for name, tensor in net.state_dict().items()}
    images = rng.normal(size=(2, 3, 16, 24))
    features = block(images, state, "stem", 0)
    features = residual(block(features, state, "body.0", 0, pool=True), state, "body.0.4.branch")
    features = block(features, state, "body.1", 0, pool=True)
    features = residual(block(features, state, "body.2", 0, pool=True), state, "body.2.4.branch")
    expected = features.max((2, 3)) @ state["head.0.weight"].T + state["head.0.bias"]
    np.testing.assert_allclose(net(torch.from_numpy(images)).detach().numpy(), expected, rtol=1e-10, atol=1e-10)


def test_parameter_count_by_hand() -> None:
    width = 16
    pairs = [(3, 1 * width), (width, 2 * width), (2 * width, 2 * width), (2 * width, 2 * width), (2 * width, 4 * width)]
    pairs += [(4 * width, 8 * width), (8 * width, 8 * width), (8 * width, 8 * width)]
    by_hand = sum(9 * inputs * outputs + 2 * outputs for inputs, outputs in pairs) + 8 * width * 10 + 10
    assert sum(p.numel() for p in build((32, 32, 3), 10, torch.Generator(), width=width).parameters()) == by_hand


@pytest.mark.parametrize("size", [8, 28, 32, 64])
def test_takes_any_size_from_eight(size: int) -> None:
    net = build((size, size, 1), 5, torch.Generator(), width=2)
    assert net(torch.rand(2, 1, size, size)).shape == (2, 5)


def test_below_eight_pixels_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"images of 7x40 are too small for this resnet: its three pools need at least 8x8\. Use `mlp`"):
        build((7, 40, 1), 5, torch.Generator())
