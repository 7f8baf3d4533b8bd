"""Spectrum: the eigenvalues of a Hessian at both ends with their residuals, its trace and its density."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import torch

from thalweg.core.display import Displayed
from thalweg.core.entries import Evidence, Objective
from thalweg.core.errors import ConfigError, nearest
from thalweg.core.knobs import Choice, Integer, Number, Text
from thalweg.core.progress import Progress, Silent
from thalweg.core.subject import Subject
from thalweg.core.tree import Params
from thalweg.evidence._blocks import Block, BlockProduct, dense_block, noise, sampled_block
from thalweg.evidence._ends import lanczos_ends
from thalweg.evidence._quadratic import Quadratic
from thalweg.evidence._words import made_over


@dataclass(frozen=True, kw_only=True, repr=False)
class Spectrum(Displayed):
    """The spectra of the blocks asked for, over `examples` examples, with the module in `mode`, computed in `precision`."""

    blocks: tuple[Block, ...]
    tolerance: float
    seed: int
    examples: int = 0
    mode: str = "evaluation"
    precision: str = "fp64"

    def row(self) -> dict[str, Any]:
        """Return the record as a JSON object."""
        return asdict(self)

    def sentences(self) -> tuple[str, ...]:
        """Return the ends of each block's spectrum with their error bars, and its trace."""
        said = [sentence for block in self.blocks for sentence in _said(block)]
        return (*said, made_over(self.examples, self.mode, self.precision))


def measure(
    objective: Objective,
    params: Params,
    *,
    count: int = 5,
    blocks: Mapping[str, Sequence[str]] | None = None,
    tolerance: float = 1e-3,
    products: int = 200,
    probes: int = 3,
    steps: int = 30,
    dense: int = 1000,
    seed: int = 0,
    progress: Progress | None = None,
) -> Spectrum:
    """Measure the spectrum of the Hessian of an objective at one member's parameters [1, ...], from Hessian-vector products alone.

    A block is the square part of the Hessian that belongs to some parameters; by default the one block of all of them. A block of at most
    `dense` parameters is built column by column and solved exactly. Of a larger one, Lanczos gives `count` eigenvalues at both ends, up to
    residuals of `tolerance` times the largest |eigenvalue| or `products` products; an eigenvalue lies within its residual |H v - theta v|.
    `probes` random sign vectors z of P entries give, by Lanczos with `steps` vectors each,

        trace H = E[z^T H z],    density(t) = (1/P) sum_i delta(t - lambda_i) ~ mean over probes of sum_k u_k1^2 delta(t - theta_k)

    (stochastic Lanczos quadrature; theta, u: eigenpairs of the tridiagonal matrix); the trace's error is the standard error over probes.
    The Hessian is that of the smooth part; at a kink (relu, hinge) it is the one of the piece that autograd takes.

    Reference: Ubaru, Chen & Saad, Fast estimation of tr(f(A)) via stochastic Lanczos quadrature, SIAM J. Matrix Anal. Appl. 38, 2017;
    Ghorbani, Krishnan & Xiao, An investigation into neural net optimization via Hessian eigenvalue density, ICML 2019.

    >>> spectrum = example()
    >>> [round(each.value, 6) for each in spectrum.blocks[0].high[:2]], round(spectrum.blocks[0].low[0].value, 6)
    ([3.0, 1.0], -2.0)
    """
    shown = progress or Silent()
    chosen = blocks or {"all": tuple(params)}
    for names in chosen.values():
        for name in names:
            if name not in params:
                raise ConfigError(f"no parameter is called {name!r}.{nearest(name, params)} There are {', '.join(params)}.")
    found = []
    for name, names in chosen.items():
        product = BlockProduct(objective, params, names)
        total = product.like.shape[1]
        exact = total <= dense
        shown.begin(f"spectrum of {name}", total if exact else products + probes * steps, "products")
        try:
            if exact:
                found.append(dense_block(name, product, count=count, seen=shown.advance))
            else:
                start = noise(product.like, seed, name)
                ends = lanczos_ends(product, start, count=count, tolerance=tolerance, products=products, seen=shown.advance)
                found.append(sampled_block(name, product, ends, probes=probes, steps=steps, seed=seed, seen=shown.advance))
        finally:
            shown.end()
    return Spectrum(blocks=tuple(found), tolerance=tolerance, seed=seed)


