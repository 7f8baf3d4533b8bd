"""PyTorch modules as Python text: layers by the names they have in the run, and the way from raw pixels to scores."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

from thalweg.core.entries import Fitted
from thalweg.prepare import Chain
from thalweg.prepare._dense import Dense
from thalweg.prepare._elementwise import Elementwise
from thalweg.prepare.bias_trick import Extended
from thalweg.prepare.flatten import Flat
from thalweg.run.model import Model
from thalweg.score.cnn import ConvolutionalNet
from thalweg.score.linear import Linear
from thalweg.score.mlp import Perceptron
from thalweg.score.resnet import Residual, ResidualNet


def _norm(layer: Any) -> str:
    return f"({layer.num_features}, eps={layer.eps!r}, momentum={layer.momentum!r})"


LEAVES: Mapping[type[nn.Module], Callable[[Any], str]] = {
    nn.Linear: lambda layer: f"({layer.in_features}, {layer.out_features})",
    nn.Conv2d: lambda layer: (
        f"({layer.in_channels}, {layer.out_channels}, {layer.kernel_size[0]}, padding={layer.padding[0]}, bias={layer.bias is not None})"
    ),
    nn.BatchNorm1d: _norm,
    nn.BatchNorm2d: _norm,
    nn.MaxPool2d: lambda layer: f"({layer.kernel_size})",
    nn.Dropout: lambda layer: f"({layer.p})",
    **dict.fromkeys((nn.ReLU, nn.Tanh, nn.Sigmoid, nn.GELU, nn.Identity), lambda layer: "()"),
}
"""What makes each layer that our nets have. Not its `repr`, which names arguments that older PyTorch does not know; were a layer made in
another way than those of our nets are, its file would answer otherwise than the run and never appear."""


@dataclass(frozen=True)
class Written:
    """A net as text: `layers` are the lines of `__init__`, `forward` those from pixels x [batch, H, W, C] to scores."""

    layers: tuple[str, ...]
    forward: tuple[str, ...]
    residual: bool = False


def written_net(model: Model) -> Written | None:
    """Return a model's net as text, what stands before it included; None where it is a module that nobody here can write out."""
    write = FORWARDS.get(type(model.module))
    net = None if write is None else write(model.module)
    before = _before(model)
    if net is None or before is None:
        return None
    return Written((*before.layers, *net.layers), (*before.forward, *net.forward), net.residual)


def tensors_before(model: Model) -> dict[str, Tensor]:
    """Return the tensors of what stands before the net, under the names that `written_net` gives them."""
    tensors = {} if model.subtract is None else {"subtract": model.subtract}
    for place, link in enumerate((model.chain or Chain()).links):
        for key, tensor in link.fitted.tensors().items():
            if tensor.is_floating_point():
                tensors[f"{key}{place}"] = tensor
    return tensors


def _linear(module: nn.Module) -> Written:
    classes, pixels = module.get_parameter("weight").shape
    layers = (f"self.weight = nn.Parameter(torch.empty({classes}, {pixels}))", f"self.bias = nn.Parameter(torch.empty({classes}))")
    return Written(layers, ("return nn.functional.linear(x.flatten(1), self.weight, self.bias)",))


def _perceptron(module: nn.Module) -> Written | None:
    lines = _assigned(module, "layers")
    return None if lines is None else Written(lines, ("return self.layers(x.flatten(1))",))


def _convolutional(module: nn.Module) -> Written | None:
    lines = _assigned(module, "blocks", "head")
    forward = ("x = self.blocks(x.permute(0, 3, 1, 2))", "return self.head(x.permute(0, 2, 3, 1).flatten(1))")
    return None if lines is None else Written(lines, forward)


def _residual(module: nn.Module) -> Written | None:
    lines = _assigned(module, "stem", "body", "head")
    forward = ("x = self.body(self.stem(x.permute(0, 3, 1, 2)))", "return self.head(x.amax((2, 3)))")
    return None if lines is None else Written(lines, forward, residual=True)


FORWARDS: Mapping[type[nn.Module], Callable[[nn.Module], Written | None]] = {
    Linear: _linear,
    Perceptron: _perceptron,
    ConvolutionalNet: _convolutional,
    ResidualNet: _residual,
}
"""How each net of ours is written out; a test holds it against the catalogue of scores."""


def _assigned(module: nn.Module, *names: str) -> tuple[str, ...] | None:
    lines: list[str] = []
    for name in names:
        call = _call(module.get_submodule(name))
        if call is None:
            return None
        lines += f"self.{name} = {call}".splitlines()
    return tuple(lines)


def _call(module: nn.Module) -> str | None:
    """Return the call that makes a module, a layer a line; None where some layer is none of those known."""
    if type(module) in LEAVES:
        return f"nn.{type(module).__name__}{LEAVES[type(module)](module)}"
    if isinstance(module, Residual):
        branch = _call(module.branch)
        return None if branch is None else f"Residual({branch})"
    if not isinstance(module, nn.Sequential):
        return None
    calls = [_call(layer) for layer in module]
    if any(call is None for call in calls):
        return None
    inside = "".join(f"    {line}\n" for call in calls for line in f"{call},".splitlines())
    return f"nn.Sequential(\n{inside})"


def _before(model: Model) -> Written | None:
    """Return what stands before the net."""
    if model.subtract is not None:
        layers = (f'self.register_buffer("subtract", torch.empty({len(model.subtract)}))',)
        return Written(layers, ("x = x - self.subtract",))
    links = [_link(link.fitted, place) for place, link in enumerate((model.chain or Chain()).links)]
    known = [link for link in links if link is not None]
    if len(known) < len(links):
        return None
    return Written(tuple(line for link in known for line in link.layers), tuple(line for link in known for line in link.forward))


def _link(fitted: Fitted, place: int) -> Written | None:
    buffers = tuple(
        f'self.register_buffer("{key}{place}", torch.empty({tuple(tensor.shape)}))'
        for key, tensor in fitted.tensors().items()
        if tensor.is_floating_point()
    )
    if isinstance(fitted, Elementwise):
        return Written(buffers, (f"x = x * self.scale{place} + self.shift{place}",))
    if isinstance(fitted, Dense):
        rows = f"x = (x - self.mean{place}).flatten(1) @ self.matrix{place}.T"
        return Written(buffers, (rows, f"x = x.reshape(len(x), {', '.join(map(str, fitted.output))})"))
    if isinstance(fitted, Flat):
        return Written((), ("x = x.flatten(1)[:, None, None, :]",))
    if isinstance(fitted, Extended):
        return Written((), ("x = torch.cat([x.flatten(1), x.new_ones(len(x), 1)], dim=1)[:, None, None, :]",))
    return None
