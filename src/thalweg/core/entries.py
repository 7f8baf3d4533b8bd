"""What an entry of each catalogue is: the contracts that hold the house together.

An entry is a frozen record: a summary, the formula, a reference, its knobs and the functions that do the work. Axes by name:
`members` is always the first axis of parameters and of everything computed per member; `batch` counts examples.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol, runtime_checkable

import torch
from jaxtyping import Float, Int64, Shaped, UInt8
from torch import Tensor, nn

from thalweg.core.dual import Dual
from thalweg.core.findings import Finding, Record
from thalweg.core.imageset import ImageSet
from thalweg.core.knobs import Knob
from thalweg.core.progress import Progress
from thalweg.core.tree import Params
from thalweg.core.worked import Line, OneWeight

Settings = Mapping[str, Any]
"""Values of an entry's knobs: numbers are tensors [members] for optimisers, plain values elsewhere."""

State = dict[str, Tensor | Params]
"""What an optimiser or an average remembers between steps: tensors and trees of tensors, so that a checkpoint can hold it."""

Info = dict[str, Float[Tensor, " members"]]
"""What a step tells: always `loss` (the objective where the step began); more where the method has more to tell."""

Shape = tuple[int, int, int]
"""Height, width, channels of one image."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What all entries have; the catalogue fills in `name` from the file's name."""

    summary: str
    formula: str
    reference: str
    knobs: tuple[Knob, ...] = ()
    name: str = ""

    def defaults(self) -> dict[str, Any]:
        """Return every knob's default."""
        return {knob.name: knob.default for knob in self.knobs}


@dataclass(frozen=True, kw_only=True)
class ReadOptions:
    """How pictures are read where the source leaves it open; `fewest_classes` is 1 where classes are declared elsewhere."""

    size: tuple[int, int] | None = None
    fit: Literal["stretch", "crop", "pad"] = "crop"
    colour: Literal["auto", "grey", "rgb"] = "auto"
    skip_bad: bool = False
    seed: int = 0
    noise: float = 0.0
    examples: int | None = None
    fewest_classes: int = 2


@dataclass(frozen=True, kw_only=True)
class Reader(Entry):
    """A format: `matches` says whether a source (a path or a name) is of it; `read` makes an ImageSet without touching the source.

    The set's split holds what the source itself says; `thalweg.images.load` fills in the rest.
    """

    matches: Callable[[str], bool]
    read: Callable[[str, ReadOptions, Progress], ImageSet]


@runtime_checkable
class Fitted(Protocol):
    """An affine map of images, fitted on the training images: y = A x + c, with A scalar, diagonal or dense."""

    def shape(self, shape: Shape) -> Shape:
        """Return the shape of a prepared image."""

    def apply(self, images: Float[Tensor, "batch height width channels"]) -> Float[Tensor, "batch height2 width2 channels2"]:
        """Prepare a batch."""

    def fold(self, weight: Float[Tensor, "outputs inputs"], bias: Float[Tensor, " outputs"]) -> tuple[Tensor, Tensor]:
        """Return the map of unprepared pixels that equals `weight`, `bias` on prepared ones; columns in height, width, channel order."""

    def tensors(self) -> dict[str, Tensor]:
        """Return what `restore` needs to make this map again."""


Chunks = Callable[[], Iterable[Float[Tensor, "batch height width channels"]]]
"""A function that walks once over the training images (prepared by what comes before), as float32, chunk by chunk."""


@dataclass(frozen=True, kw_only=True)
class Preparation(Entry):
    """A preparation: `fit(chunks, **knobs)` on the training split only; `restore(tensors)` makes it again from saved tensors."""

    fit: Callable[..., Fitted]
    restore: Callable[[dict[str, Tensor]], Fitted]


@dataclass(frozen=True, kw_only=True)
class Augmentation(Entry):
    """A random change of a whole batch of raw images: `apply(images [batch, H, W, C], generator, **knobs)` -> same shape and dtype."""

    apply: Callable[..., Shaped[Tensor, "batch height width channels"]]


StackedScores = Callable[[Params, Tensor, Sequence[torch.Generator] | None], Tensor]
"""Parameters [members, ...], images [N, C, H, W], generators (None: evaluation mode) -> scores [members, N, classes]."""


