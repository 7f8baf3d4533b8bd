"""Guessing, trying nearby, following the gradient: in this order, at equal numbers of evaluations."""

import numpy as np

from thalweg.claim._bench import Bench
from thalweg.core.claims import Claim, Measured, Plot, Series, at_least, series
from thalweg.core.progress import Progress
from thalweg.run.population_record import SearchTrace
from thalweg.run.search_experiment import WAYS, search

EVALUATIONS, SEEDS, SUBSET = 1000, 20, 200
FEWEST = 19
WORDS = {"random-search": "random search", "local-search": "local search", "gradient-descent": "gradient descent"}


def measure(bench: Bench, progress: Progress) -> Measured:
    """Run Thalweg's search experiment from 20 seeds and count those in which the objectives come in the lecture's order."""
    found = search(bench.small, bench.recipe, evaluations=EVALUATIONS, seeds=SEEDS, subset=SUBSET, progress=progress)
    ends = {name: np.array([trace.losses[-1] for trace in found.traces if trace.method == name]) for name in WAYS}
    hits = {name: np.array([trace.accuracies[-1] for trace in found.traces if trace.method == name]) for name in WAYS}
    guess, near, slope = (ends[name] for name in WAYS)
    checks = (
        at_least("seeds of 20 in which local search ends below random search", FEWEST, int((near < guess).sum()), why="19 of 20"),
        at_least("seeds of 20 in which gradient descent ends below local search", FEWEST, int((slope < near).sum()), why="19 of 20"),
        at_least("seeds of 20 in which all three are in this order", FEWEST, int(((slope < near) & (near < guess)).sum()), why="19 of 20"),
    )
    loss = "; ".join(f"{WORDS[name]} {np.median(ends[name]):.3g} ({100 * np.median(hits[name]):.1f} %)" for name in WAYS)
    notes = (
        f"Median loss (and {found.part} accuracy) after {EVALUATIONS:,} evaluations of {found.examples} pictures: {loss}. "
        "Each step size is the best of eleven, by a seed that does not count; a gradient counts as two evaluations.",
    )
    plot = Plot(
        title="Objective against evaluations, median of 20 seeds",
        x="evaluations of the loss",
        y="loss",
        series=tuple(_course(name, [trace for trace in found.traces if trace.method == name]) for name in WAYS),
        log_x=True,
        log_y=True,
    )
    return Measured(checks=checks, notes=notes, plot=plot)


def _course(name: str, traces: list[SearchTrace]) -> Series:
    values = np.array([trace.losses for trace in traces], dtype=float)
    low, middle, high = np.quantile(values, (0.1, 0.5, 0.9), axis=0)
    return series(WORDS[name], traces[0].evaluations, middle, low=low, high=high)


ENTRY = Claim(
    number="F10",
    summary="random search < local search < gradient descent",
    claim="At equal numbers of loss evaluations random search is worst, local search better, gradient descent best by far.",
    formula="L(gradient descent) < L(local search) < L(random search)",
    reference="CS231n notes, Optimization: strategies 1 to 3 (15.5 % and 21.4 % on CIFAR-10 after 1,000 evaluations)",
    measure=measure,
    needs_data=True,
)
