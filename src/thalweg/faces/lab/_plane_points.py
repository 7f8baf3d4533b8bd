"""Points of the plane: where they are, of which class, and which are held out; a preset, or a person's own."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Bool, Float32, Int64

from thalweg.core.errors import ConfigError
from thalweg.core.imageset import ImageSet, Split
from thalweg.images import load, read_points, written_points

MOST = 1000
"""How many points the plane holds."""
CLASSES = 6
FARTHEST, FINEST = 1e6, 12
ADDRESSED = 200
"""How many points of a person's own an address can hold."""
BEGINNING = ((-0.5, 0.0), (0.5, 0.0))


@dataclass(frozen=True, kw_only=True, eq=False)
class Points:
    """Points in the order they came in. `names` may have a class that no point is of; `own`: not a preset any more."""

    places: Float32[np.ndarray, "n 2"]
    labels: Int64[np.ndarray, " n"]
    held: Bool[np.ndarray, " n"]
    names: tuple[str, ...]
    own: bool = False

    def __len__(self) -> int:
        return len(self.labels)

    def images(self) -> ImageSet:
        """Return the points as the pictures that the rest of the house takes; `DataError` where only one class is left."""
        made = load((self.places, self.labels, self.names), validation=0.0, test=0.0)
        return replace(made, split=Split(np.flatnonzero(~self.held), np.flatnonzero(self.held), np.empty(0, np.int64)), source="points")

    @property
    def decimals(self) -> int:
        """Decimals to which a person's own points are kept: thousandths of their extent, a twelfth of what a screen shows."""
        size = float(np.abs(self.places).max(initial=0.0)) or 1.0
        return max(0, min(9, 3 - math.floor(math.log10(size))))

    def rounded(self) -> "Points":
        """Return the points as a person's own, and rounded to what the address holds where it can hold them all."""
        if self.own or len(self) > ADDRESSED:
            return replace(self, own=True)
        return replace(self, own=True, places=np.round(self.places.astype(np.float64), self.decimals).astype(np.float32))

    def at(self, x: float, y: float) -> Float32[np.ndarray, " 2"]:
        """Return a place as it is kept."""
        if not (abs(x) < FARTHEST and abs(y) < FARTHEST):
            raise ConfigError(f"a point must lie within a million of the middle; got {x:g}, {y:g}.")
        return np.round(np.array([x, y], np.float64), self.decimals).astype(np.float32)

    def row(self, row: Any) -> int:
        """Return a row number, checked."""
        if not (isinstance(row, int) and 0 <= row < len(self)):
            raise ConfigError(f"there are points 0 to {len(self) - 1}; got {row!r}.")
        return row

    def moved(self, row: int, x: float, y: float) -> "Points":
        """Return the points with one of them somewhere else."""
        own = self.rounded()
        places = own.places.copy()
        places[own.row(row)] = self.at(x, y)
        return replace(own, places=places)

    def added(self, x: float, y: float, label: int) -> "Points":
        """Return the points with another one, to train on. A class that there was not yet gets its number for a name."""
        if not 0 <= label < CLASSES:
            raise ConfigError(f"the plane has classes 0 to {CLASSES - 1}; got {label}.")
        if len(self) >= MOST:
            raise ConfigError(f"the plane holds {MOST} points. Remove some first.")
        own = self.rounded()
        names = (*own.names, *(f"class {number}" for number in range(len(own.names), label + 1)))
        return replace(
            own, places=np.vstack([own.places, self.at(x, y)[None]]), labels=np.append(own.labels, label), held=np.append(own.held, False),
            names=names,
        )  # fmt: skip

    def removed(self, row: int) -> "Points":
        """Return the points without one of them; one to train on must stay."""
        own = self.rounded()
        rest = np.delete(np.arange(len(self)), own.row(row))
        if own.held[rest].all():
            raise ConfigError("the plane keeps at least one point to train on. Add another one first.")
        return replace(own, places=own.places[rest], labels=own.labels[rest], held=own.held[rest])

    def carved(self, share: float, seed: int) -> "Points":
        """Return the points with another share of them held out."""
        made = load(load((self.places, self.labels, self.names), validation=share, test=0.0, seed=seed))
        held = np.zeros(len(self), bool)
        held[made.split.validation] = True
        return replace(self, held=held)

    def csv(self) -> str:
        """Return the points as a table."""
        return written_points(self.places, self.labels, self.names, ["validation" if held else "train" for held in self.held])


