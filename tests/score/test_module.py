"""Networks of the user's own, by import path."""

import re
from pathlib import Path

import pytest
import torch

from thalweg.core.errors import ConfigError
from thalweg.score.module import build

NETS = """
import torch
from torch import nn

LIMIT = 3

class Flat(nn.Module):
    first = "map.weight"
    def __init__(self, pixels, classes, dtype=torch.float32):
        super().__init__()
        self.map = nn.Linear(pixels, classes, dtype=dtype)
        self.noise = nn.Dropout(0.5)
    def forward(self, images):
        return self.noise(self.map(images.flatten(1).to(self.map.weight.dtype)))

def both(shape, classes):
    return Flat(shape[0] * shape[1] * shape[2], classes)

def swapped(classes, shape):
    return both(shape, classes)

def other_names(size, k):
    return both(size, k)

def only_classes(num_classes):
    return Flat(8, num_classes)

def only_shape(size):
    return both(size, 3)

def neither():
    return Flat(8, 3)

def optional(classes=10, width=5):
    return Flat(8, classes)

def keywords(*, shape, classes):
    return both(shape, classes)

def sixteen(shape, classes):
    return Flat(8, classes, dtype=torch.bfloat16)

class FirstIsALayer(nn.Module):
    def __init__(self, shape, classes):
        super().__init__()
        self.first = nn.Linear(8, classes)
    def forward(self, images):
        return self.first(images.flatten(1))

class Order(nn.Module):
    first = "map.weight"
    def __init__(self, shape, classes):
        super().__init__()
        self.map = nn.Linear(shape[0] * shape[1] * shape[2], classes)
    def forward(self, images):
        return self.map(images.permute(0, 2, 3, 1).flatten(1))

class WrongOrder(Order):
    def forward(self, images):
        return self.map(images.flatten(1))

class Twice(Order):
    def forward(self, images):
        return super().forward(images) + super().forward(images.flip(3))

class Misnamed(Order):
    first = "mop.weight"

class Convolution(nn.Module):
    first = "filters.weight"
    def __init__(self, shape, classes):
        super().__init__()
        self.filters = nn.Conv2d(shape[2], classes, 3, bias=False)
    def forward(self, images):
        return self.filters(images).amax((2, 3))

def broken(shape, classes):
    raise ValueError("out of ideas")

def too_much(shape, classes, depth):
    return both(shape, classes)

def not_a_net(shape, classes):
    return [shape, classes]

def no_parameters(shape, classes):
    return nn.Flatten()

def wrong_input(shape, classes):
    return Flat(99, classes)

def wrong_output(shape, classes):
    return Flat(8, classes + 1)

class Pair(Flat):
    def forward(self, images):
        return super().forward(images), None

def pair(shape, classes):
    return Pair(8, classes)
"""


@pytest.fixture(autouse=True)
def nets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own_nets.py").write_text(NETS)
    (tmp_path / "own_failing.py").write_text("1 / 0\n")
    monkeypatch.syspath_prepend(tmp_path)


def make(name: str) -> torch.nn.Module:
    return build((2, 4, 1), 3, torch.Generator().manual_seed(0), factory=f"own_nets:{name}")


@pytest.mark.parametrize(
    "name", ["both", "swapped", "other_names", "only_classes", "only_shape", "neither", "optional", "keywords", "FirstIsALayer"]
)
def test_factories_get_the_arguments_that_they_take(name: str) -> None:
    assert make(name)(torch.rand(5, 1, 2, 4)).shape == (5, 3)


def test_numbers_come_from_the_generator_and_the_global_one_is_put_back() -> None:
    before = torch.get_rng_state()
    weights = [make("both").net.map.weight for _ in range(2)]
    other = build((2, 4, 1), 3, torch.Generator().manual_seed(1), factory="own_nets:both").net.map.weight
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(*weights)
    assert not torch.equal(weights[0], other)


def test_first_is_what_the_network_says_of_itself() -> None:
    colour = [build((4, 4, 3), 3, torch.Generator(), factory=f"own_nets:{name}") for name in ("Order", "Convolution")]
    assert [net.first for net in colour] == ["net.map.weight", "net.filters.weight"]
    assert make("FirstIsALayer").first is None


@pytest.mark.parametrize("name", ["WrongOrder", "Twice", "Misnamed"])
def test_first_that_does_not_read_the_pixels_in_order_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match=f"factory 'own_nets:{name}' says first = 'm.p.weight'; that must be the weight of a Conv2d, or"):
        build((4, 4, 3), 3, torch.Generator(), factory=f"own_nets:{name}")


def test_networks_leave_in_training_mode_as_they_came() -> None:
    assert make("both").net.noise.training


def test_scores_of_a_sixteen_bit_network_are_float32() -> None:
    assert make("sixteen")(torch.rand(5, 1, 2, 4)).dtype == torch.float32


@pytest.mark.parametrize(
    ("factory", "message"),
    [
        ("", "score 'module' needs a factory: `factory` takes the form package.module:name, as mynets.small:build; got ''."),
        ("own_nets.both", "score 'module' needs a factory: `factory` takes the form package.module:name"),
        ("no_such_nets:both", "the import of 'no_such_nets' (factory 'no_such_nets:both') failed: ModuleNotFoundError"),
        ("own_failing:both", "the import of 'own_failing' (factory 'own_failing:both') failed: ZeroDivisionError: division by zero"),
        ("own_nets:bot", "factory 'own_nets:bot': 'own_nets' has no 'bot'. Did you mean 'both'?"),
        ("own_nets:LIMIT", "factory 'own_nets:LIMIT' must be a function or a class; got int."),
        ("own_nets:broken", "factory 'own_nets:broken' failed: ValueError: out of ideas"),
        ("own_nets:too_much", "factory 'own_nets:too_much' failed: TypeError: too_much() missing 1 required positional argument: 'depth'"),
        ("own_nets:not_a_net", "factory 'own_nets:not_a_net' must return a torch.nn.Module; got list."),
        ("own_nets:no_parameters", "the network of factory 'own_nets:no_parameters' has no parameters to train."),
        ("own_nets:wrong_input", "the network of factory 'own_nets:wrong_input' on images [2, 1, 2, 4] failed: RuntimeError"),
        ("own_nets:wrong_output", "must turn images [2, 1, 2, 4] into scores [2, 3]; got a tensor [2, 4]."),
        ("own_nets:pair", "must turn images [2, 1, 2, 4] into scores [2, 3]; got tuple."),
    ],
)
def test_what_is_wrong_is_said_with_the_path(factory: str, message: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(message)):
        build((2, 4, 1), 3, torch.Generator(), factory=factory)
