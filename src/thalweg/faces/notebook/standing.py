"""Standing: what has been seen of trainings under way, and its curves: of one, its losses and accuracies; of many, each one's figure."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from thalweg.evidence import curves
from thalweg.evidence._axes import word
from thalweg.evidence._recipes import differing as settings_apart
from thalweg.faces.notebook.cell import painted
from thalweg.faces.notebook.svg import address, svg
from thalweg.run.keeping import merit
from thalweg.run.recipe import CATALOGUES, Recipe
from thalweg.run.record import Epoch
from thalweg.run.seen import Seen
from thalweg.views import _palette as palette
from thalweg.views import accuracy_curves, loss_curves
from thalweg.views._marks import Flat, Key, Lines, Panel
from thalweg.views._ticks import spanning

NAMED = 5
"""How many of many members are drawn in colour and named."""


@dataclass
class Course:
    """One training: its recipe, and the rows of its log so far."""

    recipe: Recipe
    rows: list[Epoch] = field(default_factory=list)


class Standing:
    """The trainings that have been seen, by number; those of a new round take the place of the last one's."""

    def __init__(self) -> None:
        self.courses: dict[int, Course] = {}
        self.began = time.monotonic()
        self.before = 0.0

    def see(self, seen: Seen) -> None:
        """Take the new rows in."""
        for place, row in seen.rows:
            number = seen.number(place)
            if number not in self.courses or self.courses[number].rows[-1].epoch >= row.epoch:
                self._begin(number, row.epoch)
                self.courses[number] = Course(seen.setting.members.recipes[place], list(seen.log(place)[:-1]))
            self.courses[number].rows.append(row)
        if self.before < 0:
            self.before = self._done(0.0)

    def _begin(self, number: int, epoch: int) -> None:
        """Begin a round where nothing has been seen before, or a member begins again."""
        if number in self.courses or not self.courses:
            self.courses = {}
            self.began, self.before = time.monotonic(), -1.0

    def _done(self, within: float) -> float:
        """Return the share of all epochs that are done; `within` is that of the epoch under way."""
        asked = sum(course.recipe.epochs for course in self.courses.values())
        done = sum(min(course.rows[-1].epoch + within, course.recipe.epochs) for course in self.courses.values())
        return done / asked if asked else 1.0

    @property
    def done(self) -> bool:
        """Whether every training has done all its epochs."""
        return bool(self.courses) and self._done(0.0) >= 1

    def left(self, within: float) -> float | None:
        """Return about how many seconds training will go on; None before that can be told."""
        done = self._done(within) if self.courses else 0.0
        if done >= 1 or done - self.before < 0.02:
            return None
        return (time.monotonic() - self.began) * (1 - done) / (done - self.before)

    def pictures(self) -> list[tuple[str, str]]:
        """Return titles and data addresses of the curves."""
        if len(self.courses) == 1:
            (course,) = self.courses.values()
            record = curves.measure(course.rows)
            return [(one.title, painted(one)) for one in (loss_curves.draw(record), accuracy_curves.draw(record))]
        return [self._many()] if self.courses else []

    def _many(self) -> tuple[str, str]:
        """Draw each member's monitored figure, the leading ones in colour."""
        monitor = next(iter(self.courses.values())).recipe.monitor
        order = sorted(self.courses, key=lambda number: merit(self.courses[number].rows[-1], monitor), reverse=True)
        labels = differing({number: course.recipe for number, course in self.courses.items()})
        lines, keys = [], []
        for rank, number in reversed(list(enumerate(order))):
            points = [(row.epoch, getattr(part, monitor)) for row in self.courses[number].rows if (part := row.validation or row.train)]
            named = rank < NAMED
            line = Lines(
                x=np.array([x for x, _ in points], np.float64), y=np.array([y for _, y in points], np.float64),
                colour=palette.CLASSES[rank] if named else palette.MUTED, width=2.0 if named else 1.0, opacity=1.0 if named else 0.35,
            )  # fmt: skip
            lines.append(line)
            if named:
                keys.append(Key(name=labels[number][:40] or f"member {number}", line=line))
        values = np.concatenate([line.y for line in lines])
        low, high = float(values.min()), float(values.max())
        wide = 0.05 * (high - low) or 0.01
        last = float(max(row.epoch for each in self.courses.values() for row in each.rows) or 1)
        x = spanning("epochs", 0.0, last)
        y = spanning(monitor, low - wide, high + wide, form=".1~%" if monitor == "accuracy" else None)
        flat = Flat(title="", panels=(Panel(x=x, y=y, marks=tuple(lines)),), legend=tuple(reversed(keys)))
        return f"{len(self.courses)} trainings, the leading ones named", address(svg(flat, width=640, height=320))


def differing(recipes: Mapping[int, Recipe]) -> dict[int, str]:
    """Return in what each recipe differs from the others, as `rate 0.1, seed 2`."""
    varied = list(settings_apart([recipe.model_dump(mode="json") for recipe in recipes.values()]))
    if any(one.name == "optimiser" for one in varied):  # each has knobs of its own, of which the step's length is the one that is chosen
        varied = [one for one in varied if not one.name.startswith("optimiser.") or one.name in ("optimiser.rate", "optimiser.scale")]
    varied.sort(key=lambda one: one.name.endswith("seed"))
    return {
        number: ", ".join(_said(one.name, one.values[place]) for one in varied if one.values[place] is not None)
        for place, number in enumerate(recipes)
    }


def _said(name: str, value: Any) -> str:
    written = word(value, digits=3)
    return written if name in CATALOGUES else f"{name.rpartition('.')[2]} {written}"
