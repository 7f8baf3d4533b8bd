"""Attribution: a score taken apart into what each pixel gives, recomputed by hand where the score is linear."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import torch
from jaxtyping import Float, Int64, Shaped
from torch import Tensor

from thalweg.core.display import Displayed
from thalweg.core.entries import Evidence
from thalweg.core.errors import ConfigError
from thalweg.core.knobs import Choice, Integer, Integers
from thalweg.core.progress import Progress, Silent
from thalweg.core.seeds import generator
from thalweg.core.subject import Pictures, Subject, Unsuited
from thalweg.evidence._maps import Map, map_of

Which = Literal["both", "true", "answered"]
Scores = Callable[[Float[Tensor, "n height width channels"]], Float[Tensor, "n classes"]]
HALF_ULP = 2.0**-24
"""Rounding of one operation in single precision, in which models answer."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """One class's score of one picture: score = start + total + missed.

    `start` is the score of the black picture (the bias of a linear score), `total` the sum of `products`, pixel times weight, added up over
    the channels; `favour` and `against` are its positive and negative terms. `weights` are the template of a linear score, else the
    gradient of the score by the raw pixels. `bound` is what rounding alone can miss, |missed| <= bound, of a linear score.
    """

    name: str
    score: float
    start: float
    total: float
    missed: float
    bound: float | None
    favour: float
    against: float
    weights: Map
    products: Map


@dataclass(frozen=True, kw_only=True)
class Explained:
    """One picture, what it is, what was answered, and the scores of some classes taken apart."""

    row: int
    origin: str
    label: str
    answer: str
    picture: Map
    parts: tuple[Part, ...]


@dataclass(frozen=True, kw_only=True, repr=False)
class Attribution(Displayed):
    """Pictures with their scores taken apart; `linear` says whether by templates (exact) or by gradients (first order)."""

    linear: bool
    pictures: tuple[Explained, ...]
    looked_at: int
    wrong: int
    seed: int

    def row(self) -> dict[str, Any]:
        """Return the record as a JSON object."""
        return asdict(self)

    def sentences(self) -> tuple[str, ...]:
        """Return how well the parts add up, and what they mean."""
        parts = [part for one in self.pictures for part in one.parts]
        worst = max(parts, key=lambda part: abs(part.missed))
        chosen = (
            f"Shown are {len(self.pictures)} of {self.looked_at:,} pictures, of which {self.wrong:,} are answered wrongly "
            f"(drawn with seed {self.seed})."
        )
        if self.linear:
            bound = max(part.bound or 0.0 for part in parts)
            return (
                "Recomputed by hand, the sum over pixels of pixel times template plus the bias gives the model's own score: the largest "
                f"residual of {len(parts)} is {abs(worst.missed):.1e}, where rounding in single precision is at most {bound:.1e}.",
                chosen,
            )
        share = float(np.median([abs(part.missed) / max(abs(part.score - part.start), 1e-12) for part in parts]))
        return (
            f"Gradient times input does not add up to the scores here: it misses the difference to the black picture's score by "
            f"{100 * share:.3g} % in the median of {len(parts)} cases, by {abs(worst.missed):.3g} at most.",
            "Its baseline is the black picture (raw pixels 0), whose own score is named beside each; the products would add up to the "
            "difference exactly only where the score is piecewise linear without biases on the way, as no net with a prepared input is.",
            chosen,
        )


def measure(
    scores: Scores,
    images: Shaped[np.ndarray, "n height width channels"],
    labels: Int64[np.ndarray, " n"],
    classes: Sequence[str],
    *,
    template: Float[np.ndarray, "classes pixels"] | None = None,
    bias: Float[np.ndarray, " classes"] | None = None,
    pictures: int = 6,
    rows: Sequence[int] = (),
    which: Which = "both",
    origins: Sequence[str] | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Attribution:
    """Take scores of some raw pictures apart into pixel times weight.

    With `template` W [classes, H*W*C] and `bias` b of a linear score s_k = sum_p W_kp x_p + b_k every term is recomputed in double
    precision; what is missed to the model's own score in single precision is rounding, bounded by
    (pixels + 1) 2^-24 (sum_p |W_kp x_p| + |b_k|). Otherwise the weights are the gradient: s_k(x) ~ s_k(0) + sum_p x_p ds_k/dx_p, to
    first order, with the black picture as baseline.

    `rows` names the pictures; none: up to `pictures`, half of them wrong answers where there are so many, drawn with `seed`. `which`
    classes: the true one, the one answered, or both. Maps larger than 64 pixels are reduced, products summed, pictures and weights averaged
    in blocks. Raises `ConfigError` on a row that there is not.

    Reference: CS231n, Linear classification (templates); Simonyan, Vedaldi & Zisserman, Deep inside convolutional networks, 2014;
    Ancona et al., Towards better understanding of gradient-based attribution methods, ICLR 2018 (gradient x input).

    >>> part = example().pictures[0].parts[0]
    >>> part.start, part.total, part.score, part.products.flat
    (1.0, 5.0, 6.0, (6.0, -1.0))
    """
    shown = progress or Silent()
    answers = _answers(scores, images)
    wrong = int((answers != labels).sum())
    chosen = _chosen(answers != labels, rows, pictures, seed=seed)
    shown.begin("attribution", len(chosen), "pictures")
    explained = []
    try:
        for row in chosen:
            names = {"both": (labels[row], answers[row]), "true": (labels[row],), "answered": (answers[row],)}[which]
            parts = [_part(scores, images[row], k, classes[k], template, bias) for k in dict.fromkeys(map(int, names))]
            explained.append(
                Explained(
                    row=row, origin=str(row) if origins is None else origins[row], label=classes[int(labels[row])],
                    answer=classes[int(answers[row])], picture=map_of(images[row].astype(np.float64), how="mean"), parts=tuple(parts),
                )
            )  # fmt: skip
            shown.advance()
    finally:
        shown.end()
    return Attribution(linear=template is not None, pictures=tuple(explained), looked_at=len(images), wrong=wrong, seed=seed)


def _answers(scores: Scores, images: Shaped[np.ndarray, "n height width channels"]) -> Int64[np.ndarray, " n"]:
    with torch.no_grad():
        pieces = [scores(torch.as_tensor(images[start : start + 256]).float()).argmax(1) for start in range(0, len(images), 256)]
    answers: Int64[np.ndarray, " n"] = torch.cat(pieces).numpy()
    return answers


def _chosen(wrong: Shaped[np.ndarray, " n"], rows: Sequence[int], most: int, *, seed: int) -> list[int]:
    for row in rows:
        if not 0 <= row < len(wrong):
            raise ConfigError(f"rows must lie in [0, {len(wrong)}); got {row}. They count the examples looked at, from 0.")
    if rows:
        return list(rows)
    order = torch.randperm(len(wrong), generator=generator(seed, "attribution")).tolist()
    missed, right = [row for row in order if wrong[row]], [row for row in order if not wrong[row]]
    first = missed[: max(most // 2, most - len(right))]
    return first + right[: most - len(first)]


def _part(
    scores: Scores,
    image: Shaped[np.ndarray, "height width channels"],
    k: int,
    name: str,
    template: Float[np.ndarray, "classes pixels"] | None,
    bias: Float[np.ndarray, " classes"] | None,
) -> Part:
    pixels = torch.as_tensor(image).float()[None].requires_grad_()
    own = scores(pixels)[0, k]
    x, bound = image.astype(np.float64), None
    if template is None:
        (slope,) = torch.autograd.grad(own, pixels)
        weights = slope[0].double().numpy()
        with torch.no_grad():
            start = float(scores(torch.zeros_like(pixels))[0, k])
        terms = weights * x
    else:
        weights = template[k].astype(np.float64).reshape(x.shape)
        start, terms = 0.0 if bias is None else float(bias[k]), weights * x
        bound = (terms.size + 1) * HALF_ULP * (float(np.abs(terms).sum()) + abs(start))
    score, total = float(own.detach()), float(terms.sum())
    return Part(
        name=name, score=score, start=start, total=total, missed=score - start - total, bound=bound,
        favour=float(terms[terms > 0].sum()), against=float(terms[terms < 0].sum()), weights=map_of(weights, how="mean"),
        products=map_of(terms.sum(2, keepdims=True), how="sum"),
    )  # fmt: skip


def inspect(
    subject: Subject,
    *,
    progress: Progress | None = None,
    pictures: int = 6,
    rows: tuple[int, ...] = (),
    which: Which = "both",
) -> Attribution:
    """Take scores of a subject's pictures apart."""
    shown: Pictures | None = subject.pictures
    if shown is None or not len(shown.images) or shown.images.dtype != np.uint8:
        raise Unsuited("attribution needs pictures and the model's scores of their raw pixels; this subject has none.")
    return measure(
        shown.scores, shown.images, shown.labels, shown.classes, template=shown.first_weight if shown.linear else None,
        bias=shown.first_bias if shown.linear else None, pictures=pictures, rows=rows, which=which, origins=shown.origins,
        seed=subject.seed, progress=progress,
    )  # fmt: skip


