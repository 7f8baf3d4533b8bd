"""Units: relus that are never active and tanhs or sigmoids that are always at their ends, layer by layer."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor, nn

from thalweg.doctor._check import Check, Examination, Measured, Verdict, looked, not_applicable
from thalweg.doctor._patient import Patient, scores_before_training
from thalweg.run.setting import Setting
from thalweg.run.state import State

ENDS: dict[type[nn.Module], Callable[[Tensor], Tensor]] = {
    nn.ReLU: lambda a: a <= 0,
    nn.Tanh: lambda a: a.abs() > 0.99,
    nn.Sigmoid: lambda a: (a - 0.5).abs() > 0.49,
}
"""Where an activation has hardly any slope: the value of a relu is 0; tanh and sigmoid are within a hundredth of their limits."""
ALWAYS = 0.99
"""A unit is stuck when this share of its values is there (a relu: all of them)."""
MANY, MOST = 0.5, 0.9
"""Shares of a layer's units that are worth a word, and that are wrong."""
NORMAL = (
    f"Fewer than {MANY:.0%} of a layer's units stuck: relus that no picture makes active, tanhs and sigmoids that are at their ends for "
    f"{ALWAYS:.0%} of the pictures."
)


@dataclass(frozen=True, kw_only=True)
class Layer:
    """Of one activation: how many units (channels of a convolution) it has and how many of them are stuck."""

    name: str
    kind: str
    units: int
    stuck: int

    @property
    def share(self) -> float:
        """The share of stuck units."""
        return self.stuck / self.units


def stuck_units(module: nn.Module, forward: Callable[[], object]) -> tuple[Layer, ...]:
    """Return what every activation layer does while `forward` sends pictures through `module`, in the order of the first call.

    Only activations that are modules are seen; one that is used twice counts by all its values.

    >>> net = nn.Sequential(nn.Linear(1, 2), nn.ReLU())
    >>> _ = net[0].weight.data.copy_(torch.tensor([[1.0], [-1.0]])); _ = net[0].bias.data.zero_()
    >>> stuck_units(net, lambda: net(torch.tensor([[1.0], [2.0]])))
    (Layer(name='1', kind='relu', units=2, stuck=1),)
    """
    ended: dict[str, Tensor] = {}
    values: dict[str, int] = {}
    kinds: dict[str, str] = {}

    def watch(name: str, layer: nn.Module) -> Callable[..., None]:
        def hook(_: nn.Module, __: object, output: Float[Tensor, "batch units *places"]) -> None:
            flat = output.detach().transpose(0, 1).flatten(1)
            there = ENDS[type(layer)](flat).sum(1)
            ended[name] = ended[name] + there if name in ended else there
            values[name] = values.get(name, 0) + flat.shape[1]
            kinds[name] = type(layer).__name__.lower()

        return hook

    with ExitStack() as hooks, torch.no_grad():
        for name, layer in module.named_modules():
            if type(layer) in ENDS:
                hooks.callback(layer.register_forward_hook(watch(name, layer)).remove)
        forward()
    least = {name: values[name] if kinds[name] == "relu" else ALWAYS * values[name] for name in ended}
    return tuple(
        Layer(name=name, kind=kinds[name], units=len(there), stuck=int((there >= least[name]).sum())) for name, there in ended.items()
    )


def worst(layers: Sequence[Layer]) -> Layer:
    """Return the layer with the largest share of stuck units, the first of equal ones."""
    return max(layers, key=lambda layer: layer.share)


def judged(layer: Layer) -> Verdict:
    """Return the verdict on a layer."""
    if layer.share < MANY:
        return "well"
    return "wrong" if layer.share >= MOST else "worth knowing"


def examine(patient: Patient) -> Check:
    """Count stuck units at the start and after the brief training."""
    setting, course = patient.setting, patient.course
    batch = patient.batch()
    made = f"seed {patient.recipe.seed}, {len(batch.labels):,} training pictures, at the start and after {course.steps} steps"

    def look(state: State) -> tuple[Layer, ...]:
        return stuck_units(setting.module, lambda: _forward(setting, state, batch.images))

    before, after = look(patient.start), look(course.end)
    if not before:
        return not_applicable("The score function has no relu, tanh or sigmoid layer that could be watched.", made=made)
    measured = tuple(
        Measured.of(f"{layer.name} ({layer.kind}) {when}", layer.share, f"{layer.stuck} of {layer.units} units")
        for when, layers in (("at the start", before), ("after training", after))
        for layer in layers
    )
    known = looked(measured, normal=NORMAL, made=made)
    when, layer = max((("at the start", worst(before)), ("after training", worst(after))), key=lambda pair: pair[1].share)
    verdict = judged(layer)
    if verdict == "well":
        return known.says(verdict, f"At most {layer.share:.0%} of a layer's units are stuck.")
    what = "never active" if layer.kind == "relu" else "at their ends"
    return known.says(
        verdict,
        f"{layer.stuck} of {layer.units} {layer.kind} units of layer {layer.name} are {what} {when}: no gradient passes them.",
        "Use a smaller rate, pixels of mean zero (--prepare standardise), biases that begin at zero, or batch-norm.",
    )


def _forward(setting: Setting, state: State, images: Tensor) -> Tensor:
    """Send pictures through the first member as a module, so that hooks see it; the stacked way calls no module."""
    return scores_before_training(replace(setting, stacked=None, crew=None), state.params, state.buffers, images)


ENTRY = Examination(
    summary="relus that are never active, tanhs and sigmoids at their ends",
    formula="share of units j with a_j(x_i) = 0 for all i (relu), |a_j| > 0.99 for 99 % of i (tanh)",
    reference="L. Lu et al., Dying ReLU and initialization, Communications in Computational Physics 28, 2020",
    examine=examine,
    place=50,
)