def layers(params: Params) -> dict[str, tuple[str, ...]]:
    """Return the parameters of each layer: those whose names share all but the last word.

    >>> layers({"a.weight": torch.ones(1), "a.bias": torch.ones(1), "weight": torch.ones(1)})
    {'a': ('a.weight', 'a.bias'), 'weight': ('weight',)}
    """
    found: dict[str, tuple[str, ...]] = {}
    for name in params:
        layer = name.rpartition(".")[0] or name
        found[layer] = (*found.get(layer, ()), name)
    return found


def inspect(
    subject: Subject,
    *,
    progress: Progress | None = None,
    top: int = 5,
    blocks: str = "all",
    tolerance: float = 1e-3,
    products: int = 200,
    probes: int = 3,
    steps: int = 30,
    dense: int = 1000,
    precision: str = "auto",
) -> Spectrum:
    """Measure a subject's spectrum, whole or layer by layer; in single precision where a module convolves, unless told otherwise."""
    single = precision == "fp32" or (precision == "auto" and subject.convolutional)
    own = subject.cast(torch.float32 if single else torch.float64)
    each = layers(own.params)
    by = {"all": None, "layers": each}.get(blocks, {blocks: each.get(blocks, ())})
    if by is not None and not all(by.values()):
        known = f"{nearest(blocks, each)} Layers: {', '.join(each)}."
        raise ConfigError(f"blocks must be all, layers, or the name of a layer; got {blocks!r}.{known}")
    found = measure(
        own.objective, own.params, count=top, blocks=by, tolerance=tolerance, products=products, probes=probes, steps=steps, dense=dense,
        seed=subject.seed, progress=progress,
    )  # fmt: skip
    return replace(found, examples=own.examples, mode=own.mode, precision=own.precision)


def _said(block: Block) -> list[str]:
    largest, lowest = block.high[0], block.low[0]
    whole = "" if block.name == "all" else f" of {block.name}"
    how = "all eigenvalues, from the whole matrix" if block.exact else f"{block.products:,} Hessian-vector products"
    words = [
        f"The Hessian{whole} of {block.parameters:,} parameters has its largest eigenvalue at {largest.value:.6g} ± {largest.residual:.1g} "
        f"and its lowest at {lowest.value:.6g} ± {lowest.residual:.1g} (± is the residual |Hv − λv|; {how})."
    ]
    trace = block.trace
    bar = "" if block.exact else f" ± {trace.error:.2g} (standard error over {trace.probes} probes)"
    words.append(f"Its trace is {trace.value:.6g}{bar}; {100 * block.negative:.3g}% of its eigenvalues lie below zero.")
    return words


def example() -> Spectrum:
    """Return the spectrum of a quadratic with curvatures 3, 1, 0 and -2."""
    return measure(Quadratic([3.0, 1.0, 0.0, -2.0]), {"w": torch.zeros(1, 4, dtype=torch.float64)}, count=2)


ENTRY = Evidence(
    summary="eigenvalues of the Hessian at both ends with residuals, trace and density",
    formula="H v = lambda v, residual |H v - lambda v|; trace H = E[z^T H z]; density by stochastic Lanczos quadrature",
    reference="Ghorbani, Krishnan and Xiao, An investigation into neural net optimization via Hessian eigenvalue density, ICML 2019",
    knobs=(
        Integer(name="top", default=5, low=1, meaning="eigenvalues at each end"),
        Text(name="blocks", default="all", meaning="all parameters at once, layers (each by itself), or the name of one layer"),
        Number(name="tolerance", default=1e-3, low=0, high=1, low_open=True, meaning="residual, as a share of the largest |eigenvalue|"),
        Integer(name="products", default=200, low=2, meaning="most Hessian-vector products for the eigenvalues"),
        Integer(name="probes", default=3, low=1, meaning="random vectors for trace and density"),
        Integer(name="steps", default=30, low=2, meaning="Lanczos steps of each probe"),
        Integer(name="dense", default=1000, low=0, meaning="up to so many parameters the whole matrix is built and solved"),
        Choice(name="precision", default="auto", choices=("auto", "fp32", "fp64"), meaning="auto: fp32 for convolutions"),
    ),
    measure=measure,
    example=example,
    inspect=inspect,
    place=20,
)  # fmt: skip
