"""Results of a population: the kept weights of all members measured together on every part of the data."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from thalweg.core.progress import Progress
from thalweg.run.measuring import measured_part
from thalweg.run.population_record import MemberResult
from thalweg.run.record import Figures
from thalweg.run.setting import Setting
from thalweg.run.state import Best, State


def finished_results(
    numbers: Sequence[int], settings: Sequence[Mapping[str, Any]], setting: Setting, state: State, kept: Best, *, progress: Progress
) -> tuple[MemberResult, ...]:
    """Return every member's result, by place; figures are those of the kept weights in single precision (or double, if trained so)."""
    measured = _figures(setting, state, kept, progress)
    results = []
    for place, outcome in enumerate(state.outcomes):
        assert outcome is not None
        recipe = setting.members.recipes[place]
        results.append(
            MemberResult(
                number=numbers[place],
                settings=settings[place],
                seed=recipe.seed,
                fold=recipe.data.fold,
                ending=outcome.ending.value,
                reason=outcome.reason,
                epoch=outcome.epoch,
                step=outcome.step,
                kept_epoch=kept.epochs[place],
                train=measured["train"][place],
                validation=measured["validation"][place] if "validation" in measured else None,
                test=measured["test"][place] if "test" in measured else None,
                seconds=state.seconds / len(state.outcomes),
                rows=state.logs[place],
            )
        )
    return tuple(results)


def _figures(setting: Setting, state: State, kept: Best, progress: Progress) -> dict[str, Sequence[Figures | None]]:
    """Measure the kept weights; validation figures stand in the logs already, where they were taken in full precision."""
    exact = replace(setting, precision="fp32") if setting.precision == "bf16" else setting
    found: dict[str, Sequence[Figures | None]] = {}
    for part in setting.parts:
        if part == "validation" and exact is setting and not state.taken:
            logs = zip(state.logs, kept.epochs, strict=True)
            found[part] = [next((row.validation for row in log if row.epoch == epoch), None) for log, epoch in logs]
        else:
            found[part] = measured_part(exact, part, kept.params, kept.buffers, progress=progress)
    return found
