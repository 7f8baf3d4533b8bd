import pytest
import torch
from torch import nn
from torch.nn import functional

from thalweg.run.second_derivatives import QuickTwice

ROWS = 3


def settled(module):
    """Statistics, weights and biases that are not those a layer begins with."""
    random = torch.Generator().manual_seed(1)
    for tensor in module.state_dict().values():
        if tensor.is_floating_point():
            tensor.copy_(0.5 + torch.rand(tensor.shape, generator=random, dtype=torch.float64))
    return module.double().eval()


LAYERS = {
    "plain": (lambda: nn.Conv2d(2, 3, 3, bias=False), (2, 5, 5)),
    "bias, stride, padding": (lambda: nn.Conv2d(2, 3, 3, stride=2, padding=1), (2, 5, 6)),
    "dilation, groups": (lambda: nn.Conv2d(4, 2, (2, 3), dilation=(1, 2), groups=2), (4, 4, 6)),
    "one axis": (lambda: nn.Conv1d(2, 2, 2), (2, 5)),
    "three axes": (lambda: nn.Conv3d(1, 2, 2), (1, 3, 3, 3)),
    "named padding": (lambda: nn.Conv2d(2, 2, 3, padding="same"), (2, 4, 4)),
    "batch-norm of units": (lambda: nn.BatchNorm1d(3), (3,)),
    "batch-norm of channels": (lambda: nn.BatchNorm2d(2, eps=0.1), (2, 3, 3)),
    "batch-norm without weights": (lambda: nn.BatchNorm2d(2, affine=False), (2, 3, 3)),
    "batch-norm without statistics": (lambda: nn.BatchNorm2d(2, track_running_stats=False), (2, 3, 3)),
}


def derivatives(layer, inputs, vectors):
    """Return a value of a layer that is curved in inputs and parameters, its gradient, and its Hessian's product with a vector."""
    points = [inputs.clone().requires_grad_(), *layer.parameters()]
    value = torch.tanh(layer(functional.softplus(points[0]))).pow(3).sum()
    slopes = torch.autograd.grad(value, points, create_graph=True)
    return [value, *slopes, *torch.autograd.grad(slopes, points, vectors)]


@pytest.mark.parametrize("name", LAYERS)
def test_values_and_both_derivatives_are_pytorchs(name):
    make, shape = LAYERS[name]
    layer = settled(make())
    random = torch.Generator().manual_seed(0)
    inputs = torch.randn(ROWS, *shape, generator=random, dtype=torch.float64)
    vectors = [torch.randn(tensor.shape, generator=random, dtype=torch.float64) for tensor in (inputs, *layer.parameters())]
    expected = derivatives(layer, inputs, vectors)
    with QuickTwice():
        found = derivatives(layer, inputs, vectors)
    for ours, theirs in zip(found, expected, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-12)


def test_only_what_is_asked_for_is_differentiated():
    random = torch.Generator().manual_seed(0)
    inputs, weight = torch.randn(2, 1, 4, 4, generator=random), torch.randn(1, 1, 2, 2, generator=random)
    for frozen, free in ((inputs, weight), (weight, inputs)):
        leaf = free.clone().requires_grad_()
        pair = (lambda leaf, frozen=frozen: (frozen, leaf) if frozen is inputs else (leaf, frozen))(leaf)
        products = []
        for mode in (QuickTwice(), torch.overrides.BaseTorchFunctionMode()):
            with mode:
                value = functional.conv2d(*pair).pow(3).sum()
            (slope,) = torch.autograd.grad(value, leaf, create_graph=True)
            products.append(torch.autograd.grad(slope, leaf, torch.ones_like(leaf))[0])
        torch.testing.assert_close(*products)


@pytest.mark.parametrize(("name", "kind"), [("plain", "_Convolution"), ("batch-norm of channels", "_Affine"), ("named padding", "Conv")])
def test_what_can_be_quick_is(name, kind):
    make, shape = LAYERS[name]
    layer = settled(make())
    with QuickTwice():
        assert kind in layer(torch.ones(ROWS, *shape, dtype=torch.float64)).grad_fn.name()


def test_statistics_of_the_batch_are_left_alone():
    layer = nn.BatchNorm2d(2).train()
    inputs = torch.randn(4, 2, 3, 3, generator=torch.Generator().manual_seed(0))
    expected = nn.BatchNorm2d(2)(inputs)
    with QuickTwice():
        torch.testing.assert_close(layer(inputs), expected)
    assert int(layer.num_batches_tracked) == 1


def test_a_third_derivative_is_true_too():
    weight = torch.tensor([[[[0.5, -0.25]]]], dtype=torch.float64, requires_grad=True)
    inputs = torch.tensor([[[[1.0, 2.0, -1.0]]]], dtype=torch.float64, requires_grad=True)
    with QuickTwice():
        assert torch.autograd.gradgradcheck(functional.conv2d, (inputs, weight))
        value = functional.conv2d(inputs, weight).pow(4).sum()
    (slope,) = torch.autograd.grad(value, weight, create_graph=True)
    (curve,) = torch.autograd.grad(slope.sum(), weight, create_graph=True)
    (third,) = torch.autograd.grad(curve.sum(), weight)
    y = torch.tensor([0.5 * 1 - 0.25 * 2, 0.5 * 2 + 0.25])
    sums, pairs = torch.tensor([3.0, 1.0]), torch.tensor([[1.0, 2.0], [2.0, -1.0]])
    by_hand = 24 * (y * sums**2) @ pairs
    torch.testing.assert_close(third.flatten(), by_hand.double())