def example() -> Attribution:
    """Return the two-pixel picture (2, 1) under W = ((3, -1), (1, 1)) and b = (1, 0): 6 - 1 + 1 = 6."""
    weight, bias = np.array([[3.0, -1.0], [1.0, 1.0]]), np.array([1.0, 0.0])
    image = np.array([[[[2], [1]]]], dtype=np.uint8)

    def scores(images: Tensor) -> Tensor:
        return images.flatten(1) @ torch.tensor(weight).float().T + torch.tensor(bias).float()

    return measure(scores, image, np.array([0]), ("a", "b"), template=weight, bias=bias, which="true", origins=("by hand",))


ENTRY = Evidence(
    summary="scores taken apart: pixel times template, or gradient times input",
    formula="s_k = sum_p W_kp x_p + b_k; for deep nets s_k(x) ~ s_k(0) + sum_p x_p ds_k/dx_p",
    reference="Ancona et al., Towards better understanding of gradient-based attribution methods for deep neural networks, ICLR 2018",
    knobs=(
        Integer(name="pictures", default=6, low=1, high=64, meaning="how many pictures; half are wrong answers where there are so many"),
        Integers(name="rows", default=(), low=0, shortest=0, meaning="positions of pictures among the examples looked at; none: drawn"),
        Choice(name="which", default="both", choices=("both", "true", "answered"), meaning="whose score: the true class's, the answer's"),
    ),
    measure=measure,
    example=example,
    inspect=inspect,
    place=82,
)
