"""The linear classifier."""

import math

import numpy as np
import pytest
import torch

from thalweg.score import SCORES
from thalweg.score.linear import build


def test_scores_worked_by_hand() -> None:
    net = build((1, 1, 2), 3, torch.Generator())
    net.weight.data = torch.tensor([[1.0, 2.0], [2.0, -4.0], [3.0, -1.0]])
    net.bias.data = torch.tensor([0.0, 0.5, -0.5])
    # (1*0.5 + 2*0.4, 2*0.5 - 4*0.4 + 0.5, 3*0.5 - 0.4 - 0.5)
    assert net(torch.tensor([0.5, 0.4]).reshape(1, 2, 1, 1)).tolist()[0] == pytest.approx([1.3, -0.1, 0.6], abs=1e-6)


def test_rows_of_weight_are_pictures_whose_inner_product_is_the_score() -> None:
    net = build((4, 5, 3), 6, torch.Generator().manual_seed(0), scale=1.0).double()
    picture = np.random.default_rng(0).random((4, 5, 3))
    templates = net.weight.detach().numpy().reshape(6, 4, 5, 3)
    by_hand = [(template * picture).sum() for template in templates]
    scores = net(torch.from_numpy(picture).permute(2, 0, 1)[None])
    np.testing.assert_allclose(scores.detach().numpy()[0], by_hand, rtol=0, atol=1e-12)


def test_parameters_are_weight_and_bias() -> None:
    net = build((4, 5, 3), 6, torch.Generator())
    assert {name: tuple(p.shape) for name, p in net.named_parameters()} == {"weight": (6, 60), "bias": (6,)}
    assert net.first == "weight"


def test_zero_weights_give_zero_scores() -> None:
    net = build((4, 5, 3), 6, torch.Generator(), init="zero")
    assert not net(torch.rand(2, 3, 4, 5)).any()


def test_he_applies_to_the_only_layer() -> None:
    net = build((20, 20, 3), 10, torch.Generator().manual_seed(0), init="he")
    assert net.weight.std().item() == pytest.approx(math.sqrt(2 / 1200), rel=0.03)


def test_entry_promises_the_closed_form() -> None:
    assert SCORES.get("linear").closed_form
    assert [name for name in SCORES.names() if SCORES.get(name).closed_form] == ["linear"]
