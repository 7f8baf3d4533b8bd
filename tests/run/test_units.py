import numpy as np
import pytest
import torch

from thalweg.run.units import hidden_units
from thalweg.score import SCORES


def stacked(module):
    return {name: tensor.detach()[None] for name, tensor in module.named_parameters()}


@pytest.mark.parametrize(("activation", "bend"), [("relu", lambda x: np.maximum(x, 0)), ("tanh", np.tanh), ("linear", lambda x: x)])
def test_units_are_maps_with_a_bend(activation, bend):
    module = SCORES.get("mlp").build((1, 1, 2), 3, torch.Generator().manual_seed(0), widths=(4, 5), activation=activation, dropout=0.5)
    params = stacked(module)
    points = torch.randn(7, 1, 1, 2, generator=torch.Generator().manual_seed(1))
    first, second = hidden_units(module, params, {}, points)
    plain = {name: tensor[0].double().numpy() for name, tensor in params.items()}
    one = bend(points.reshape(7, 2).double().numpy() @ plain["layers.0.weight"].T + plain["layers.0.bias"])
    np.testing.assert_allclose(first.numpy(), one, atol=1e-6)
    np.testing.assert_allclose(second.numpy(), bend(one @ plain["layers.3.weight"].T + plain["layers.3.bias"]), atol=1e-6)
    assert not any(layer._forward_hooks for layer in module.modules())


def test_a_linear_score_has_no_hidden_units():
    module = SCORES.get("linear").build((1, 1, 2), 3, torch.Generator())
    assert hidden_units(module, stacked(module), {}, torch.zeros(1, 1, 1, 2)) == []
