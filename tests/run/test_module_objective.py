import pytest
import torch
from torch import nn
from torch.autograd.functional import hessian

from thalweg.core.tree import flatten, unflatten
from thalweg.loss import LOSSES
from thalweg.penalty import PENALTIES
from thalweg.run.batches import MiniBatch
from thalweg.run.linear_objective import LinearObjective
from thalweg.run.module_objective import ModuleObjective, member, module_scores
from thalweg.run.penalties import Penalties
from thalweg.score import SCORES

N, K, SHAPE = 12, 3, (2, 2, 1)
L2 = Penalties([(PENALTIES.get("l2"), {**PENALTIES.get("l2").defaults(), "strength": 0.1})], frozenset({"weight"}))


class Pieces:
    single_chunk = False

    def __init__(self, *parts):
        self.parts, self.examples = parts, sum(part.examples for part in parts)
        self.counts = self.examples

    def chunks(self):
        for part in self.parts:
            yield from part.chunks()


@pytest.fixture
def batch():
    random = torch.Generator().manual_seed(0)
    images = torch.randn(N, *SHAPE, generator=random, dtype=torch.float64)
    return MiniBatch(images, torch.randint(0, K, (N,), generator=random))


def net(name, **knobs):
    return SCORES.get(name).build(SHAPE, K, torch.Generator().manual_seed(3), **knobs).double().train()


def stacked(tensors, members=1):
    """Every member gets tensors of its own: the module's, scaled."""
    return {name: torch.stack([tensor.detach() * (1 + index) for index in range(members)]) for name, tensor in tensors}


def objective(module, batch, *, loss="softmax", penalties=None, members=1, knobs=None, noise=lambda index: index):
    names = frozenset(name for name, tensor in module.named_parameters() if tensor.ndim >= 2)
    return ModuleObjective(
        module,
        stacked(module.named_buffers(), members),
        batch,
        LOSSES.get(loss),
        LOSSES.get(loss).defaults() if knobs is None else knobs,
        penalties or Penalties([], names),
        noise=noise,
        members=members,
    )


@pytest.mark.parametrize("loss", LOSSES.names())
@pytest.mark.parametrize("members", [1, 3])
def test_the_linear_module_gives_the_closed_forms_numbers(batch, loss, members):
    module = net("linear", scale=1.0)
    params, vectors = stacked(module.named_parameters(), members), stacked(net("linear", scale=0.5).named_parameters(), members)
    knobs = {
        key: (value + 0.1 + 0.2 * torch.arange(members, dtype=torch.float64))[:, None] for key, value in LOSSES.get(loss).defaults().items()
    }
    one = objective(module, batch, loss=loss, penalties=L2, members=members, knobs=knobs)
    two = LinearObjective(batch, LOSSES.get(loss), knobs, L2)
    torch.testing.assert_close(one.value(params), two.value(params), rtol=1e-12, atol=1e-12)
    value, gradient = one.value_and_gradient(params)
    other, expected = two.value_and_gradient(params)
    torch.testing.assert_close(value, other, rtol=1e-12, atol=1e-12)
    product, curved = one.hessian_vector(params, vectors), two.hessian_vector(params, vectors)
    for name in params:
        torch.testing.assert_close(gradient[name], expected[name], rtol=1e-12, atol=1e-12)
        torch.testing.assert_close(product[name], curved[name], rtol=1e-12, atol=1e-12)
    candidates = {
        name: torch.cat([tensor, tensor + 1]).reshape(2, members, *tensor.shape[1:]).transpose(0, 1) for name, tensor in params.items()
    }
    candidates = {name: tensor.reshape(2 * members, *tensor.shape[2:]) for name, tensor in candidates.items()}
    torch.testing.assert_close(one.value(candidates), two.value(candidates), rtol=1e-12, atol=1e-12)


def test_the_curvature_of_a_small_perceptron_is_pytorchs_hessian(batch):
    module = net("mlp", widths=(3,), activation="tanh")
    params = stacked(module.named_parameters())
    names = frozenset(name for name in params if "weight" in name)
    ours = objective(module, batch, penalties=Penalties(L2.entries, names))

    def formula(row):
        tensors = unflatten(row[None], params)
        scores = torch.func.functional_call(module, member(tensors, 0), (batch.images.permute(0, 3, 1, 2),))
        squares = sum((tensors[name] ** 2).sum() for name in names)
        return nn.functional.cross_entropy(scores, batch.labels) + 0.1 * squares

    point = flatten(params)[0]
    matrix = hessian(formula, point)
    for column in range(0, len(point), 4):
        unit = torch.zeros(1, len(point), dtype=torch.float64)
        unit[0, column] = 1.0
        product = ours.hessian_vector(params, unflatten(unit, params))
        torch.testing.assert_close(flatten(product)[0], matrix[column], rtol=1e-10, atol=1e-12)
    value, gradient = ours.value_and_gradient(params)
    assert float(value) == pytest.approx(float(formula(point)), rel=1e-12)
    torch.testing.assert_close(flatten(gradient)[0], torch.autograd.functional.jacobian(formula, point), rtol=1e-11, atol=1e-13)


def test_the_kept_graph_belongs_to_its_parameters(batch):
    module = net("mlp", widths=(3,), activation="tanh")
    ours = objective(module, batch)
    one = stacked(module.named_parameters())
    two = {name: 2 * tensor for name, tensor in one.items()}
    vectors = {name: torch.ones_like(tensor) for name, tensor in one.items()}
    for params in (one, two, one, one, two):
        fresh = objective(module, batch).hessian_vector(params, vectors)
        kept = ours.hessian_vector(params, vectors)
        assert all(torch.equal(kept[name], fresh[name]) for name in one)
    assert not torch.allclose(ours.hessian_vector(one, vectors)["layers.0.weight"], ours.hessian_vector(two, vectors)["layers.0.weight"])


