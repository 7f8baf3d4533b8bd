"""Averages over the path of a noisy descent: their variance falls, that of the last point does not."""

import torch

from thalweg.average import AVERAGES
from thalweg.claim._bench import Bench
from thalweg.claim._statistics import slope
from thalweg.claim._walk import Function, walk
from thalweg.core.claims import Claim, Measured, Plot, close, series
from thalweg.core.entries import Info
from thalweg.core.progress import Progress
from thalweg.core.seeds import generator
from thalweg.core.tree import Params

CURVATURE, NOISE, RATE, CHAINS = 1.0, 1.0, 0.1, 2000
MARKS = (200, 400, 800, 1600, 3200)


def measure(bench: Bench, progress: Progress) -> Measured:
    """Let 2,000 chains descend x²/2 with noisy gradients; measure the mean square of the last point and of the mean of all points."""
    noise = generator(bench.seed, "claims", "averaging")
    average = AVERAGES.get("polyak")
    mean = {"x": torch.zeros(CHAINS, 1, dtype=torch.float64)}
    last: list[float] = []
    averaged: list[float] = []

    def objective(step: int) -> Function:
        kick = NOISE * torch.randn(CHAINS, 1, generator=noise, dtype=torch.float64)
        return Function(lambda params: (CURVATURE / 2 * params["x"].square() + kick * params["x"]).sum(1))

    def taken(step: int, params: Params, info: Info) -> None:
        nonlocal mean
        if step:
            mean = average.update(mean, params, step - 1)
        if step in MARKS:
            last.append(float(params["x"].square().mean()))
            averaged.append(float(mean["x"].square().mean()))
        progress.advance()

    progress.begin("F18: averaging", MARKS[-1] + 1, "steps")
    try:
        walk("sgd", objective, {"x": torch.zeros(CHAINS, 1, dtype=torch.float64)}, MARKS[-1] + 1, rate=RATE, watch=taken)
    finally:
        progress.end()
    theory = RATE * NOISE**2 / (CURVATURE * (2 - RATE * CURVATURE))
    ideal = NOISE**2 / CURVATURE**2
    checks = (
        close("last point: slope of its mean square in t", 0.0, slope(MARKS, last), 0.1),
        close("mean of all points: slope of its mean square in t", -1.0, slope(MARKS, averaged), 0.1),
        close("last point: mean square, rate σ² / (λ (2 - rate λ))", theory, sum(last) / len(last), 0.1, relative=True),
        close(f"mean of {MARKS[-1]:,} points: t times its mean square, σ² / λ²", ideal, averaged[-1] * MARKS[-1], 0.15, relative=True),
    )
    plot = Plot(
        title="Mean square distance from the minimum",
        x="step t",
        y="mean square",
        series=(
            series("last point", MARKS, last, kind="points"),
            series("rate σ² / (λ (2 - rate λ))", MARKS, [theory] * len(MARKS), kind="prediction"),
            series("mean of all points", MARKS, averaged, kind="points"),
            series("σ² / (λ² t)", MARKS, [ideal / mark for mark in MARKS], kind="prediction"),
        ),
        log_x=True,
        log_y=True,
    )
    note = f"{CHAINS:,} chains from the minimum, λ = {CURVATURE:g}, noise of variance {NOISE:g}, rate {RATE:g}, seed {bench.seed}."
    return Measured(checks=checks, notes=(note,), plot=plot)


ENTRY = Claim(
    number="F18",
    summary="the mean of the path converges where the last point does not",
    claim="At a constant rate the last point of SGD keeps a variance of the order of the rate; the mean of the path has one of order 1/t.",
    caveat="The mean begins at the start and remembers it: begin averaging late.",
    formula="E x_t^2 -> rate sigma^2 / (lambda (2 - rate lambda));  E mean_t^2 ~ sigma^2 / (lambda^2 t)",
    reference="Polyak and Juditsky, SIAM J. Control and Optimization 30 (1992)",
    measure=measure,
)
