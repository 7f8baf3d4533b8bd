"""How long it takes to leave a saddle, by which rule, and in which axes."""

import math

from thalweg.claim._bench import Bench
from thalweg.core.claims import Check, Claim, Measured, Plot, above, below, exactly, series, stated
from thalweg.core.progress import Progress
from thalweg.run.surface_escape import descent_theory, escape_steps

OFFSETS, RATE, ANGLE, MOST = (1e-2, 1e-4, 1e-6, 1e-8), 0.01, 45.0, 5000
NORMALISED = {"adam": {"epsilon": 1e-16}, "rmsprop": {"epsilon": 1e-16}}
WORDS = {"sgd": "SGD", "adam": "Adam", "rmsprop": "RMSProp"}


def measure(bench: Bench, progress: Progress) -> Measured:
    """Count the steps from (1, y0) on the saddle (x² - y²)/2 until |y| ≥ 1, straight and turned by 45 degrees."""
    took: dict[tuple[str, float], list[int | None]] = {}
    progress.begin("F15: saddle escapes", 6, "courses")
    try:
        for name in ("sgd", *NORMALISED):
            for angle in (0.0, ANGLE):
                found = escape_steps(
                    name, offsets=OFFSETS, rate=RATE, angle=angle, most=MOST, seed=bench.seed, settings=NORMALISED.get(name)
                )
                took[name, angle] = [escape.steps for escape in found]
                progress.advance()
    finally:
        progress.end()
    checks: list[Check] = []
    for place, offset in enumerate(OFFSETS):
        theory = descent_theory(offset, RATE)
        words = f"SGD from y₀ = {offset:g}: steps, the next whole number after {theory:.1f}"
        checks.append(exactly(words, math.ceil(theory), _steps(took["sgd", 0.0][place])))
    same = took["sgd", 0.0] == took["sgd", ANGLE]
    checks.append(stated("SGD turned by 45°", "the same steps", _said(took["sgd", ANGLE]), same))
    for name in NORMALISED:
        spread = _ratio(took[name, 0.0])
        checks.append(
            below(
                f"{WORDS[name]}: longest over shortest escape ({_said(took[name, 0.0])} steps): hardly depends on y₀",
                1.1,
                spread,
            )
        )
        checks.append(below(f"{WORDS[name]}: longest escape, of the order of 1/rate", 2 / RATE, _steps(took[name, 0.0][-1])))
        turned = _ratio(took[name, ANGLE])
        checks.append(
            above(
                f"{WORDS[name]} turned by 45°: longest over shortest ({_said(took[name, ANGLE])} steps): depends on y₀",
                1.1,
                turned,
            )
        )
    lines = [
        series(WORDS[name] + (" turned by 45°" if angle else ""), OFFSETS, [_steps(each) for each in steps], kind="points")
        for (name, angle), steps in took.items()
        if name != "sgd" or not angle
    ]
    plot = Plot(
        title="Steps to leave the saddle against the distance from its ridge",
        x="distance from the ridge at the start, y₀",
        y="steps until |y| ≥ 1",
        series=(
            series("ln(1/y₀) / ln(1 + rate)", OFFSETS, [descent_theory(offset, RATE) for offset in OFFSETS], kind="prediction"),
            *lines,
        ),
        log_x=True,
        log_y=True,
    )
    note = f"Rate {RATE:g}; ε = 1e-16, so that it hides no gradient; a course that has not left after {MOST:,} steps is not counted."
    return Measured(checks=tuple(checks), notes=(note,), plot=plot)


def _steps(steps: int | None) -> float:
    return math.nan if steps is None else float(steps)


def _ratio(steps: list[int | None]) -> float:
    """Return the longest over the shortest escape, infinite where one did not escape."""
    known = [step for step in steps if step is not None]
    return max(known) / min(known) if len(known) == len(steps) else math.inf


def _said(steps: list[int | None]) -> str:
    return ", ".join("not left" if step is None else f"{step:,}" for step in steps)


ENTRY = Claim(
    number="F15",
    summary="SGD leaves a saddle in ln(1/y0)/ln(1 + rate) steps; sign-like rules in about 1/rate",
    claim="At saddles SGD gets stuck, and Adagrad, RMSProp or Adam get out at once.",
    caveat=(
        "Folklore: SGD is slow, by the logarithm of its distance from the ridge, but not stuck; and the advantage of rules that "
        "divide each number by its own size belongs to the axes: turned by 45° it is gone, for Adam is not invariant to rotations."
    ),
    formula="y_k = (1 + rate)^k y_0;  sign-like: y_k = y_0 + k rate",
    reference="Dauphin et al. (2014); Kingma and Ba (2015); the lecture's animation of optimisers at a saddle (A. Radford)",
    measure=measure,
)
