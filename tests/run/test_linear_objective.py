"""The closed form against autograd of the same formula written out, in float64."""

from dataclasses import dataclass

import pytest
import torch

from thalweg.core.catalogue import settle
from thalweg.loss import LOSSES
from thalweg.penalty import PENALTIES
from thalweg.run.batches import MiniBatch
from thalweg.run.linear_objective import LinearObjective
from thalweg.run.penalties import Penalties

every_loss = pytest.mark.parametrize("loss", LOSSES.names())
SMOOTH = [name for name in LOSSES.names() if name == "softmax" or name.endswith("squared")]
NONE = Penalties([], frozenset({"weight"}))
N, K, SHAPE = 23, 4, (2, 3, 1)
D = 6


@dataclass(frozen=True)
class Pieces:
    """Several chunks that together are one batch."""

    parts: tuple[MiniBatch, ...]
    single_chunk: bool = False

    @property
    def examples(self):
        return sum(part.examples for part in self.parts)

    @property
    def counts(self):
        return self.examples

    def chunks(self):
        for part in self.parts:
            yield from part.chunks()


@pytest.fixture
def batch():
    random = torch.Generator().manual_seed(0)
    images = torch.randn(N, *SHAPE, generator=random, dtype=torch.float64)
    return MiniBatch(images, torch.randint(0, K, (N,), generator=random))


def params_of(members, seed=1):
    random = torch.Generator().manual_seed(seed)
    return {
        "weight": torch.randn(members, K, D, generator=random, dtype=torch.float64),
        "bias": torch.randn(members, K, generator=random, dtype=torch.float64),
    }


def knobs_of(name, members):
    """Every knob with another value for each member, laid out as losses want them: [members, 1]."""
    values = LOSSES.get(name).defaults()
    return {key: (value + 0.1 + 0.2 * torch.arange(members, dtype=torch.float64)).reshape(members, 1) for key, value in values.items()}


def elastic(strength):
    entry = PENALTIES.get("l2")
    return Penalties([(entry, settle(entry, {"strength": strength}, kind="penalty"))], frozenset({"weight"}))


def written_out(batch, name, knobs, penalties, params, member):
    """Mean loss + penalty of one member, as a function of its own weights, by PyTorch alone but for the loss and penalty entries."""
    own = {key: value[member] if isinstance(value, torch.Tensor) else value for key, value in knobs.items()}

    def objective(weight, bias):
        scores = batch.images.flatten(1) @ weight.T + bias
        total = LOSSES.get(name).value(scores, batch.labels, **own).mean()
        return total + penalties.value({"weight": weight[None], "bias": bias[None]})[0]

    return objective, (params["weight"][member], params["bias"][member])