@dataclass(frozen=True, kw_only=True)
class Score(Entry):
    """A score function: `build(shape, classes, generator, **knobs)` -> a module from images [N, C, H, W] to scores [N, classes].

    All randomness of the initialisation comes from `generator`. `closed_form`: the module is exactly a linear map of the pixels with
    parameters `weight` [classes, H*W*C] (height, width, channel order) and `bias` [classes], so that training may skip autograd.
    `stacked(module)` -> scores of many members at once (None where this module has no such way): a function of parameters
    [members, ...], images [N, C, H, W] and one generator a member for dropout (None: evaluation mode) to scores [members, N, classes],
    differentiable once, drawing from each generator what the module alone would draw.
    `reduced_precision`: whether bfloat16 pays for it where the processor has it. `foreign`: building it runs code that a knob names, so
    that a stranger's run is opened on consent only. `recommended`: recipe settings that suit it, which the faces fill in where the person
    leaves them open (`{"optimiser": {"name": "adamw", "rate": 1e-3}, "epochs": 10}`).
    """

    build: Callable[..., nn.Module]
    closed_form: bool = False
    stacked: Callable[[nn.Module], StackedScores | None] | None = None
    reduced_precision: bool = False
    foreign: bool = False
    recommended: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Loss(Entry):
    """A loss: `value(scores [*members, N, K], labels [N], **knobs)` -> [*members, N], one number an example at its own scale.

    `gradient(...)` -> d value / d scores [*members, N, K] in closed form (at a kink, the subgradient that PyTorch's relu and max take).
    Knobs are numbers or tensors that broadcast against [*members, N]. `at_zero(classes, **knobs)` is the loss of all-zero scores.
    `worked(scores, label, classes=(), **knobs)` writes one example's value out: floats, an index, names; the loss is the last line.
    `fused(...)` -> both, where that is cheaper than one after the other; equal to them up to rounding of numbers near 1.
    `probabilities`: softmax of the scores estimates class probabilities (true of likelihood losses only). `curvature(classes, **knobs)`
    bounds the eigenvalues of the Hessian by the scores, wherever there is one; None where a loss is made of flat pieces.
    `dual`: for a loss that is convex in the scores, what a lower bound and an exact solution are made of.
    """

    value: Callable[..., Float[Tensor, "*members batch"]]
    gradient: Callable[..., Float[Tensor, "*members batch classes"]]
    at_zero: Callable[..., float]
    worked: Callable[..., tuple[Line, ...]]
    fused: Callable[..., tuple[Tensor, Tensor]] | None = None
    probabilities: bool = False
    curvature: Callable[..., float] | None = None
    dual: Dual | None = None

    def value_and_gradient(
        self, scores: Float[Tensor, "*members batch classes"], labels: Int64[Tensor, " batch"], **knobs: Any
    ) -> tuple[Float[Tensor, "*members batch"], Float[Tensor, "*members batch classes"]]:
        """Return value and gradient, at once where the loss has a cheaper way for both."""
        if self.fused is not None:
            return self.fused(scores, labels, **knobs)
        return self.value(scores, labels, **knobs), self.gradient(scores, labels, **knobs)


@dataclass(frozen=True, kw_only=True)
class Penalty(Entry):
    """A penalty on one weight tensor [members, ...]: a smooth part and, where `proximal` is given, a part that is not smooth.

    `value(weight, **knobs)` -> [members], the whole penalty with its strength; `gradient(weight, **knobs)` -> gradient of the smooth part,
    a new tensor; `proximal(weight, step [members], **knobs)` -> prox of step * (the part that is not smooth). The first knob is always
    `strength`. `coefficients(**knobs)` -> (l1, l2) where the penalty is l1 * sum |W| + l2 * sum W^2, knobs as plain numbers.
    """

    value: Callable[..., Float[Tensor, " members"]]
    gradient: Callable[..., Float[Tensor, "members ..."]]
    proximal: Callable[..., Float[Tensor, "members ..."]] | None = None
    coefficients: Callable[..., tuple[float, float]] | None = None


@runtime_checkable
class Objective(Protocol):
    """What an optimiser may ask: mean loss over the step's batch plus penalty, as a function of the parameters.

    `penalised` names the parameters that a penalty or a decay acts on (weights, not biases or normalisation). `value` takes any
    number of members that is a multiple of the run's; the others take the run's own. Gradients are of the smooth part.
    """

    @property
    def penalised(self) -> frozenset[str]:
        """Names of the parameters that a penalty or a decay acts on."""

    def value(self, params: Params) -> Float[Tensor, " members"]:
        """Return the objective at `params`."""

    def value_and_gradient(self, params: Params) -> tuple[Float[Tensor, " members"], Params]:
        """Return the objective and its gradient at `params`."""

    def hessian_vector(self, params: Params, vectors: Params) -> Params:
        """Return the Hessian at `params` times `vectors`; the graph at the same `params` object is kept between calls."""


