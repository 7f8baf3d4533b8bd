"""Course of a search: the best loss and accuracy found so far against the number of evaluations, over several seeds."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from jaxtyping import Float64

from thalweg.core.display import Displayed
from thalweg.core.entries import Evidence
from thalweg.core.errors import DataError
from thalweg.evidence._spread import Band, band
from thalweg.evidence._strict import number
from thalweg.run.population_record import SearchTrace


@dataclass(frozen=True, kw_only=True)
class Method:
    """One way of searching: bands over seeds of the best loss found and of the accuracy of the W that has it.

    The figures at the end are medians with the least and the greatest over seeds; `seeds` counts them.
    """

    name: str
    evaluations: tuple[int, ...]
    loss: Band
    accuracy: Band
    final_loss: tuple[float | None, float | None, float | None]
    final_accuracy: tuple[float | None, float | None, float | None]
    seeds: int
    reason: str = ""


@dataclass(frozen=True, kw_only=True, repr=False)
class SearchCourse(Displayed):
    """Methods, the one that ends with the highest median loss first.

    Of the `shared` seeds that every method was run from, `ordered` end in exactly this order of losses. `chance` is the accuracy of
    guessing, None where it was not given.
    """

    methods: tuple[Method, ...]
    shared: int
    ordered: int
    evaluations: int
    chance: float | None

    def row(self) -> dict[str, Any]:
        """Return the record as a JSON object."""
        return asdict(self)


def measure(traces: Sequence[SearchTrace], *, chance: float | None = None) -> SearchCourse:
    """Lay searches out over their evaluations, each held at its best so far: min over j <= k of L_j, and the accuracy there.

    Methods are compared up to the smallest number of evaluations that all of them had. An evaluation is what the caller counted:
    following the gradient, one value with its gradient, which costs about three times as much as a value alone.

    Raises `DataError` without traces, or on a trace whose columns differ in length or whose evaluations do not ascend.

    >>> course = example()
    >>> [(method.name, method.final_loss[1]) for method in course.methods], course.ordered, course.shared
    ([('random-search', 2.0), ('local-search', 1.5), ('gradient', 0.5)], 2, 2)
    """
    if not traces:
        raise DataError("a course of searches needs at least one trace; got none.")
    for trace in traces:
        _check(trace)
    names = list(dict.fromkeys(trace.method for trace in traces))
    last = min(max(trace.evaluations[-1] for trace in traces if trace.method == name) for name in names)
    if last < max(trace.evaluations[0] for trace in traces):
        raise DataError(f"the traces share no number of evaluations: one ends at {last}, before another begins. Run them equally long.")
    methods = [_method(name, [trace for trace in traces if trace.method == name], last) for name in names]
    methods.sort(key=lambda method: -np.inf if method.final_loss[1] is None else -method.final_loss[1])
    shared, ordered = _order([method.name for method in methods], traces, last)
    return SearchCourse(methods=tuple(methods), shared=shared, ordered=ordered, evaluations=last, chance=chance)


def _check(trace: SearchTrace) -> None:
    lengths = {len(trace.evaluations), len(trace.losses), len(trace.accuracies)}
    if len(lengths) > 1 or not trace.evaluations:
        raise DataError(f"a trace of {trace.method!r} must have a loss and an accuracy for each of its evaluations, at least one.")
    if any(later <= earlier for earlier, later in pairwise(trace.evaluations)):
        raise DataError(f"the evaluations of a trace of {trace.method!r} must ascend; got {trace.evaluations[:5]}, ...")


def _method(name: str, traces: Sequence[SearchTrace], last: int) -> Method:
    grid = sorted({step for trace in traces for step in trace.evaluations if step <= last} | {last})
    pairs = [_best(trace, grid) for trace in traces]
    losses, shares = np.stack([loss for loss, _ in pairs]), np.stack([share for _, share in pairs])
    loss, accuracy = band(losses, lost=np.inf), band(shares, lost=-np.inf)
    blind = int(np.isinf(losses[:, -1]).sum())
    return Method(
        name=name,
        evaluations=tuple(grid),
        loss=loss,
        accuracy=accuracy,
        final_loss=_ends(losses[:, -1], loss.median[-1]),
        final_accuracy=_ends(shares[:, -1], accuracy.median[-1]),
        seeds=len(traces),
        reason=f"{blind} of {len(traces)} seeds never found a finite loss" if blind else "",
    )


def _best(trace: SearchTrace, grid: Sequence[int]) -> tuple[Float64[np.ndarray, " points"], Float64[np.ndarray, " points"]]:
    """Return best loss and its accuracy at each point of the grid: NaN before the first evaluation, lost while no loss was finite."""
    losses = np.array([loss if np.isfinite(loss) else np.inf for loss in trace.losses])
    lowest = np.minimum.accumulate(losses)
    found = np.flatnonzero(lowest < np.concatenate([[np.inf], lowest[:-1]]))
    places = np.searchsorted(trace.evaluations, grid, side="right") - 1
    holders = np.searchsorted(found, places, side="right") - 1
    accuracies = np.asarray(trace.accuracies, dtype=np.float64)
    shares = np.array([accuracies[found[holder]] if holder >= 0 else -np.inf for holder in holders])
    return np.where(places < 0, np.nan, lowest[places]), np.where(places < 0, np.nan, shares)


def _ends(values: Float64[np.ndarray, " seeds"], middle: float | None) -> tuple[float | None, float | None, float | None]:
    finite = values[np.isfinite(values)]
    return (number(finite.min()), middle, number(finite.max())) if len(finite) else (None, None, None)


def _order(names: Sequence[str], traces: Sequence[SearchTrace], last: int) -> tuple[int, int]:
    """Return how many seeds every method was run from, and in how many of them each method ends lower than the one before it."""
    ends = {(trace.method, trace.seed): float(_best(trace, [last])[0][0]) for trace in traces}
    seeds = [seed for seed in {trace.seed for trace in traces} if all((name, seed) in ends for name in names)]
    orders = [all(ends[later, seed] < ends[earlier, seed] for earlier, later in pairwise(names)) for seed in seeds]
    return len(seeds), sum(orders)


def example() -> SearchCourse:
    """Return three methods, two seeds each, four evaluations."""
    courses = {
        "random-search": ((2.3, 2.1, 2.4, 2.2), (2.2, 1.9, 2.0, 2.5)),
        "local-search": ((2.3, 2.0, 1.8, 1.6), (2.2, 1.9, 1.7, 1.4)),
        "gradient": ((2.3, 1.5, 0.9, 0.6), (2.2, 1.3, 0.8, 0.4)),
    }
    traces = [
        SearchTrace(
            method=method, seed=seed, evaluations=(1, 2, 3, 4), losses=losses, accuracies=tuple(1 - loss / 2.5 for loss in losses)
        )
        for method, runs in courses.items()
        for seed, losses in enumerate(runs)
    ]  # fmt: skip
    return measure(traces, chance=0.1)


ENTRY = Evidence(
    summary="best loss and accuracy against evaluations: random search, local search, following the gradient",
    formula="min over j <= k of L_j",
    reference="Stanford CS231n, Optimization: random search, random local search, following the gradient",
    measure=measure,
    example=example,
)
