"""Race pictures: a race's ground and courses as arrays of single precision."""

from typing import Any

import numpy as np

from thalweg.evidence.surface_paths import SurfacePaths
from thalweg.faces.lab._wire import Picture
from thalweg.run.surface_places import places
from thalweg.run.surface_record import Runner

EVERY = 2
"""Of how many points of the ground the relief has one."""

KINDS = ("not critical", "minimum", "maximum", "saddle", "degenerate")


def ground_picture(paths: SurfacePaths) -> Picture:
    """Return the ground counted in levels, the levels' heights, and the window."""
    return Picture(
        data={"window": list(paths.race.window), "levels": paths.levels.tolist(), "geometric": paths.geometric},
        arrays={"bands": paths.bands.astype(np.float32)},
    )


def relief(paths: SurfacePaths) -> np.ndarray:
    """Return the heights of the three-dimensional picture, from 0 to 1; their square roots where the walls are far higher than the rest."""
    heights = paths.heights[::EVERY, ::EVERY]
    share = (heights - heights.min()) / max(float(np.ptp(heights)), np.finfo(np.float64).tiny)
    return (np.sqrt(share) if paths.geometric else share).astype(np.float32)


def course(paths: SurfacePaths) -> tuple[list[dict[str, Any]], dict[str, np.ndarray]]:
    """Return every runner's row, and arrays over all runners and steps.

    They are the path, its height (`above`: over the lowest that is known, or as it is where there is none), the gradient's norm, the
    two eigenvalues, what they say (`shapes`), the verdict (`kinds`, both as places in `KINDS`), and which known critical point is
    nearest, and how near.
    """
    race = paths.race
    floor = paths.lowest if race.finish is None else 0.0
    judged = [places(each.path, each.gradient_norms, each.eigenvalues, race.critical) for each in race.runners]
    counts = (len(race.runners), race.steps + 1)
    parts: dict[str, tuple[list[Any], Any, tuple[int, ...]]] = {
        "path": ([each.path for each in race.runners], np.float32, (2,)),
        "values": ([each.values for each in race.runners], np.float32, ()),
        "above": ([each.values - floor for each in race.runners], np.float32, ()),
        "norms": ([each.gradient_norms for each in race.runners], np.float32, ()),
        "eigenvalues": ([each.eigenvalues for each in race.runners], np.float32, (2,)),
        "shapes": ([_codes(each.shapes) for each in judged], np.uint8, ()),
        "kinds": ([_codes(each.kinds) for each in judged], np.uint8, ()),
        "distances": ([each.distances for each in judged], np.float32, ()),
        "nearest": ([each.nearest for each in judged], np.int32, ()),
    }
    with np.errstate(over="ignore"):  # what is too large for single precision is infinite there
        arrays = {name: np.array(rows).astype(kind).reshape(*counts, *tail) for name, (rows, kind, tail) in parts.items()}
    return [_row(each) for each in race.runners], arrays


def _row(runner: Runner) -> dict[str, Any]:
    return {
        "name": runner.optimiser,
        "tuned": runner.tuned,
        "rate": runner.rate,
        "settings": {name: value for name, value in runner.settings.items() if isinstance(value, int | float)},
        "ending": str(runner.ended),
        "finish": runner.ended.finish.value,
        "ended": runner.ended.step,
        "evaluations": runner.evaluations,
        "rank": list(runner.rank),
    }


def _codes(kinds: tuple[str, ...]) -> list[int]:
    return [KINDS.index(kind) for kind in kinds]
