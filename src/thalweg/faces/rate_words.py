"""Words of a rate finder: its table, its answer, and divergence held against what the curvature predicts."""

from thalweg.core.visible import visible
from thalweg.evidence.rate_band import Limit, RateBand
from thalweg.faces._prose import listed, sentence
from thalweg.faces.terminal import table
from thalweg.run.rate_record import RateRamps
from thalweg.views._drawing import quantity


def limit_of(ramps: RateRamps) -> Limit | None:
    """Return 2 / lambda_max of the seed with the strongest curvature; None where it lies outside the ramp or was not measured."""
    strongest = max(ramps.curvatures, key=lambda each: each.value, default=None)
    if strongest is None or strongest.value <= max(strongest.residual, 2 / float(ramps.rates[-1])):
        return None
    return Limit(rate=2 / strongest.value, residual=strongest.residual)


def prediction(ramps: RateRamps, band: RateBand) -> tuple[str, ...]:
    """Return sentences that hold divergence against what the curvature at the start predicts."""
    if ramps.silence:
        return (sentence(ramps.silence),)
    rates = [rate for rate in ramps.predicted if rate is not None]
    if min(rates) > band.rates[1]:
        return (
            f"By the curvature at the start {ramps.recipe.optimiser.name} would diverge above {quantity(min(rates))}, beyond every rate "
            "tried; a loss that is made of flat pieces, as a hinge is, has no curvature that could tell.",
        )
    lost = [ramp.diverged for ramp in band.ramps]
    said = listed([quantity(rate) if rate is not None else "nowhere" for rate in lost])
    return (
        f"On a quadratic of the curvature at the start {ramps.recipe.optimiser.name} diverges above {listed(list(map(quantity, rates)))} "
        f"(one number a seed, from {ramps.curvature_examples:,} training examples); the seeds diverged at {said}. A ramp shows it late, "
        "for each rate has one step only, and the curvature changes on the way.",
    )


def ramps_table(ramps: RateRamps, band: RateBand) -> str:
    """Return what was read off every seed's ramp as a table, with the rate at which it was predicted to diverge."""
    predicted = ramps.predicted or (None,) * len(band.ramps)
    rows = [
        [seed, *map(quantity, (ramp.start, ramp.low, ramp.steepest, ramp.high, ramp.diverged, limit))]
        for seed, ramp, limit in zip(ramps.seeds, band.ramps, predicted, strict=True)
    ]
    return table(["seed", "loss at the start", "band from", "steepest", "band to", "diverged at", "predicted"], rows)


def answer(band: RateBand, train: str) -> list[str]:
    """Return the answer in lines: the band and what to do with it, or why there is none."""
    if band.suggestion is None:
        return [f"no rate is suggested: {band.reason}."]
    return [
        f"band        {quantity(band.low)} to {quantity(band.high)}",
        f"suggestion  {band.suggestion:.2g}",
        *(sentence(remark) for remark in band.remarks),
        f"train with  {visible(train)}",
    ]
