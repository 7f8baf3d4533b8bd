"""The page of a race: the paths over the contours with time, height against step, every runner's numbers; one file without network."""

from collections.abc import Sequence

from thalweg.evidence.surface_paths import SurfacePaths
from thalweg.faces._page import render
from thalweg.run.surface_record import Runner
from thalweg.views import surface_paths, surface_values
from thalweg.views._drawing import Drawing, quantity


def build(paths: SurfacePaths, *, command: str, version: str) -> str:
    """Return the page as one HTML text; `command` is what makes the race again, `version` Thalweg's own."""
    race = paths.race
    drawings: dict[str, Drawing] = {"paths": surface_paths.draw(paths), "values": surface_values.draw(paths)}
    return render(
        "surface",
        drawings,
        shared=("player",),
        race=race,
        title=f"Race over {race.surface.replace('-', ' ')}",
        last=max(len(trail.points) for trail in paths.trails) - 1,
        best=_best(race.ranked),
        tuned=[runner for runner in race.ranked if len(runner.attempts) > 1],
        rates=sorted({attempt.rate for runner in race.runners for attempt in runner.attempts if attempt.rate is not None}),
        tolerances=race.runners[0].verdict,
        command=command,
        version=version,
        quantity=quantity,
    )


def _best(ranked: Sequence[Runner]) -> str:
    """Say who was first and how, or that nobody arrived."""
    first = ranked[0]
    if first.ended.step is None:
        return f"Nobody got there; {first.optimiser} came lowest, to {quantity(float(first.values[-1]))}."
    return f"{first.optimiser} {first.ended} and asked {first.evaluations:,} times."
