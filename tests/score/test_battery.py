"""The contract of every score function."""

import inspect
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state, vmap

from thalweg.core.catalogue import settle
from thalweg.core.errors import ConfigError
from thalweg.score import SCORES

NAMES = SCORES.names()
TAKE_POINTS = ("linear", "mlp", "module")
"""Entries that read points of the two-dimensional sets, pictures of one pixel; the others refuse them by size."""
SHAPES = [(1, 1, 2), (8, 8, 1), (9, 13, 3), (28, 28, 1), (32, 32, 3)]


class Small(nn.Module):
    """A network of the user's own, for the entry that takes one."""

    def __init__(self, shape: tuple[int, int, int], classes: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(shape[0] * shape[1] * shape[2], 4), nn.Tanh(), nn.Linear(4, classes))

    def forward(self, images: Tensor) -> Tensor:
        """Return the scores."""
        return self.layers(images)


REQUIRED: dict[str, dict[str, Any]] = {"module": {"factory": f"{__name__}:Small"}}
"""Knobs without which an entry cannot be built."""


def make(name: str, shape: tuple[int, int, int] = (16, 16, 3), classes: int = 4, seed: int = 0) -> nn.Module:
    entry = SCORES.get(name)
    knobs = settle(entry, REQUIRED.get(name, {}), kind="score")
    return entry.build(shape, classes, torch.Generator().manual_seed(seed), **knobs)


def pictures(count: int = 6, shape: tuple[int, int, int] = (16, 16, 3)) -> Tensor:
    height, width, channels = shape
    images = torch.randn(count, height, width, channels, generator=torch.Generator().manual_seed(5))
    return images.permute(0, 3, 1, 2)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", NAMES)
def test_shape_or_a_clear_refusal(name: str, shape: tuple[int, int, int]) -> None:
    if shape == (1, 1, 2) and name not in TAKE_POINTS:
        with pytest.raises(ConfigError, match="images of 1x1 are too small"):
            make(name, shape)
    else:
        assert make(name, shape, classes=7)(pictures(3, shape)).shape == (3, 7)


@pytest.mark.parametrize("name", NAMES)
def test_same_seed_same_bits_and_no_global_numbers(name: str) -> None:
    before = torch.get_rng_state()
    one, two, other = make(name, seed=1), make(name, seed=1), make(name, seed=2)
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(a, b) for a, b in zip(one.state_dict().values(), two.state_dict().values(), strict=True))
    assert not all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_precision_of_scores(name: str) -> None:
    net, images = make(name), pictures()
    assert net(images).dtype == torch.float32
    with torch.autocast("cpu", torch.bfloat16):
        assert net(images).dtype == torch.float32
    assert net.double()(images.double()).dtype == torch.float64


@pytest.mark.parametrize("name", NAMES)
def test_half_precision_is_near(name: str) -> None:
    net, images = make(name).eval(), pictures()
    exact = net(images)
    with torch.autocast("cpu", torch.bfloat16):
        rounded = net(images)
    # bfloat16 keeps 8 bits: each layer rounds by up to 2**-9 of its size; 5 % of the largest score is far more than nine layers add up to
    assert (rounded - exact).abs().max() < 0.05 * exact.abs().max()


@pytest.mark.parametrize("name", NAMES)
def test_gradient_reaches_every_parameter(name: str) -> None:
    net = make(name)
    nn.functional.cross_entropy(net(pictures()), torch.arange(6) % 4).backward()
    for parameter_name, parameter in net.named_parameters():
        assert parameter.grad is not None, parameter_name
        assert parameter.grad.isfinite().all(), parameter_name
        assert parameter.grad.any(), parameter_name


@pytest.mark.parametrize("name", NAMES)
def test_begins_near_zero_scores_with_zero_biases(name: str) -> None:
    if name in REQUIRED:
        return
    net = make(name)
    assert net(pictures()).abs().max() < 2
    assert not any(parameter.any() for key, parameter in net.named_parameters() if key.endswith("bias"))


@pytest.mark.parametrize("name", NAMES)
def test_functional_call_with_explicit_buffers(name: str) -> None:
    net, images = make(name).train(), pictures()
    untouched = {key: tensor.clone() for key, tensor in net.state_dict().items()}
    buffers = {key: buffer.clone() for key, buffer in net.named_buffers()}
    scores = functional_call(net, {**dict(net.named_parameters()), **buffers}, (images,))
    assert all(torch.equal(tensor, untouched[key]) for key, tensor in net.state_dict().items())
    assert torch.equal(scores, net(images))
    assert all(torch.equal(buffers[key], buffer) for key, buffer in net.named_buffers())


@pytest.mark.parametrize("name", NAMES)
def test_members_stacked_equal_members_alone(name: str) -> None:
    nets = [make(name, seed=seed).double() for seed in (1, 2)]
    images = pictures().double()
    parameters, buffers = stack_module_state(nets)

    def scores(parameters: dict[str, Tensor], buffers: dict[str, Tensor]) -> Tensor:
        return functional_call(nets[0], {**parameters, **{key: buffer.clone() for key, buffer in buffers.items()}}, (images,))

    together = vmap(scores)(parameters, buffers)
    alone = torch.stack([net(images) for net in nets])
    torch.testing.assert_close(together, alone, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_examples_do_not_see_each_other_in_evaluation(name: str) -> None:
    net, images = make(name).double().eval(), pictures().double()
    torch.testing.assert_close(net(images)[2:3], net(images[2:3]), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_memory_order_does_not_matter(name: str) -> None:
    net, images = make(name).double(), pictures().double()
    torch.testing.assert_close(net(images.contiguous()), net(images), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_first_names_the_map_that_reads_the_pixels(name: str) -> None:
    net = make(name)
    if net.first is None:
        assert name in REQUIRED
        return
    weight = net.get_parameter(net.first)
    assert weight.shape[1] == {2: 16 * 16 * 3, 4: 3}[weight.ndim]
    assert weight is next(net.parameters())


@pytest.mark.parametrize("name", NAMES)
def test_knobs_are_the_arguments_with_their_defaults(name: str) -> None:
    entry = SCORES.get(name)
    parameters = list(inspect.signature(entry.build).parameters.values())
    assert [parameter.name for parameter in parameters[:3]] == ["shape", "classes", "generator"]
    assert {p.name: p.default for p in parameters[3:]} == entry.defaults()
    assert all(p.kind is p.KEYWORD_ONLY for p in parameters[3:])
    assert all(knob.check(knob.default) == knob.default for knob in entry.knobs)


@pytest.mark.parametrize("name", NAMES)
def test_documented(name: str) -> None:
    entry = SCORES.get(name)
    assert entry.name == name
    assert entry.summary.endswith(".")
    assert entry.formula
    assert entry.reference
    assert all(knob.meaning for knob in entry.knobs)
