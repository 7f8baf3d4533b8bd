"""Comparison: runs on the same examples, what differs between them, and what of that is more than the draw of the examples."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
from jaxtyping import Float, Int64

from thalweg.core.display import Displayed
from thalweg.core.entries import Evidence
from thalweg.core.errors import ConfigError, DataError
from thalweg.evidence import accuracy, confusion, curves
from thalweg.evidence._mcnemar import Cochran, cochran, holm
from thalweg.evidence._pairs import Pair as Pair
from thalweg.evidence._pairs import pair
from thalweg.evidence._recipes import Setting, differing
from thalweg.evidence._strict import number
from thalweg.run.record import Epoch, Figures


@dataclass(frozen=True, kw_only=True, eq=False)
class Contender:
    """One run: its name, recipe (nested), metrics log, figures of each part, and its answer and loss on each of the examples."""

    name: str
    recipe: Mapping[str, Any]
    epochs: Sequence[Epoch]
    figures: Mapping[str, Figures]
    predicted: Int64[np.ndarray, " n"]
    losses: Float[np.ndarray, " n"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Comparison(Displayed):
    """Runs side by side on `count` examples of `part`; everything that has one value a run is in the order of `names`.

    `losses` are mean data losses, None where not finite; `confusions[r, t, p]` counts examples of class t that run r took for p; `pairs`
    holds every pair, in the order (0, 1), (0, 2), ..., (1, 2), ...
    """

    names: tuple[str, ...]
    classes: tuple[str, ...]
    part: str
    count: int
    accuracies: tuple[accuracy.Accuracy, ...]
    losses: tuple[float | None, ...]
    figures: tuple[Mapping[str, Figures], ...]
    differing: tuple[Setting, ...]
    curves: tuple[curves.Curves, ...]
    confusions: Int64[np.ndarray, "runs classes classes"]
    pairs: tuple[Pair, ...]
    cochran: Cochran

    @property
    def against_first(self) -> tuple[Pair, ...]:
        """The pairs of the first run with each of the others."""
        return self.pairs[: len(self.names) - 1]

    @property
    def best(self) -> int:
        """The place of the run with the most right answers; the first of those that tie."""
        right = [one.right for one in self.accuracies]
        return right.index(max(right))

    def change(self, one: Pair) -> Int64[np.ndarray, "classes classes"]:
        """Return the second run's confusion matrix less the first's."""
        return self.confusions[one.second] - self.confusions[one.first]

    def row(self) -> dict[str, Any]:
        """Return the record as a JSON object."""
        return {
            **{name: list(getattr(self, name)) for name in ("names", "classes", "losses")},
            "part": self.part,
            "count": self.count,
            "accuracies": [one.row() for one in self.accuracies],
            "figures": [{part: _strict(one) for part, one in parts.items()} for parts in self.figures],
            "differing": [asdict(one) for one in self.differing],
            "curves": [one.row() for one in self.curves],
            "confusions": self.confusions.tolist(),
            "pairs": [asdict(one) for one in self.pairs],
            "cochran": asdict(self.cochran),
        }


def measure(
    contenders: Sequence[Contender],
    labels: Int64[np.ndarray, " n"],
    classes: Sequence[str],
    *,
    part: str = "test",
    confidence: float = 0.95,
) -> Comparison:
    """Compare runs on the same examples: each alone, every pair, and all together.

    For each pair (first, second), with b examples that only the first has right and c that only the second has: the difference of the
    accuracies (c - b) / n with Bonett and Price's interval, McNemar's exact and mid-p test of b against c, the exact p-value with Holm's
    correction for all pairs, and the paired difference of the mean losses where both measure the same loss. Cochran's Q tests all runs
    at once. All of it speaks of the draw of the examples: a run trained again with another seed is another run.

    Raises `ConfigError` on fewer than two runs and `DataError` where a run has another number of answers than there are labels.

    >>> record = example()
    >>> [(one.agreement.only_first, one.agreement.only_second, one.accuracy.value) for one in record.against_first]
    [(1, 5, 0.2), (1, 1, 0.0)]
    """
    if len(contenders) < 2:
        raise ConfigError(f"a comparison needs at least two runs; got {len(contenders)}.")
    for one in contenders:
        if not len(one.predicted) == len(one.losses) == len(labels):
            raise DataError(f"{one.name}: {len(one.predicted)} answers and {len(one.losses)} losses for {len(labels)} examples.")
    tables = [confusion.measure(labels, one.predicted, classes) for one in contenders]
    return Comparison(
        names=tuple(one.name for one in contenders),
        classes=tuple(classes),
        part=part,
        count=len(labels),
        accuracies=tuple(accuracy.measure(one.accuracy.right, len(labels), confidence=confidence) for one in tables),
        losses=tuple(number(one.losses.mean(dtype=np.float64)) if len(labels) else None for one in contenders),
        figures=tuple(one.figures for one in contenders),
        differing=differing([one.recipe for one in contenders]),
        curves=tuple(curves.measure(one.epochs) for one in contenders),
        confusions=np.stack([one.counts for one in tables]),
        pairs=_pairs(contenders, labels, len(classes), confidence=confidence),
        cochran=cochran(np.stack([one.predicted == labels for one in contenders])),
    )


def _pairs(contenders: Sequence[Contender], labels: Int64[np.ndarray, " n"], classes: int, *, confidence: float) -> tuple[Pair, ...]:
    found = []
    for first, second in combinations(range(len(contenders)), 2):
        one, other = contenders[first], contenders[second]
        made = pair(
            (first, second),
            (one.predicted == labels, other.predicted == labels),
            (one.losses, other.losses),
            labels,
            classes=classes,
            same_loss=one.recipe.get("loss") == other.recipe.get("loss"),
            confidence=confidence,
        )
        found.append(made)
    corrected = holm([one.test.exact for one in found])
    return tuple(replace(one, holm=value) for one, value in zip(found, corrected, strict=True))


def _strict(figures: Figures) -> dict[str, float | None]:
    return {name: number(value) for name, value in asdict(figures).items()}


def example() -> Comparison:
    """Return three runs on twenty pictures of two animals: the second is right on five that the first misses, and wrong on one."""
    labels = np.repeat([0, 1], 10)
    wrong = {"linear": [0, 1, 2, 3, 10, 11], "wider": [0, 12], "other loss": [0, 1, 2, 4, 10, 11]}
    contenders = []
    for place, (name, rows) in enumerate(wrong.items()):
        missed = np.isin(np.arange(20), rows)
        course = [Figures.of(0.6931, 0.0, 0.5), Figures.of(0.5 - 0.1 * place, 0.0, 0.7), Figures.of(0.4 - 0.1 * place, 0.0, 0.8)]
        contender = Contender(
            name=name,
            recipe={
                "seed": 0,
                "score": {"name": "mlp" if place == 1 else "linear"},
                "loss": {"name": "svm-sum" if place == 2 else "softmax"},
            },
            epochs=[Epoch(epoch=k, step=k, examples=k, rate=0.1, train=one, validation=one) for k, one in enumerate(course)],
            figures={"train": course[-1], "test": Figures.of(0.5 - 0.1 * place, 0.0, float(1 - missed.mean()))},
            predicted=np.where(missed, 1 - labels, labels),
            losses=np.where(missed, 1.5, 0.1 + 0.01 * place),
        )
        contenders.append(contender)
    return measure(contenders, labels, ["cat", "dog"])


ENTRY = Evidence(
    summary="runs on the same examples: what differs, paired differences with intervals, McNemar's test",
    formula="(c - b)/n; p = min(1, 2 P(X <= min(b, c))), X ~ Binomial(b + c, 1/2)",
    reference="M. W. Fagerland, S. Lydersen, P. Laake, The McNemar test for binary matched-pairs data, BMC Med. Res. Meth. 13, 2013",
    measure=measure,
    example=example,
)
