"""The arithmetic of Adam's moments written out, for one weight; shared by `adam` and `adamw`."""

from thalweg.core.entries import Settings
from thalweg.core.worked import Line, OneWeight, written
from thalweg.optimise._worked import mean_square, running_mean, scaled, slope


def direction(weight: OneWeight, settings: Settings) -> tuple[Line, ...]:
    """Write gradient, number of the step, both moments, both corrected where they are, and last what the rate multiplies."""
    g, t = slope(weight), _step_number(weight)
    m = running_mean("m", weight.state["first"], g, "beta1", settings)
    v = mean_square("v", weight.state["second"], g, "beta2", settings)
    if not settings["correct_bias"]:
        return g, t, m, v, scaled(m, v, settings)
    first, second = _corrected(m, t, "beta1", settings), _corrected(v, t, "beta2", settings)
    return g, t, m, v, first, second, scaled(first, second, settings)


def _step_number(weight: OneWeight) -> Line:
    old = float(weight.state["count"])
    return written("t", "t_old + 1", old + 1, {"t_old": old})


def _corrected(moment: Line, t: Line, share: str, settings: Settings) -> Line:
    letters = {moment.symbol: moment.value, share: settings[share], "t": t.value}
    value = moment.value / (1 - settings[share] ** t.value)
    return written(f"{moment.symbol}\u0302", f"{moment.symbol} / (1 − {share}^t)", value, letters)
