"""How a race ends for one runner: at a minimum, over the finish, nowhere yet, or out of all numbers."""

import numpy as np
from jaxtyping import Bool, Float64

from thalweg.run.surface_landscape import Landscape
from thalweg.run.surface_record import Ended, Finish

REACH = 0.01
"""How near a minimum a point has to stay to have reached it: a distance in the surface's own coordinates."""


def ending(
    path: Float64[np.ndarray, "points 2"], values: Float64[np.ndarray, " points"], diverged: int | None, ground: Landscape, *, kind: str
) -> Ended:
    """Say how a path ended; `diverged` is the step that was not finite (None: all were), `kind` the verdict on its last point.

    The finish is crossed at the first step whose value is at or below it. A minimum is reached at the step from which on the path stays
    within `REACH` of it; a known one is local if another known one is lower, an unknown one (by the verdict) counts as local. A
    last point that is critical without being a minimum is where the runner got stuck.
    """
    finish = ground.surface.finish
    if finish is not None and values[-1] <= finish:
        return Ended(finish=Finish.ESCAPED, step=int(np.argmax(values <= finish)))
    if diverged is not None:
        return Ended(finish=Finish.DIVERGED, step=diverged)
    minima = [known for known in ground.critical if known.kind == "minimum"]
    near = [known for known in minima if np.hypot(*(path[-1] - known.point)) <= REACH]
    if near:
        best = near[0].value <= min(known.value for known in minima)
        return Ended(finish=Finish.REACHED if best else Finish.LOCAL, step=_arrival(path, np.array(near[0].point)))
    if kind == "minimum":
        return Ended(finish=Finish.LOCAL, step=_arrival(path, path[-1]))
    if kind in ("saddle", "maximum", "degenerate"):
        return Ended(finish=Finish.STUCK, step=_arrival(path, path[-1]))
    return Ended(finish=Finish.UNDERWAY)


def settled(away: Bool[np.ndarray, " steps"]) -> int:
    """Return the step from which on a mask stays false; the number of steps where its last element is true.

    >>> settled(np.array([True, False, True, False])), settled(np.array([False, False]))
    (3, 0)
    """
    steps = np.flatnonzero(away)
    return int(steps[-1]) + 1 if len(steps) else 0


def _arrival(path: Float64[np.ndarray, "points 2"], place: Float64[np.ndarray, "2"]) -> int:
    """Return the step from which on the path stays within `REACH` of a place."""
    return settled(np.hypot(*(path - place).T) > REACH)
