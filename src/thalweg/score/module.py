"""A network of the user's own: any factory of a `torch.nn.Module`, named by its import path."""

import importlib
import inspect
from collections.abc import Callable
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from thalweg.core.entries import Score, Shape
from thalweg.core.errors import ConfigError, nearest
from thalweg.core.knobs import Text
from thalweg.score._layers import flatten, full_precision

FORM = "`factory` takes the form package.module:name, as mynets.small:build"


class OwnNet(nn.Module):
    """The user's network as `net`; its scores leave as float32 where it computes in 16 bits. `first` is None unless the network says it."""

    def __init__(self, net: nn.Module, *, first: str | None) -> None:
        super().__init__()
        self.net = net
        self.first = None if first is None else f"net.{first}"

    def forward(self, images: Float[Tensor, "batch channels height width"]) -> Float[Tensor, "batch classes"]:
        """Return the scores of a batch."""
        return full_precision(self.net(images))


def build(shape: Shape, classes: int, generator: torch.Generator, *, factory: str = "") -> OwnNet:
    """Return the network that `factory` makes: `package.module:name` of a function or class that answers with a `torch.nn.Module`.

    The factory is called with keywords: parameters named `shape` (height, width, channels), `classes` or `num_classes` get these;
    required parameters of other names get what is left of (shape, classes), in this order; a factory without parameters is called
    with nothing. PyTorch's global generator is seeded from `generator` while the factory runs, and put back afterwards. Two images
    of noise then go through the network in evaluation mode.

    A text attribute `first` of the network (`"conv1.weight"`) may name the weight of the only layer that reads the pixels; it is shown
    as pictures, and preparations are folded into it. That layer must be a `Conv2d`, or a `Linear` with bias on pixels in height, width,
    channel order: `images.permute(0, 2, 3, 1).flatten(1)`.

    Raises `ConfigError` naming the path where it cannot be imported, the factory fails or makes something else, the network has no
    parameters, its answer to images [2, C, H, W] is not scores [2, classes], or `first` is not such a weight.

    >>> build((1, 1, 4), 4, torch.Generator(), factory="torch.nn:ReLU")
    Traceback (most recent call last):
    ...
    thalweg.core.errors.ConfigError: the network of factory 'torch.nn:ReLU' has no parameters to train.
    """
    make = _import(factory)
    seed = int(torch.randint(2**62, (), generator=generator))
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        net = _attempt(f"factory {factory!r}", lambda: make(**_arguments(make, shape, classes)))
        if not isinstance(net, nn.Module):
            raise ConfigError(f"factory {factory!r} must return a torch.nn.Module; got {type(net).__name__}.")
        if not list(net.parameters()):
            raise ConfigError(f"the network of factory {factory!r} has no parameters to train.")
        images = torch.rand(2, shape[2], shape[0], shape[1])
        _check_scores(net, factory, images, classes)
        return OwnNet(net, first=_first(net, factory, images))


def _import(path: str) -> Callable[..., Any]:
    package, colon, name = path.partition(":")
    if not (package and colon and name):
        raise ConfigError(f"score 'module' needs a factory: {FORM}; got {path!r}.")
    module = _attempt(f"the import of {package!r} (factory {path!r})", lambda: importlib.import_module(package))
    make = getattr(module, name, None)
    if make is None:
        raise ConfigError(f"factory {path!r}: {package!r} has no {name!r}.{nearest(name, dir(module))}")
    if not callable(make):
        raise ConfigError(f"factory {path!r} must be a function or a class; got {type(make).__name__}.")
    return make


def _arguments(make: Callable[..., Any], shape: Shape, classes: int) -> dict[str, Any]:
    known = {"shape": shape, "classes": classes, "num_classes": classes}
    parameters = inspect.signature(make).parameters.values()
    arguments = {parameter.name: known[parameter.name] for parameter in parameters if parameter.name in known}
    left = iter([value for value in (shape, classes) if value not in arguments.values()])
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    required = [p.name for p in parameters if p.default is p.empty and p.kind in named and p.name not in known]
    return {**arguments, **dict(zip(required, left, strict=False))}


def _check_scores(net: nn.Module, factory: str, images: Tensor, classes: int) -> None:
    scores = _attempt(f"the network of factory {factory!r} on images {list(images.shape)}", lambda: _run(net, images))
    if not isinstance(scores, Tensor) or scores.shape != (2, classes):
        given = f"a tensor {list(scores.shape)}" if isinstance(scores, Tensor) else type(scores).__name__
        wanted = f"turn images {list(images.shape)} into scores [2, {classes}]"
        raise ConfigError(f"the network of factory {factory!r} must {wanted}; got {given}.")


def _first(net: nn.Module, factory: str, images: Tensor) -> str | None:
    name = getattr(net, "first", None)
    if not isinstance(name, str):
        return None
    owner, _, leaf = name.rpartition(".")
    layer = dict(net.named_modules()).get(owner)
    seen: list[Tensor] = []
    if leaf == "weight" and (isinstance(layer, nn.Conv2d) or (isinstance(layer, nn.Linear) and layer.bias is not None)):
        with layer.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0])):
            _run(net, images)
    pixels = flatten(images) if isinstance(layer, nn.Linear) else images
    if len(seen) != 1 or not torch.equal(seen[0], pixels.to(seen[0].dtype)):
        wanted = "the weight of a Conv2d, or of a Linear with bias, that reads the pixels once, in height, width, channel order"
        raise ConfigError(f"the network of factory {factory!r} says first = {name!r}; that must be {wanted}. Mend it or leave it out.")
    return name


def _run(net: nn.Module, images: Tensor) -> Any:
    training = net.training
    net.eval()
    with torch.no_grad():
        answer = net(images)
    net.train(training)
    return answer


def _attempt(what: str, act: Callable[[], Any]) -> Any:
    try:
        return act()
    except Exception as error:
        raise ConfigError(f"{what} failed: {type(error).__name__}: {error}") from error


ENTRY = Score(
    summary="A network of your own: any torch.nn.Module factory by import path.",
    formula="f(x) = your module(x)",
    reference="torch.nn.Module, https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html",
    knobs=(
        Text(
            name="factory",
            default="",
            meaning="package.module:name of a function or class that makes the network from (shape, classes), or from fewer arguments",
        ),
    ),
    build=build,
    reduced_precision=True,
    foreign=True,
)
