import pytest
import torch
from torch import nn
from torch.autograd.functional import hessian
from torch.func import functional_call, grad

from thalweg.core.tree import flatten, unflatten
from thalweg.loss import LOSSES
from thalweg.penalty import PENALTIES
from thalweg.run.fixed_objective import FixedObjective
from thalweg.run.module_objective import member, module_scores
from thalweg.run.penalties import Penalties
from thalweg.score import SCORES

N, K = 13, 3
NETS = {
    "mlp": ((2, 2, 1), {"widths": (4,), "activation": "tanh"}),
    "cnn": ((4, 4, 2), {"channels": (2, 3), "batch_norm": True}),
}
STRENGTH = 0.1


def settled(name):
    shape, knobs = NETS[name]
    random = torch.Generator().manual_seed(2)
    net = SCORES.get(name).build(shape, K, random, **knobs).double().eval()
    for layer, tensor in net.named_buffers():
        if "running" in layer:
            tensor.copy_(0.5 + torch.rand(tensor.shape, generator=random))
    images = torch.randn(N, *shape, generator=random, dtype=torch.float64)
    return net, images, torch.randint(0, K, (N,), generator=random)


def objective(net, images, labels, *, sizes=(5, 5, 3), names=frozenset(), **settings):
    batches = list(zip(images.split(sizes), labels.split(sizes), strict=True))

    def share(params, place):
        scores = module_scores(net, {**params, **dict(net.named_buffers())}, batches[place][0], autocast=False)
        return LOSSES.get("softmax").value(scores, batches[place][1], **LOSSES.get("softmax").defaults()).sum() / N

    l2 = PENALTIES.get("l2")
    return FixedObjective(share, len(batches), Penalties([(l2, {**l2.defaults(), "strength": STRENGTH})], names), **settings)


def params_of(net, *, members=1):
    return {name: torch.stack([tensor.detach() * (1 + index) for index in range(members)]) for name, tensor in net.named_parameters()}


def formula(net, images, labels, names):
    """Mean cross-entropy + strength * sum of squares, as a function of one row of all parameters, with PyTorch's own layers."""
    like = params_of(net)

    def of(row):
        tensors = member(unflatten(row[None], like), 0)
        scores = functional_call(net, tensors, (images.permute(0, 3, 1, 2),))
        return nn.functional.cross_entropy(scores, labels) + STRENGTH * sum((tensors[name] ** 2).sum() for name in sorted(names))

    return of


def product_with(own, params, row):
    return flatten(own.hessian_vector(params, unflatten(row[None], params)))[0]


@pytest.mark.parametrize("name", NETS)
@pytest.mark.parametrize("penalised", [False, True])
def test_value_gradient_and_products_are_pytorchs(name, penalised):
    net, images, labels = settled(name)
    names = frozenset(name for name, tensor in net.named_parameters() if tensor.ndim > 1) if penalised else frozenset()
    own, of = objective(net, images, labels, names=names), formula(net, images, labels, names)
    params = params_of(net)
    point = flatten(params)[0]
    value, gradient = own.value_and_gradient(params)
    assert own.penalised == names
    assert float(value) == float(own.value(params)) == pytest.approx(float(of(point)), rel=1e-12)
    torch.testing.assert_close(flatten(gradient)[0], grad(of)(point), rtol=1e-10, atol=1e-13)
    matrix = hessian(of, point)
    for row in torch.randn(3, len(point), generator=torch.Generator().manual_seed(4), dtype=torch.float64):
        torch.testing.assert_close(product_with(own, params, row), matrix @ row, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("name", NETS)
def test_products_do_not_depend_on_splits_nor_on_what_is_kept(name):
    net, images, labels = settled(name)
    params = params_of(net)
    row = torch.randn(flatten(params).shape[1], generator=torch.Generator().manual_seed(5), dtype=torch.float64)
    whole = product_with(objective(net, images, labels, sizes=(N,)), params, row)
    for sizes in ((5, 5, 3), (N - 1, 1)):
        for room in (0, 1, 1 << 30):
            own = objective(net, images, labels, sizes=sizes, graph_bytes=room)
            for _ in range(2):
                torch.testing.assert_close(product_with(own, params, row), whole, rtol=1e-10, atol=1e-13)
            assert len(own._kept[1]) == (0 if room <= 1 else len(sizes))


def test_half_of_the_room_keeps_some_graphs():
    net, images, labels = settled("mlp")
    params = params_of(net)
    row = torch.ones(flatten(params).shape[1], dtype=torch.float64)
    expected = product_with(objective(net, images, labels), params, row)
    kept = set()
    for power in range(8, 17):
        own = objective(net, images, labels, graph_bytes=1 << power)
        torch.testing.assert_close(product_with(own, params, row), expected, rtol=1e-12, atol=1e-15)
        kept.add(len(own._kept[1]))
    assert {0, 3} < kept, "between nothing and all there is something"


def test_a_kept_graph_belongs_to_its_parameters():
    net, images, labels = settled("mlp")
    own = objective(net, images, labels)
    one, two = params_of(net), {name: 2 * tensor for name, tensor in params_of(net).items()}
    row = torch.ones(flatten(one).shape[1], dtype=torch.float64)
    for params in (one, two, one):
        assert torch.equal(product_with(own, params, row), product_with(objective(net, images, labels), params, row))


def test_candidates_are_valued_one_by_one():
    net, images, labels = settled("mlp")
    own = objective(net, images, labels, names=frozenset({"layers.0.weight"}))
    three = params_of(net, members=3)
    alone = [own.value({name: tensor[index : index + 1] for name, tensor in three.items()}) for index in range(3)]
    torch.testing.assert_close(own.value(three), torch.cat(alone), rtol=1e-14, atol=0)


def test_nothing_is_changed():
    net, images, labels = settled("cnn")
    before, own = {name: tensor.clone() for name, tensor in net.state_dict().items()}, objective(net, images, labels)
    params = params_of(net)
    copies = {name: tensor.clone() for name, tensor in params.items()}
    random = torch.get_rng_state()
    own.value(params)
    own.value_and_gradient(params)
    own.hessian_vector(params, copies)
    assert not net.training
    assert all(torch.equal(tensor, before[name]) for name, tensor in net.state_dict().items())
    assert all(torch.equal(tensor, copies[name]) and not tensor.requires_grad for name, tensor in params.items())
    assert all(tensor.grad is None for tensor in net.parameters())
    assert torch.equal(torch.get_rng_state(), random)


class Unused(nn.Module):
    """Scores linear in one parameter and without the other."""

    def __init__(self):
        super().__init__()
        self.weight, self.idle = nn.Parameter(torch.ones(K, 4)), nn.Parameter(torch.ones(5))

    def forward(self, images):
        return images.flatten(1) @ self.weight.T


def test_a_parameter_without_effect_has_gradient_and_products_zero():
    _, images, labels = settled("mlp")
    own, params = objective(Unused().double(), images, labels), params_of(Unused().double())
    assert torch.equal(own.value_and_gradient(params)[1]["idle"], torch.zeros(1, 5, dtype=torch.float64))
    product = own.hessian_vector(params, {name: torch.ones_like(tensor) for name, tensor in params.items()})
    assert torch.equal(product["idle"], torch.zeros(1, 5, dtype=torch.float64))
