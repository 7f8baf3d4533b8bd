"""Exhibit: pictures, a training on them, and what of both is looked at."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np

from thalweg.core.imageset import ImageSet
from thalweg.core.subject import Pictures
from thalweg.faces.lab import _pictures_look as look
from thalweg.faces.lab._pictures_course import Course
from thalweg.faces.lab._pictures_own import Own, judged
from thalweg.faces.lab._pictures_sections import Section, about, composed, curves, status
from thalweg.faces.lab._wire import Picture
from thalweg.images import Hand, hand_of
from thalweg.loss import LOSSES
from thalweg.run.snapshot import Answers, answers_of, model_of, pictures_of


class Exhibit:
    """What stands on the stage. The room sets what is looked at: `part`, `cell`, `target`, `own`, and `keep`, how to have it again."""

    def __init__(self, images: ImageSet, course: Course, shown: str) -> None:
        self.images, self.course, self.source = images, course, shown
        self.playing = False
        self.part = "validation"
        self.cell: tuple[int, ...] | None = None
        self.target: int | None = None
        self.own: Own | None = None
        self.keep: Mapping[str, Any] = {}
        self._model: tuple[Any, Pictures] | None = None
        self._answers: tuple[Any, Answers] | None = None
        self.sections = self._sections()

    def _sections(self) -> list[Section]:
        table = lambda: look.confusion_table(self.answers(), self.images.classes)  # noqa: E731
        worst = lambda: look.worst_mistakes(self.answers(), self.images, likely=self.likely)  # noqa: E731
        return [
            Section(name="about", key=lambda: True, draw=self._about),
            Section(name="curves", key=lambda: self.course.version, draw=self._curves, pause=0.2),
            Section(name="weights", key=lambda: self.course.version, draw=lambda: look.weight_tiles(self.model()), pause=0.25),
            Section(name="confusion", key=self._when, draw=table),
            Section(name="mistakes", key=self._when, draw=worst),
            Section(name="cell", key=self._which_cell, draw=self._cell),
            Section(name="own", key=self._which_own, draw=self._own, pause=0.25),
            Section(name="keep", key=lambda: tuple(self.keep.items()), draw=lambda: Picture(data=self.keep)),
        ]

    def picture(self) -> Picture:
        """Return where the training stands, and the sections that have changed."""
        with np.errstate(invalid="ignore", over="ignore"):  # a training that has diverged is looked at too
            drawn = composed(self.sections, hurry=not self.playing)
        return Picture(data={"playing": self.playing, **status(self.course), **drawn.data}, arrays=drawn.arrays)

    @cached_property
    def hand(self) -> Hand | None:
        """How the pictures are drawn; None where they are in colour, which a pad of grey does not suit."""
        return hand_of(self.images.images[self.images.split.train]) if self.images.shape[2] == 1 else None

    @property
    def likely(self) -> bool:
        """Whether the loss gives scores the meaning of probabilities."""
        return bool(LOSSES.get(self.course.trainer.recipe.loss.name).probabilities)

    def model(self) -> Pictures:
        """Return the model at its weights now, on raw pixels; made once for every step."""
        if self._model is None or self._model[0] != self.course.version:
            trainer = self.course.trainer
            model = model_of(trainer.setting, trainer.state.params, trainer.state.buffers)
            self._model = (self.course.version, pictures_of(model, self.images, np.arange(1)))
        return self._model[1]

    def answers(self) -> Answers:
        """Return the answers to the part that is looked at: after an epoch, or at the step where training stands still."""
        if self._answers is None or self._answers[0] != self._when():
            trainer = self.course.trainer
            part = self.part if self.part in trainer.setting.parts else next(iter(trainer.setting.parts))
            self._answers = (self._when(), answers_of(trainer.setting, part, trainer.state.params, trainer.state.buffers))
        return self._answers[1]

    def _when(self) -> tuple[Any, ...]:
        return self.part, self.playing, len(self.course.rows) if self.playing else self.course.version

    def _which_cell(self) -> tuple[Any, ...] | None:
        known = self.cell is not None and max(self.cell) < len(self.images.classes)
        return (self.cell, *self._when()) if known else None

    def _which_own(self) -> tuple[Any, ...] | None:
        return None if self.own is None else (id(self.own), self.target, self.course.version)

    def _about(self) -> Picture:
        return about(self.images, self.source, pad=self.hand is not None, bright=self.hand is None or self.hand.bright)

    def _curves(self) -> Picture:
        return curves(self.course, self.course.trainer.setting.expected_start)

    def _cell(self) -> Picture:
        assert self.cell is not None
        return look.cell_pictures(self.answers(), self.images, (self.cell[0], self.cell[1]), likely=self.likely)

    def _own(self) -> Picture:
        assert self.own is not None
        return judged(self.own, self.model(), self.images, self.target, likely=self.likely)
