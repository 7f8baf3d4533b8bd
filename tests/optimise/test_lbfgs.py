"""L-BFGS: scipy's minimiser on softmax regression, finite termination on quadratics, members that search on their own."""

import numpy
import pytest
import scipy.optimize
import torch

from thalweg.core.entries import Objective
from thalweg.core.tree import along, flatten, unflatten
from thalweg.optimise import OPTIMISERS
from thalweg.optimise.lbfgs import two_loop

ENTRY = OPTIMISERS.get("lbfgs")


class Function(Objective):
    """The objective that a function of the parameters ([members, ...] -> [members]) defines; counts evaluations."""

    penalised = frozenset()

    def __init__(self, function):
        self.function, self.count = function, 0

    def value_and_gradient(self, params):
        self.count += 1
        leaves = {name: p.detach().requires_grad_() for name, p in params.items()}
        loss = self.function(leaves)
        return loss.detach(), dict(zip(leaves, torch.autograd.grad(loss.sum(), leaves.values()), strict=True))


def softmax_regression(strengths):
    """Mean softmax loss of a linear score on 200 overlapping examples of 4 classes, plus strength * |weight|^2, a member per strength."""
    random = torch.Generator().manual_seed(0)
    labels = torch.arange(4).repeat(50)
    means = torch.randn(4, 8, generator=random, dtype=torch.float64)
    X = means[labels] + 1.5 * torch.randn(200, 8, generator=random, dtype=torch.float64)

    def function(params):
        scores = torch.einsum("nd,mcd->mnc", X, params["weight"]) + params["bias"][:, None]
        losses = torch.nn.functional.cross_entropy(scores.transpose(1, 2), labels.expand(len(scores), -1), reduction="none")
        return losses.mean(1) + strengths.to(scores) * params["weight"].square().sum((1, 2))

    zeros = {"weight": torch.zeros(len(strengths), 4, 8, dtype=torch.float64), "bias": torch.zeros(len(strengths), 4, dtype=torch.float64)}
    return Function(function), zeros


def settings(members, dtype=torch.float64, **changes):
    values = ENTRY.defaults() | changes
    return values | {name: torch.full((members,), values[name], dtype=dtype) for name in ("decrease", "curvature")}


def run(objective, params, steps, **changes):
    chosen = settings(*next(iter(params.values())).shape[:1], dtype=next(iter(params.values())).dtype, **changes)
    state, told = ENTRY.init(params, chosen), []
    for _ in range(steps):
        params, state, info = ENTRY.step(objective, params, state, chosen, [torch.Generator()])
        told.append(info)
    return params, state, told


def test_first_step_on_a_quadratic_by_hand():
    """On 4 w^2 / 2 from 1: g = 4, trial 1/|g| = 1/4, so w = 0, where the slope is 0: accepted at once; s = -1, y = -4, rho = 1/4."""
    objective = Function(lambda params: 2 * params["w"].square().sum(1))
    params, state, (info,) = run(objective, {"w": torch.ones(1, 1, dtype=torch.float64)}, 1)
    assert params["w"].item() == 0.0
    assert (info["loss"].item(), info["step_length"].item(), info["evaluations"].item()) == (2.0, 0.25, 2.0)
    assert (state["steps"][0, 0, 0], state["changes"][0, 0, 0], state["reciprocals"][0, 0]) == (-1.0, -4.0, 0.25)


@pytest.mark.parametrize("strength", [1e-1, 1e-3, 1e-5])
def test_reaches_scipys_optimum_in_about_as_many_evaluations(strength):
    objective, zeros = softmax_regression(torch.tensor([strength]))

    def flat(w):
        value, gradient = objective.value_and_gradient(unflatten(torch.from_numpy(w)[None], zeros))
        return value.item(), flatten(gradient)[0].numpy()

    found = scipy.optimize.minimize(flat, numpy.zeros(36), jac=True, method="L-BFGS-B", options={"maxcor": 10, "ftol": 0, "gtol": 1e-7})
    params, state, evaluations = zeros, ENTRY.init(zeros, settings(1)), 0
    for _ in range(1000):
        params, state, info = ENTRY.step(objective, params, state, settings(1), [torch.Generator()])
        evaluations += info["evaluations"].item()
        if abs(flatten({"g": state["gradient"]})).max() <= 1e-7:
            break
    assert state["loss"].item() == pytest.approx(found.fun, rel=1e-8)
    assert evaluations <= 1.3 * found.nfev + 5


def test_every_step_meets_the_strong_wolfe_conditions():
    objective, zeros = softmax_regression(torch.tensor([1e-3]))
    params, state, chosen = zeros, ENTRY.init(zeros, settings(1)), settings(1)
    loss, gradient = objective.value_and_gradient(zeros)
    for _ in range(15):
        moved, state, _ = ENTRY.step(objective, params, state, chosen, [torch.Generator()])
        step = flatten(moved) - flatten(params)
        slope, params = (step * flatten(gradient)).sum(), moved
        before, (loss, gradient) = loss, objective.value_and_gradient(params)
        assert loss <= before + 1e-4 * slope
        assert (step * flatten(gradient)).sum().abs() <= 0.9 * slope.abs()
        assert torch.equal(loss, state["loss"])
        assert torch.equal(flatten(gradient), state["gradient"])