def test_the_kept_graphs_of_a_population_are_told_apart(batch):
    module = net("mlp", widths=(3,), activation="tanh")
    params = stacked(module.named_parameters(), 2)
    vectors = {name: torch.ones_like(tensor) for name, tensor in params.items()}
    together = objective(module, batch, members=2).hessian_vector(params, vectors)
    for index in range(2):
        single, vector = ({name: t[index : index + 1] for name, t in tree.items()} for tree in (params, vectors))
        alone = objective(module, batch).hessian_vector(single, vector)
        for name in params:
            torch.testing.assert_close(together[name][index], alone[name][0], rtol=1e-13, atol=1e-14)


def test_chunks_make_the_whole_where_no_layer_looks_across_examples(batch):
    module = net("mlp", widths=(3,), activation="tanh")
    params = stacked(module.named_parameters())
    vectors = {name: torch.ones_like(tensor) for name, tensor in params.items()}
    cut = Pieces(*(MiniBatch(batch.images[a:b], batch.labels[a:b]) for a, b in ((0, 5), (5, 11), (11, 12))))
    whole, pieces = objective(module, batch), objective(module, cut)
    torch.testing.assert_close(pieces.value(params), whole.value(params), rtol=1e-13, atol=1e-13)
    value, gradient = whole.value_and_gradient(params)
    other, slopes = pieces.value_and_gradient(params)
    torch.testing.assert_close(other, value, rtol=1e-13, atol=1e-13)
    product, again = whole.hessian_vector(params, vectors), pieces.hessian_vector(params, vectors)
    for name in params:
        torch.testing.assert_close(slopes[name], gradient[name], rtol=1e-12, atol=1e-13)
        torch.testing.assert_close(again[name], product[name], rtol=1e-12, atol=1e-13)


def test_batch_norms_statistics_move_with_gradients_and_with_nothing_else(batch):
    module = net("mlp", widths=(4,), batch_norm=True)
    ours = objective(module, batch)
    params, before = stacked(module.named_parameters()), {name: tensor.clone() for name, tensor in ours.buffers.items()}
    own = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    ours.value(params)
    ours.hessian_vector(params, {name: torch.ones_like(tensor) for name, tensor in params.items()})
    assert all(torch.equal(ours.buffers[name], before[name]) for name in before)
    ours.value_and_gradient(params)
    hidden = batch.images.flatten(1) @ params["layers.0.weight"][0].T + params["layers.0.bias"][0]
    torch.testing.assert_close(ours.buffers["layers.1.running_mean"][0], 0.1 * hidden.mean(0), rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(ours.buffers["layers.1.running_var"][0], 0.9 + 0.1 * hidden.var(0), rtol=1e-12, atol=1e-12)
    assert int(ours.buffers["layers.1.num_batches_tracked"]) == 1
    assert all(torch.equal(tensor, own[name]) for name, tensor in module.state_dict().items()), "the module itself stays as it was"


def test_dropouts_noise_is_a_function_of_its_seed(batch):
    module = net("mlp", widths=(50,), dropout=0.5)
    params = stacked(module.named_parameters())
    one, same, other = (objective(module, batch, noise=lambda index, seed=seed: seed) for seed in (1, 1, 2))
    with torch.random.fork_rng(devices=[]):
        first = one.value_and_gradient(params)[0]
        torch.rand(7)
        assert torch.equal(first, same.value_and_gradient(params)[0])
        assert torch.equal(first, one.value(params)), "value and gradient see the same mask"
        assert not torch.equal(first, other.value_and_gradient(params)[0])


def test_members_have_noise_of_their_own(batch):
    module = net("mlp", widths=(50,), dropout=0.5)
    params = {name: torch.cat([tensor, tensor]) for name, tensor in stacked(module.named_parameters()).items()}
    with torch.random.fork_rng(devices=[]):
        values = objective(module, batch, members=2).value(params)
    assert values[0] != values[1]


def test_bfloat16_is_used_inside_and_scores_leave_wide():
    module = SCORES.get("mlp").build(SHAPE, K, torch.Generator().manual_seed(0), widths=(4,)).eval()
    seen = []
    module.layers[0].register_forward_hook(lambda layer, inputs, output: seen.append(output.dtype))
    tensors = {name: tensor.detach() for name, tensor in module.named_parameters()}
    scores = module_scores(module, tensors, torch.zeros(2, *SHAPE), autocast=True)
    assert (seen, scores.dtype) == ([torch.bfloat16], torch.float32)
    module_scores(module, tensors, torch.zeros(2, *SHAPE), autocast=False)
    assert seen[1] == torch.float32


class Unused(nn.Module):
    """A parameter that the scores do not depend on, and scores that are linear in the others."""

    def __init__(self):
        super().__init__()
        self.weight, self.idle = nn.Parameter(torch.ones(K, 4)), nn.Parameter(torch.ones(5))

    def forward(self, images):
        return images.flatten(1) @ self.weight.T


def test_a_parameter_without_effect_has_gradient_and_curvature_zero(batch):
    module = Unused().double()
    params = stacked(module.named_parameters())
    ours = objective(module, batch, loss="svm-sum")
    _, gradient = ours.value_and_gradient(params)
    assert torch.equal(gradient["idle"], torch.zeros(1, 5, dtype=torch.float64))
    product = ours.hessian_vector(params, {name: torch.ones_like(tensor) for name, tensor in params.items()})
    assert all(torch.equal(tensor, torch.zeros_like(tensor)) for tensor in product.values())