def beginning() -> Points:
    """Return two points to begin a drawing with: training needs two classes."""
    two = np.arange(2)
    return Points(places=np.array(BEGINNING, np.float32), labels=two, held=two < 0, names=("class 0", "class 1"), own=True)


def preset(name: str, *, noise: float, examples: int, seed: int, share: float) -> Points:
    """Return a set that has a name; `blobs3` always has nine points."""
    many: Mapping[str, Any] = {} if name == "blobs3" else {"examples": examples}
    return of_images(load(name, noise=noise, seed=seed, validation=share, test=0.0, **many))


def uploaded(text: str, source: str) -> Points:
    """Return the points of a table that a person has given; `DataError` in one line that names the row."""
    return replace(of_images(read_points(text, source=source, most=MOST)), own=True)


def of_images(images: ImageSet) -> Points:
    """Return the points of an ImageSet; validation and test points are held out alike."""
    if not images.points:
        raise ConfigError(f"{images.source} holds pictures, not points: open it in the room Pictures.")
    if len(images.classes) > CLASSES or len(images) > MOST:
        have = f"{len(images.classes)} classes and {len(images)} points"
        raise ConfigError(f"{images.source} has {have}; the plane shows up to {CLASSES} classes and {MOST} points.")
    if float(np.abs(images.images).max()) >= FARTHEST:
        raise ConfigError(f"{images.source} has coordinates beyond a million, where single digits get lost. Use smaller units.")
    held = np.ones(len(images), bool)
    held[images.split.train] = False
    return Points(places=images.images.reshape(-1, 2), labels=images.labels, held=held, names=images.classes)


def written(points: Points) -> dict[str, str]:
    """Return a person's own points as words of the address: decimals, number of classes, then x, y, class in whole numbers.

    A point that is held out has -1 - class. Nothing where there are too many.

    >>> written(beginning())
    {'points': '1,2,-5,0,0,5,0,1'}
    >>> of_text(written(beginning())["points"], "").places.tolist()
    [[-0.5, 0.0], [0.5, 0.0]]
    """
    if len(points) > ADDRESSED:
        return {}
    decimals = _fewest(points)
    whole = np.rint(points.places.astype(np.float64) * 10.0**decimals).astype(np.int64)
    label = np.where(points.held, -1 - points.labels, points.labels)
    numbers = [decimals, len(points.names), *np.column_stack([whole, label]).ravel().tolist()]
    words = {"points": ",".join(map(str, numbers))}
    if points.names != standard_names(len(points.names)):
        words["names"] = ",".join(name.replace(",", " ") for name in points.names)
    return words


def of_text(text: str, names: str) -> Points:
    """Read points from words of an address; `ConfigError` where they are none."""
    try:
        decimals, classes, *numbers = (int(word) for word in text.split(","))
        rows = np.array(numbers, np.int64).reshape(-1, 3)
    except (ValueError, OverflowError):
        raise ConfigError("points in an address are whole numbers: decimals, classes, then x,y,class of each; these are none.") from None
    labels = np.where(rows[:, 2] < 0, -1 - rows[:, 2], rows[:, 2])
    if not (0 <= decimals <= FINEST and 2 <= classes <= CLASSES and 1 <= len(rows) <= ADDRESSED and labels.max() < classes):
        raise ConfigError(f"an address holds up to {ADDRESSED} points in 2 to {CLASSES} classes; these are others.")
    places = (rows[:, :2] / 10.0**decimals).astype(np.float32)
    called = tuple(names.split(",")) if names else standard_names(classes)
    if len(called) != classes:
        raise ConfigError(f"there are {classes} classes and {len(called)} names in the address.")
    return Points(places=places, labels=labels, held=rows[:, 2] < 0, names=called, own=True)


def standard_names(count: int) -> tuple[str, ...]:
    """Return what classes without names are called."""
    return tuple(f"class {number}" for number in range(count))


def _fewest(points: Points) -> int:
    """Return the fewest decimals that give every coordinate again."""
    near = points.places.astype(np.float64)
    same = (decimals for decimals in range(FINEST) if np.array_equal(np.round(near, decimals).astype(np.float32), points.places))
    return next(same, FINEST)
