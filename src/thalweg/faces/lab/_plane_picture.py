"""Pictures of the plane: regions and figures with every one, tables a few times a second."""

import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from thalweg.faces.lab import _plane_tables as tables
from thalweg.faces.lab._plane_course import Course
from thalweg.faces.lab._plane_ground import View, Window, widths
from thalweg.faces.lab._plane_history import COLUMNS
from thalweg.faces.lab._plane_points import ADDRESSED, Points
from thalweg.faces.lab._wire import Picture
from thalweg.run.record import Figures

RARELY = 0.1
"""Seconds between two sets of tables while training plays."""


class Painter:
    """What is sent when: `look` is what is seen over the plane, `pick` the weight whose last step is written out."""

    def __init__(self) -> None:
        self.look = "regions"
        self.pick: tables.Pick | None = None
        self.tabled = -RARELY

    def hurry(self) -> None:
        """Send the tables with the next picture."""
        self.tabled = -RARELY

    def picture(self, course: Course, points: Points, window: Window) -> Picture:
        """Return the picture, with the tables where they are due."""
        view = View(trainer=course.trainer, window=window)
        train, held = course.trainer.figures(), course.trainer.figures("validation")
        assert train is not None
        course.history.add(course.step, train, held)
        arrays = {
            "points": points.places, "labels": points.labels.astype(np.uint8), "held": points.held.astype(np.uint8), **view.regions(),
            **tables.lines_of(course.trainer), **({} if self.look == "regions" else view.field(self.look)),
        }  # fmt: skip
        data = {**_where(course), **_figures(train), "held": None if held is None else _figures(held), **self.scene(course, points, window)}
        now = time.monotonic()
        if now - self.tabled < RARELY and (course.playing or course.walk):
            return Picture(data=data, arrays=arrays)
        self.tabled = now
        more = {**arrays, **tables.weights(course.trainer), **tables.examples(course.trainer, points), "curves": course.history.array()}
        if widths(course.trainer):
            more |= view.small()
        return Picture(data={**data, "tables": self.tables(course)}, arrays=more)

    def scene(self, course: Course, points: Points, window: Window) -> dict[str, Any]:
        """Return what the page needs to draw and to say what it draws."""
        loss, recipe = course.trainer.setting.loss, course.trainer.recipe
        return {
            "window": window.row(),
            "names": list(points.names),
            "look": self.look,
            "linear": course.trainer.setting.closed_form,
            "probabilities": loss.probabilities,
            "prepared": bool(recipe.prepare),
            "address": "whole" if course.addressed else "start",
            "addressed": not points.own or len(points) <= ADDRESSED,
        }

    def tables(self, course: Course) -> dict[str, Any]:
        """Return what changes rarely, or is read rather than watched."""
        trainer = course.trainer
        shapes = {name: list(tensor.shape[1:]) for name, tensor in trainer.state.params.items()}
        if self.pick is not None and not _fits(self.pick, shapes):
            self.pick = None
        picked: dict[str, Any] = {} if self.pick is None else {"name": self.pick[0], "index": list(self.pick[1])}
        optimiser = trainer.setting.optimiser
        return {
            "shapes": shapes,
            "widths": list(widths(trainer)),
            "columns": COLUMNS,
            "pick": picked,
            "step": [] if self.pick is None else tables.step_lines(trainer, self.pick),
            "optimiser": {"name": optimiser.name, "formula": optimiser.formula},
            "loss": {"name": trainer.setting.loss.name, "formula": trainer.setting.loss.formula},
        }


def _fits(pick: tables.Pick, shapes: Mapping[str, list[int]]) -> bool:
    name, index = pick
    shape = shapes.get(name, [])
    return len(shape) == len(index) > 0 and all(at < size for at, size in zip(index, shape, strict=True))


def _where(course: Course) -> dict[str, Any]:
    state, each = course.trainer.state, course.trainer.steps_an_epoch
    return {
        "step": state.step,
        "epoch": state.epoch + state.taken // each,
        "playing": course.playing,
        "walk": None if course.walk is None else course.walk.to,
        "said": course.said,
        "rate": state.rates[0] if state.step else None,
    }


def _figures(figures: Figures) -> dict[str, float]:
    return {"loss": figures.loss, "penalty": figures.penalty, "total": figures.total, "accuracy": figures.accuracy}
