"""Sections: the parts of the pictures room's picture; each is sent when what it shows has changed, and not more often than it may."""

import time
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from thalweg.core.imageset import ImageSet
from thalweg.faces.lab._pictures_course import Course
from thalweg.faces.lab._wire import Picture


@dataclass(kw_only=True)
class Section:
    """A part of the picture: `key` changes with what it shows (None: nothing to show), `draw` makes it, at most every `pause` seconds."""

    name: str
    key: Callable[[], Hashable]
    draw: Callable[[], Picture]
    pause: float = 0.0
    sent: Hashable = field(default=None)
    at: float = field(default=float("-inf"))


def composed(sections: Iterable[Section], *, hurry: bool) -> Picture:
    """Return the sections that are due, arrays as `section.array`; `hurry` is for a training that stands still: all that has changed."""
    data: dict[str, Any] = {}
    arrays: dict[str, np.ndarray] = {}
    for section in sections:
        key, now = section.key(), time.monotonic()
        if key == section.sent or (not hurry and now - section.at < section.pause):
            continue
        section.sent, section.at = key, now
        if key is None:
            data[section.name] = None
            continue
        drawn = section.draw()
        data[section.name] = drawn.data
        arrays.update({f"{section.name}.{name}": array for name, array in drawn.arrays.items()})
    return Picture(data=data, arrays=arrays)


def about(images: ImageSet, shown: str, *, pad: bool, bright: bool) -> Picture:
    """Return what there is to say of the data: its classes, sizes and parts."""
    height, width, channels = images.shape
    counts = {name: len(rows) for name, rows in images.split.parts().items()}
    data = {
        "source": shown,
        "classes": images.classes,
        "height": height,
        "width": width,
        "channels": channels,
        "counts": counts,
        "notes": images.notes,
        "skipped": len(images.skipped),
        "pad": pad,
        "bright": bright,
    }
    return Picture(data=data)


def curves(course: Course, expected: float) -> Picture:
    """Return the loss of the steps, and the figures after each epoch: step, training and validation loss, penalty, two accuracies."""
    rows = [
        [
            row.step,
            *(np.nan if part is None else part.loss for part in (row.train, row.validation)),
            next((part.penalty for part in (row.train, row.validation) if part is not None), np.nan),
            *(np.nan if part is None else part.accuracy for part in (row.train, row.validation)),
        ]
        for row in course.rows
    ]
    return Picture(
        data={"stride": course.trace.stride, "marks": list(course.marks), "expected": expected},
        arrays={"trace": course.trace.points(), "rows": np.array(rows, dtype=np.float32).reshape(-1, 6)},
    )


def status(course: Course) -> dict[str, Any]:
    """Return where the training stands: in every picture."""
    state, row = course.trainer.state, course.rows[-1]
    parts = {"train": row.train, "validation": row.validation}
    return {
        "step": state.step,
        "epoch": state.epoch,
        "epochs": course.trainer.recipe.epochs,
        "rate": state.rates[0],
        "batch_loss": course.trainer.loss,
        "figures": {name: None if part is None else vars(part) for name, part in parts.items()},
        "stopped": course.stopped,
        "measured": row.epoch,
    }
