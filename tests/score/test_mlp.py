"""The multi-layer perceptron."""

import math

import numpy as np
import pytest
import torch
from scipy.special import erf, expit

from thalweg.score import linear
from thalweg.score.mlp import ACTIVATIONS, build

NUMPY = {
    "relu": lambda z: np.maximum(z, 0),
    "tanh": np.tanh,
    "sigmoid": expit,
    "linear": lambda z: z,
    "gelu": lambda z: z * (1 + erf(z / math.sqrt(2))) / 2,
}


def test_scores_worked_by_hand() -> None:
    net = build((1, 1, 2), 2, torch.Generator(), widths=(2,))
    for parameter, value in zip(net.parameters(), ([[1, -1], [2, 1]], [0, -1], [[1, 2], [-1, 1]], [0.5, 0]), strict=True):
        parameter.data = torch.tensor(value, dtype=torch.float32)
    # x = (1, 2): hidden relu(-1, 3) = (0, 3); scores (6.5, 3)
    assert net(torch.tensor([1.0, 2.0]).reshape(1, 2, 1, 1)).tolist() == [[6.5, 3.0]]


@pytest.mark.parametrize("activation", list(ACTIVATIONS))
def test_against_numpy(activation: str) -> None:
    net = build((3, 2, 3), 4, torch.Generator().manual_seed(0), widths=(7, 5), activation=activation, scale=1.0).double()
    picture = np.random.default_rng(0).normal(size=(6, 3, 2, 3))
    w1, b1, w2, b2, w3, b3 = (parameter.detach().numpy() for parameter in net.parameters())
    hidden = NUMPY[activation](NUMPY[activation](picture.reshape(6, -1) @ w1.T + b1) @ w2.T + b2)
    scores = net(torch.from_numpy(picture).permute(0, 3, 1, 2)).detach().numpy()
    np.testing.assert_allclose(scores, hidden @ w3.T + b3, rtol=0, atol=1e-12)


def test_parameter_count_by_hand() -> None:
    net = build((28, 28, 1), 10, torch.Generator(), widths=(256, 128))
    assert sum(p.numel() for p in net.parameters()) == 784 * 256 + 256 + 256 * 128 + 128 + 128 * 10 + 10


def test_without_hidden_layers_it_is_the_linear_classifier() -> None:
    net = build((4, 3, 2), 5, torch.Generator().manual_seed(0), widths=())
    twin = linear.build((4, 3, 2), 5, torch.Generator().manual_seed(0))
    images = torch.rand(3, 2, 4, 3)
    assert torch.equal(net(images), twin(images))


def test_batch_norm_makes_hidden_units_of_mean_beta_and_deviation_gamma() -> None:
    net = build((1, 1, 3), 2, torch.Generator().manual_seed(0), widths=(4,), batch_norm=True, activation="linear").double()
    norm = net.layers[1]
    norm.weight.data = torch.tensor([1.0, 2.0, 0.5, 3.0]).double()
    norm.bias.data = torch.tensor([0.0, -1.0, 4.0, 2.0]).double()
    images = 100 * torch.randn(64, 3, 1, 1, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    hidden = net.layers[:2](images.flatten(1))
    # epsilon = 1e-5 beside variances of about 1e4 leaves nine digits
    torch.testing.assert_close(hidden.mean(0), norm.bias, rtol=0, atol=1e-12)
    torch.testing.assert_close(hidden.std(0, correction=0), norm.weight, rtol=1e-8, atol=0)


def test_dropout_follows_each_hidden_layer() -> None:
    net = build((2, 2, 1), 3, torch.Generator(), widths=(8, 4), dropout=0.5)
    assert [type(layer).__name__ for layer in net.layers] == ["Linear", "ReLU", "Dropout"] * 2 + ["Linear"]


def test_zero_init_is_the_saddle_of_the_lecture() -> None:
    net = build((2, 2, 1), 3, torch.Generator(), widths=(5,), activation="tanh", init="zero")
    labels = torch.tensor([0, 1, 2])
    loss = torch.nn.functional.cross_entropy(net(torch.rand(3, 1, 2, 2)), labels)
    loss.backward()
    assert loss.item() == pytest.approx(math.log(3), abs=1e-6)
    assert max(p.grad.abs().max().item() for p in net.parameters()) < 1e-7  # balanced classes: zero up to float32 rounding