def test_members_search_on_their_own():
    """A member of a population goes where it goes alone, up to the rounding of batched products."""
    strengths, offsets = torch.tensor([1e-1, 1e-3, 1e-5]), torch.tensor([0.0, 5.0, 50.0], dtype=torch.float64)
    objective, zeros = softmax_regression(strengths)
    together, _, told = run(objective, {name: p + along(offsets, p) for name, p in zeros.items()}, 12)
    evaluations = torch.stack([info["evaluations"] for info in told]).sum(0)
    assert len(evaluations.unique()) > 1
    for member, offset in enumerate(offsets):
        objective, zeros = softmax_regression(strengths[member : member + 1])
        alone, _, told = run(objective, {name: p + offset for name, p in zeros.items()}, 12)
        for name in alone:
            assert torch.allclose(together[name][member], alone[name][0], rtol=1e-6, atol=1e-9)
        assert torch.stack([info["evaluations"] for info in told]).sum() == evaluations[member]


def test_two_loop_equals_the_dense_bfgs_update():
    """H_k+1 = (I - rho s y') H_k (I - rho y s') + rho s s', from H_0 = (s.y / y.y) I of the newest pair, in NumPy."""
    random = numpy.random.default_rng(0)
    A = random.normal(size=(6, 6))
    A = A @ A.T + numpy.eye(6)
    S = random.normal(size=(4, 6))
    Y, g = S @ A, random.normal(size=6)
    H = numpy.eye(6) * (S[0] @ Y[0]) / (Y[0] @ Y[0])
    for s, y in zip(S[::-1], Y[::-1], strict=True):
        left = numpy.eye(6) - numpy.outer(s, y) / (s @ y)
        H = left @ H @ left.T + numpy.outer(s, s) / (s @ y)
    empty = numpy.zeros((2, 6))
    steps, changes = (torch.from_numpy(numpy.concatenate([rows, empty])[None]) for rows in (S, Y))
    reciprocals = torch.from_numpy(numpy.concatenate([1 / (S * Y).sum(1), [0, 0]])[None])
    direction = two_loop(torch.from_numpy(g)[None], steps, changes, reciprocals)
    assert numpy.allclose(direction[0].numpy(), H @ g, rtol=1e-10, atol=1e-12)


def test_without_positive_curvature_no_pair_is_remembered():
    objective = Function(lambda params: -params["w"].square().sum(1) / 2)
    _, state, told = run(objective, {"w": torch.ones(1, 2, dtype=torch.float64)}, 1, trials=3)
    assert told[0]["step_length"] > 0
    assert state["reciprocals"].count_nonzero() == 0
    assert state["steps"].count_nonzero() == 0


def test_rosenbrock_valley():
    """The banana valley from (-1.2, 1): the minimum (1, 1) is a long way round."""
    objective = Function(lambda params: (1 - params["x"]).square() + 100 * (params["y"] - params["x"].square()).square())
    start = {"x": torch.tensor([-1.2], dtype=torch.float64), "y": torch.tensor([1.0], dtype=torch.float64)}
    params, _, told = run(objective, start, 45)
    assert abs(params["x"] - 1).item() < 1e-8
    assert sum(info["evaluations"].item() for info in told[:40]) < 80


def test_a_member_at_its_minimum_and_one_without_gradient_stay_and_do_not_disturb_the_others():
    objective = Function(lambda params: params["w"].square().sum(1) * torch.tensor([1.0, float("nan"), 1.0], dtype=torch.float64))
    params, _, told = run(objective, {"w": torch.tensor([[0.0], [1.0], [4.0]], dtype=torch.float64)}, 3)
    assert params["w"].flatten().tolist() == [0.0, 1.0, 0.0]
    assert told[0]["step_length"][:2].tolist() == [0.0, 0.0]


def test_a_trial_where_the_loss_is_not_a_number_is_too_long():
    """w - log(w) / 100 exists for w > 0 only; the first trial from 1/2 is -0.48; the minimum is 1/100."""
    objective = Function(lambda params: (params["w"] - params["w"].log() / 100).sum(1))
    params, _, told = run(objective, {"w": torch.full((1, 1), 0.5, dtype=torch.float64)}, 20)
    assert told[0]["evaluations"].item() > 2
    assert params["w"].item() == pytest.approx(0.01, rel=1e-6)


def test_float32_ends_at_its_rounding_and_stays_finite():
    objective, zeros = softmax_regression(torch.tensor([1e-3]))
    exact, _, _ = run(objective, zeros, 60)
    rounded = Function(lambda params: objective.function({name: p.double() for name, p in params.items()}).float())
    params, state, _ = run(rounded, {name: p.float() for name, p in zeros.items()}, 200)
    best = objective.function(exact).item()
    assert objective.function({name: p.double() for name, p in params.items()}).item() == pytest.approx(best, rel=2e-6)
    assert all(tensor.isfinite().all() for tensor in state.values())


def test_nothing_given_is_changed():
    objective, zeros = softmax_regression(torch.tensor([1e-3]))
    params, state, _ = run(objective, zeros, 3)
    copies = [{name: t.clone() for name, t in tree.items()} for tree in (params, state)]
    ENTRY.step(objective, params, state, settings(1), [torch.Generator()])
    for tree, copy in zip((params, state), copies, strict=True):
        assert all(torch.equal(tree[name], copy[name]) for name in tree)