@every_loss
@pytest.mark.parametrize("members", [1, 3])
@pytest.mark.parametrize("penalties", [NONE, elastic(0.3)], ids=["free", "penalised"])
def test_value_gradient_and_curvature_are_those_of_autograd(batch, loss, members, penalties):
    knobs = knobs_of(loss, members)
    params, vectors = params_of(members), params_of(members, seed=2)
    objective = LinearObjective(batch, LOSSES.get(loss), knobs, penalties)
    value, gradient = objective.value_and_gradient(params)
    product = objective.hessian_vector(params, vectors)
    for member in range(members):
        formula, point = written_out(batch, loss, knobs, penalties, params, member)
        leaves = tuple(tensor.clone().requires_grad_() for tensor in point)
        expected = formula(*leaves)
        slopes = torch.autograd.grad(expected, leaves, create_graph=True)
        along = sum((slope * vectors[name][member]).sum() for slope, name in zip(slopes, params, strict=True))
        if along.requires_grad:
            curved = torch.autograd.grad(along, leaves, materialize_grads=True)
        else:
            curved = [torch.zeros_like(leaf) for leaf in leaves]
        # 1e-12: some hundred roundings of float64; only the order of the sums differs.
        torch.testing.assert_close(value[member], expected.detach(), rtol=1e-12, atol=1e-12)
        torch.testing.assert_close(objective.value(params)[member], expected.detach(), rtol=1e-12, atol=1e-12)
        for index, name in enumerate(("weight", "bias")):
            torch.testing.assert_close(gradient[name][member], slopes[index].detach(), rtol=1e-12, atol=1e-12)
            torch.testing.assert_close(product[name][member], curved[index].detach(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("loss", SMOOTH)
def test_smooth_losses_against_centred_differences(batch, loss):
    params, vectors = params_of(1), params_of(1, seed=2)
    objective = LinearObjective(batch, LOSSES.get(loss), LOSSES.get(loss).defaults(), elastic(0.1))
    step = 1e-6

    def moved(sign):
        return {name: params[name] + sign * step * vectors[name] for name in params}

    _, gradient = objective.value_and_gradient(params)
    slope = sum((gradient[name] * vectors[name]).sum() for name in params)
    numeric = (objective.value(moved(1)) - objective.value(moved(-1))).sum() / (2 * step)
    # Centred differences: truncation 1e-12 times the third derivative, rounding 1e-16 / 1e-6 times values near 10.
    torch.testing.assert_close(slope, numeric, rtol=1e-7, atol=1e-8)
    product = objective.hessian_vector(params, vectors)
    up, down = objective.value_and_gradient(moved(1))[1], objective.value_and_gradient(moved(-1))[1]
    for name in params:
        torch.testing.assert_close(product[name], (up[name] - down[name]) / (2 * step), rtol=1e-6, atol=1e-7)


@every_loss
def test_a_member_of_a_population_is_a_run_of_its_own(batch, loss):
    knobs, params = knobs_of(loss, 3), params_of(3)
    together = LinearObjective(batch, LOSSES.get(loss), knobs, elastic(0.1))
    values, gradients = together.value_and_gradient(params)
    for member in range(3):
        alone = LinearObjective(batch, LOSSES.get(loss), {key: float(value[member]) for key, value in knobs.items()}, elastic(0.1))
        value, gradient = alone.value_and_gradient({name: tensor[member : member + 1] for name, tensor in params.items()})
        torch.testing.assert_close(values[member], value[0], rtol=1e-13, atol=1e-13)
        for name in params:
            torch.testing.assert_close(gradients[name][member], gradient[name][0], rtol=1e-13, atol=1e-13)


@every_loss
def test_value_takes_several_candidates_of_every_member(batch, loss):
    """Candidates lie member after member, and each keeps its member's margin and penalty strength."""
    knobs, candidates = knobs_of(loss, 2), params_of(6)
    strength = torch.tensor([0.0, 2.0], dtype=torch.float64)
    penalties = Penalties([(PENALTIES.get("l2"), {**PENALTIES.get("l2").defaults(), "strength": strength})], frozenset({"weight"}))
    values = LinearObjective(batch, LOSSES.get(loss), knobs, penalties).value(candidates)
    for row in range(6):
        own = {key: float(value[row // 3]) for key, value in knobs.items()}
        alone = LinearObjective(batch, LOSSES.get(loss), own, elastic(float(strength[row // 3])))
        one = alone.value({name: tensor[row : row + 1] for name, tensor in candidates.items()})
        torch.testing.assert_close(values[row], one[0], rtol=1e-13, atol=1e-13)


@every_loss
def test_chunks_make_the_whole(batch, loss):
    """Unequal chunks, the last of one example: the mean is over examples, not over chunks."""
    cut = [MiniBatch(batch.images[a:b], batch.labels[a:b]) for a, b in ((0, 9), (9, 22), (22, 23))]
    params, vectors = params_of(2), params_of(2, seed=2)
    whole, pieces = (LinearObjective(b, LOSSES.get(loss), knobs_of(loss, 2), elastic(0.2)) for b in (batch, Pieces(tuple(cut))))
    torch.testing.assert_close(pieces.value(params), whole.value(params), rtol=1e-13, atol=1e-13)
    value, gradient = whole.value_and_gradient(params)
    other, slopes = pieces.value_and_gradient(params)
    torch.testing.assert_close(other, value, rtol=1e-13, atol=1e-13)
    product, again = whole.hessian_vector(params, vectors), pieces.hessian_vector(params, vectors)
    for name in params:
        torch.testing.assert_close(slopes[name], gradient[name], rtol=1e-13, atol=1e-13)
        torch.testing.assert_close(again[name], product[name], rtol=1e-13, atol=1e-13)


def test_softmax_by_hand():
    """One pixel x = 2, two classes, W = (1, -1), b = 0, label 0: s = (2, -2), p_1 = 1 / (1 + e^4), dL/dW = x (p - onehot)."""
    batch = MiniBatch(torch.full((1, 1, 1, 1), 2.0), torch.tensor([0]))
    params = {"weight": torch.tensor([[[1.0], [-1.0]]]), "bias": torch.zeros(1, 2)}
    value, gradient = LinearObjective(batch, LOSSES.get("softmax"), {"smoothing": 0.0}, NONE).value_and_gradient(params)
    assert float(value) == pytest.approx(0.0181499, abs=1e-6)
    assert gradient["weight"].flatten().tolist() == pytest.approx([-0.0359724, 0.0359724], abs=1e-6)
    assert gradient["bias"].flatten().tolist() == pytest.approx([-0.0179862, 0.0179862], abs=1e-6)


def test_the_penalised_names_are_those_of_the_penalties(batch):
    assert LinearObjective(batch, LOSSES.get("softmax"), {"smoothing": 0.0}, NONE).penalised == {"weight"}