@dataclass(frozen=True, kw_only=True)
class Optimiser(Entry):
    """An optimiser: two pure functions.

    `init(params, settings) -> state`; `step(objective, params, state, settings, generators) -> (params, state, info)`. In `settings` a
    `Number` knob (an `Integer` aside) is a tensor [members] in the parameters' dtype, the rate after the schedule; others are plain values.
    `generators[member]` is the member's own source of noise, so that what it draws does not depend on who else is in the population.
    `full_batch`: by default a step looks at the whole training set. `proximal`: a proximal step of length `rate` may follow the update
    (otherwise penalties that are not smooth are refused). `stable_rate(settings, curvature)`: the rate below which the rule converges
    and above which it diverges on a quadratic whose largest curvature is that, knobs as plain numbers; None where there is no such rate.
    `reached(state, settings)`: for an optimiser that has an aim of its own, whether each member is there, and a sentence on where it is;
    who is there has converged, and the last weights are the answer. `worked(weight, settings)`: one weight's step written out, or None.
    """

    init: Callable[[Params, Settings], State]
    step: Callable[[Objective, Params, State, Settings, Sequence[torch.Generator]], tuple[Params, State, Info]]
    full_batch: bool = False
    proximal: bool = False
    stable_rate: Callable[[Settings, float], float] | None = None
    reached: Callable[[State, Settings], Sequence[tuple[bool, str]]] | None = None
    worked: Callable[[OneWeight, Settings], tuple[Line, ...]] | None = None


@dataclass(frozen=True, kw_only=True)
class Schedule(Entry):
    """A schedule: `factor(step, steps, epoch_steps, **knobs)` -> what multiplies the rate at `step` (from 0) of `steps` in all."""

    factor: Callable[..., float]


@dataclass(frozen=True, kw_only=True)
class Average(Entry):
    """An average over the path of W: `update(mean, params, count, **knobs) -> mean`, `count` steps having been averaged before."""

    update: Callable[..., Params]


@dataclass(frozen=True, kw_only=True)
class Critical:
    """A point where a surface's gradient is zero: what its Hessian's eigenvalues make it, and the surface's value there.

    `degenerate`: at least one eigenvalue is zero, so that they do not decide.
    """

    point: tuple[float, float]
    kind: Literal["minimum", "maximum", "saddle", "degenerate"]
    value: float


@dataclass(frozen=True, kw_only=True)
class Surface(Entry):
    """A function of two numbers to race optimisers on: `value(points [*points, 2], **knobs)` -> [*points], differentiable twice.

    `window` (lowest x, highest x, lowest y, highest y) is the part worth drawing, `start` where a race begins by default. `critical` are
    known critical points, the same for all values of the knobs; a surface with infinitely many gives some. `finish`: where the surface is
    unbounded below, the value at which a point counts as having left the critical point; None where it has a lowest value.
    """

    value: Callable[..., Float[Tensor, "*points"]]
    window: tuple[float, float, float, float]
    start: tuple[float, float]
    critical: tuple[Critical, ...]
    finish: float | None = None


@dataclass(frozen=True, kw_only=True)
class Evidence(Entry):
    """Something that can be shown of a trained W: `measure(...)` makes the record from arrays, or from an objective and parameters.

    `example()` returns a record small enough to check by hand; the documentation shows it and the tests draw it.
    `inspect(subject, progress=..., **knobs)` makes the record of a `thalweg.core.subject.Subject`, for `thalweg inspect`: a `Finding` of
    plain values and tuples, which `row()` turns into JSON and pydantic back; it raises `Unsuited` where it does not apply. None where
    this evidence is not of a model at its weights. `place`: where it stands on the page, low numbers first. `slow`: only on request.
    """

    measure: Callable[..., Record]
    example: Callable[[], Record]
    inspect: Callable[..., Finding] | None = None
    place: int = 0
    slow: bool = False


@dataclass(frozen=True, kw_only=True)
class View(Entry):
    """A picture of evidence: `draw(record)` makes a drawing of the record of the evidence entry named `evidence`."""

    evidence: str
    draw: Callable[[Any], Any]


Pixels = UInt8[Tensor, "batch height width channels"] | Float[Tensor, "batch height width channels"]
Labels = Int64[Tensor, " batch"]
Source = str | Path
