import pytest
import torch

from thalweg.core.tree import norm
from thalweg.run.clipped import Clipped


class Given:
    """An objective with the gradient it was given."""

    penalised = frozenset({"w"})

    def __init__(self, **gradient):
        self.gradient = gradient

    def value(self, params):
        return torch.full((len(params["w"]),), 5.0)

    def value_and_gradient(self, params):
        return self.value(params), self.gradient

    def hessian_vector(self, params, vectors):
        return {name: 2 * tensor for name, tensor in vectors.items()}


@pytest.mark.parametrize("bound", [0.1, 1.0, 100.0])
def test_the_norm_is_over_all_parameters_as_in_pytorch(bound):
    random = torch.Generator().manual_seed(0)
    gradient = {
        "w": torch.randn(1, 3, 4, generator=random, dtype=torch.float64),
        "b": torch.randn(1, 3, generator=random, dtype=torch.float64),
    }
    leaves = [torch.nn.Parameter(torch.zeros_like(slope)) for slope in gradient.values()]
    for leaf, slope in zip(leaves, gradient.values(), strict=True):
        leaf.grad = slope.clone()
    torch.nn.utils.clip_grad_norm_(leaves, bound)
    value, clipped = Clipped(Given(**gradient), bound).value_and_gradient(gradient)
    for leaf, slope in zip(leaves, clipped.values(), strict=True):
        torch.testing.assert_close(slope, leaf.grad, rtol=2e-6, atol=0)  # PyTorch divides by the norm + 1e-6
    assert float(value) == 5.0
    assert float(norm(clipped)) <= bound * (1 + 1e-12)


def test_members_are_clipped_each_on_its_own():
    gradient = {"w": torch.tensor([[3.0, 4.0], [0.3, 0.4]])}
    _, clipped = Clipped(Given(**gradient), 1.0).value_and_gradient(gradient)
    torch.testing.assert_close(clipped["w"], torch.tensor([[0.6, 0.8], [0.3, 0.4]]))


def test_a_zero_gradient_stays_zero_and_a_nan_shows():
    zero = {"w": torch.zeros(1, 2)}
    assert torch.equal(Clipped(Given(**zero), 1.0).value_and_gradient(zero)[1]["w"], zero["w"])
    for wrong in (torch.nan, torch.inf):
        bad = {"w": torch.tensor([[wrong, 1.0]])}
        assert not torch.isfinite(Clipped(Given(**bad), 1.0).value_and_gradient(bad)[1]["w"]).all()


def test_everything_else_is_the_inner_objectives():
    clipped = Clipped(Given(w=torch.ones(1, 2)), 1e-3)
    params = {"w": torch.ones(1, 2)}
    assert clipped.penalised == {"w"}
    assert float(clipped.value(params)) == 5.0
    assert torch.equal(clipped.hessian_vector(params, params)["w"], torch.full((1, 2), 2.0))
