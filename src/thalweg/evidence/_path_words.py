"""What a path is made of, and the sentences that say how far its picture is to be believed."""

from collections.abc import Sequence
from dataclasses import dataclass

LEAST, WIDEST = 0.8, 0.1
"""The picture counts as true where it explains at least this share of the variance, and where its loss differs from the true one by at
most this share of the true loss's range along the path."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where weights lie on the plane and how far off it, with their true loss and the plane's there; None where that is not finite."""

    x: float
    y: float
    off: float
    loss: float | None
    plane: float | None


@dataclass(frozen=True, kw_only=True)
class PathPoint(Place):
    """A point of the path; `batch` is the loss that training saw there; both other losses are None too where they are not `measured`."""

    step: int
    epoch: float | None
    batch: float | None
    measured: bool


def opening(points: Sequence[PathPoint], shares: tuple[float, float], extent: float) -> str:
    """Say how much of the path's variance two axes explain."""
    first, second = shares
    span = f"{len(points)} points from step {points[0].step:,} to {points[-1].step:,}, at most {extent:.4g} from the end"
    return f"Two axes explain {first + second:.1%} of the path's variance ({first:.1%} and {second:.1%}; {span})."


def truth(points: Sequence[PathPoint], explained: float, extent: float) -> tuple[str, ...]:
    """Say where the path is farthest off its plane, how far the plane's losses are from the true ones, and whether that is too much."""
    far = max(points, key=lambda point: point.off)
    share = far.off / extent
    if share < 1e-6:
        away = f"No point lies farther off the plane than {max(share, 1e-16):.0e} of the path's extent"
    else:
        away = f"The point farthest off the plane is {100 * share:.2g}% of the path's extent away ({far.off:.3g}), at step {far.step:,}"
    both = f"; the plane's loss there is {_word(far.plane)}, the true one {_word(far.loss)}."
    pairs = [(abs(p.plane - p.loss), p) for p in points if p.loss is not None and p.plane is not None]
    missing = sum(point.measured for point in points) - len(pairs)
    lost = (f"At {missing} of the measured points a loss is not finite.",) if missing else ()
    if not pairs:
        return (away + both, *lost)
    gap, worst = max(pairs, key=lambda pair: pair[0])
    true = [point.loss for _, point in pairs if point.loss is not None]
    spread = max(true) - min(true)
    part = f", {gap / spread:.1%} of the true loss's range along the path" if spread > 0 else ""
    differ = f"At {len(pairs)} points the plane's loss differs from the true one by at most {gap:.3g}, at step {worst.step:,}{part}."
    return (away + both, differ, *lost, _verdict(explained, gap, spread))


def _verdict(explained: float, gap: float, spread: float) -> str:
    """Say whether the picture is to be believed, and by which tolerances."""
    faults = []
    if explained < LEAST:
        faults.append(f"its axes explain less than {LEAST:.0%} of the variance")
    if gap > WIDEST * spread:
        faults.append(f"its losses are off by more than {WIDEST:.0%} of the true loss's range")
    walk = "A random walk in many dimensions has 61% and 15% of its variance on its first two axes"
    if faults:
        return f"The picture is not true: {' and '.join(faults)}. {walk}."
    tolerances = f"at least {LEAST:.0%} explained, losses off by at most {WIDEST:.0%} of their range"
    return f"By these tolerances the picture is true: {tolerances}. {walk}, so that a high share alone says little."


def kept_words(kept: Place | None) -> tuple[str, ...]:
    """Say where the weights lie that became the model, if they are not the path's end."""
    if kept is None:
        return ()
    losses = f"loss {_word(kept.loss)}, on the plane {_word(kept.plane)}"
    lie = f"({kept.x:.3g}, {kept.y:.3g}), {kept.off:.3g} off the plane ({losses})"
    return (f"The weights that the run kept are not the path's end: they lie at {lie}.",)


def closing(every: int, *, statistics: bool) -> str:
    """Say what the points are."""
    thinned = f", every {_nth(every)} of those that were asked for" if every > 1 else ""
    own = "; running statistics, as batch-norm has them, are those of the kept weights everywhere" if statistics else ""
    return f"The points are the trained weights themselves, not their average, at evenly spaced steps{thinned}{own}."


def _nth(number: int) -> str:
    """Return 2nd, 4th, 8th, ... of the powers of two.

    >>> _nth(2), _nth(32), _nth(512)
    ('2nd', '32nd', '512th')
    """
    return f"{number}{'nd' if number % 10 == 2 and number % 100 != 12 else 'th'}"


def _word(loss: float | None) -> str:
    return "not finite" if loss is None else f"{loss:.4g}"
