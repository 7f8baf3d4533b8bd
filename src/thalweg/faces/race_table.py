"""Table of a race: one line an optimiser, the best first, for the terminal, a spreadsheet or a data frame."""

from collections.abc import Mapping
from typing import Any

from thalweg.core.visible import visible
from thalweg.evidence._csv import csv_text
from thalweg.evidence._runners import Runner
from thalweg.evidence._spread import Spread, spread
from thalweg.evidence.race import Race
from thalweg.faces._prose import counted, settings_words
from thalweg.faces.terminal import table
from thalweg.run.race_record import Raced
from thalweg.views._drawing import percent, quantity
from thalweg.views._race import subject, told


def rows(race: Race, raced: Raced) -> list[dict[str, Any]]:
    """Return what a table says, as plain values; None where something is not known.

    The race's figure is that after the last epoch. `test accuracy` is that of the weights each run kept: nothing was chosen by it.
    """
    tests = _tests(raced)
    return [_row(race, runner, tests[runner.optimiser]) for runner in race.runners]


def csv(race: Race, raced: Raced) -> str:
    """Return the same as comma-separated text."""
    found = rows(race, raced)
    return csv_text(list(found[0]), [[_cell(value) for value in row.values()] for row in found])


def printed(race: Race, raced: Raced) -> str:
    """Return the table as a person reads it on a terminal."""
    tests = _tests(raced)
    tested = any(test.count for test in tests.values())
    heads = ["optimiser", "tuned settings", subject(race), *(["test accuracy"] if tested else []), "to threshold", "ms a step", "tuning"]
    lines = []
    for runner in race.runners:
        test = tests[runner.optimiser]
        lines.append(
            [
                runner.optimiser,
                (settings_words(_shown(runner.settings)) or "none") + (" (edge of its grid)" if runner.edge else ""),
                _figure(race, runner),
                *([_with_spread(percent(test.mean, decimals=2), percent(test.deviation, decimals=2), test)] if tested else []),
                _reached(race, runner),
                quantity(None if runner.step_seconds is None else 1000 * runner.step_seconds),
                _tuning(runner),
            ]
        )
    return table(heads, lines)


def _row(race: Race, runner: Runner, test: Spread) -> dict[str, Any]:
    return {
        "optimiser": runner.optimiser,
        "settings": runner.settings,
        f"{race.part} {race.figure}": runner.final.mean,
        "deviation": runner.final.deviation,
        "test accuracy": test.mean,
        "test deviation": test.deviation,
        "steps to threshold": runner.reached,
        "seeds that reached it": runner.reachers,
        "seeds": runner.seeds,
        "seeds that diverged": runner.diverged,
        "seconds a step": runner.step_seconds,
        "settings tried": len(runner.trials),
        "tuning steps": runner.tuning_steps,
        "edge of its grid": runner.edge,
    }


def _tests(raced: Raced) -> dict[str, Spread]:
    return {
        one.optimiser: spread([run.test.accuracy for run in one.runs if run.test is not None and not run.diverged])
        for one in raced.contestants
    }


def _figure(race: Race, runner: Runner) -> str:
    lost = f", {runner.diverged} of {runner.seeds} diverged" if runner.diverged else ""
    return _with_spread(told(race, runner.final.mean), told(race, runner.final.deviation), runner.final) + lost


def _with_spread(mean: str, deviation: str, found: Spread) -> str:
    return mean if found.deviation is None else f"{mean} ± {deviation}"


def _reached(race: Race, runner: Runner) -> str:
    if race.threshold is None:
        return "–"
    seeds = f" ({runner.reachers} of {runner.seeds} seeds)" if 0 < runner.reachers < runner.seeds else ""
    return ("never" if runner.reached is None else counted(round(runner.reached), "step")) + seeds


def _tuning(runner: Runner) -> str:
    if not runner.trials:
        return "nothing to tune"
    return f"{counted(len(runner.trials), 'setting')}, {counted(runner.tuning_steps, 'step')}"


def _shown(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {name: float(f"{value:.4g}") if isinstance(value, float) else value for name, value in settings.items()}


def _cell(value: Any) -> Any:
    return visible(settings_words(value)) if isinstance(value, Mapping) else value
