"""Objectives to walk on, and walks: what the tests of all optimisers share."""

import pytest
import torch

from thalweg.core.entries import Objective
from thalweg.core.knobs import Number
from thalweg.core.seeds import Generators
from thalweg.optimise import OPTIMISERS


class Function(Objective):
    """The objective that a differentiable function of the parameters ([members, ...] -> [members]) defines."""

    penalised = frozenset()

    def __init__(self, function, penalised=()):
        self.function, self.penalised = function, frozenset(penalised)

    def value(self, params):
        return self.function(params).detach()

    def value_and_gradient(self, params):
        leaves = {name: tensor.detach().requires_grad_() for name, tensor in params.items()}
        loss = self.function(leaves)
        return loss.detach(), dict(zip(leaves, torch.autograd.grad(loss.sum(), list(leaves.values())), strict=True))

    def hessian_vector(self, params, vectors):
        leaves = {name: tensor.detach().requires_grad_() for name, tensor in params.items()}
        slopes = torch.autograd.grad(self.function(leaves).sum(), list(leaves.values()), create_graph=True)
        product = sum((slope * vectors[name]).sum() for name, slope in zip(leaves, slopes, strict=True))
        return dict(zip(leaves, torch.autograd.grad(product, list(leaves.values())), strict=True))


def settle(entry, members, dtype=torch.float64, **given):
    """Every knob as an optimiser gets it: `Number` as a tensor [members] (given as one value or one a member), the rest plain."""
    values = entry.defaults() | given
    for knob in entry.knobs:
        if type(knob) is Number:
            value = torch.as_tensor(values[knob.name], dtype=dtype)
            values[knob.name] = value.expand(members).clone()
    return values


def walk(entry, objective, params, steps, *, state=None, seed=0, first=0, **given):
    """Take `steps` steps; return the parameters from the first to the last, the final state, and what each step told.

    Member k draws the noise of number `first` + k.
    """
    like = next(iter(params.values()))
    settings = settle(entry, len(like), like.dtype, **given)
    state = entry.init(params, settings) if state is None else state
    path, told = [params], []
    for number in range(steps):
        params, state, info = entry.step(objective, params, state, settings, Generators(range(first, first + len(like)), seed, number))
        path.append(params)
        told.append(info)
    return path, state, told


def logcosh(params):
    """A smooth convex function whose curvature changes along the way, coupling all numbers of a member; minimum not at 0."""
    rows = torch.cat([tensor.flatten(1) for tensor in params.values()], dim=1)
    mixing = torch.randn(rows.shape[1], rows.shape[1], generator=torch.Generator().manual_seed(7), dtype=torch.float64)
    return torch.log(torch.cosh(rows @ mixing + torch.linspace(-1, 1, rows.shape[1], dtype=torch.float64))).sum(1)


@pytest.fixture
def function_objective():
    return Function


@pytest.fixture
def take_steps():
    return walk


@pytest.fixture
def knob_settings():
    return settle


@pytest.fixture
def smooth():
    """A smooth objective that is no quadratic, and one member's starting point: a matrix [1, 4, 3] and a vector [1, 4]."""
    random = torch.Generator().manual_seed(3)
    start = {
        "weight": torch.randn(1, 4, 3, generator=random, dtype=torch.float64),
        "bias": torch.randn(1, 4, generator=random, dtype=torch.float64),
    }
    return Function(logcosh, penalised=["weight"]), start


@pytest.fixture
def compare_with_torch(smooth):
    """Walk beside one of PyTorch's optimisers for 15 steps on `smooth` in float64; equal to 1e-12 at every step.

    1e-12 is some thousand roundings of numbers of size 1: the order of operations may differ, the formula may not.
    """

    def compare(name, make_peer, **given):
        objective, start = smooth
        path, _, _ = walk(OPTIMISERS.get(name), objective, start, 15, **given)
        leaves = {name: torch.nn.Parameter(tensor.clone()) for name, tensor in start.items()}
        peer = make_peer(leaves)
        for ours in path[1:]:
            peer.zero_grad()
            logcosh(leaves).sum().backward()
            peer.step()
            for name, leaf in leaves.items():
                torch.testing.assert_close(ours[name], leaf.detach(), rtol=1e-12, atol=1e-12)
        assert not torch.equal(path[-1]["weight"], start["weight"])

    return compare


@pytest.fixture
def constant_slope():
    """An objective whose gradient is the same everywhere, 2.5, and a start at 0: one member, one number."""
    return Function(lambda params: 2.5 * params["w"].sum(1)), {"w": torch.zeros(1, 1, dtype=torch.float64)}
