"""TensorBoard: event files of trainings: figures after every epoch, weights as histograms, templates or filters as pictures.

Written with tensorboardX's event writer, one record at a time and in this thread, so that a full disk is an error here: tensorboardX's own
`SummaryWriter` writes from another thread, and waits forever for one that has died.
"""

import contextlib
import importlib
import re
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from thalweg.core.durable import storage_errors
from thalweg.core.errors import ConfigError
from thalweg.core.visible import visible
from thalweg.evidence._recipes import flat
from thalweg.faces import report
from thalweg.faces._folder import default_folder
from thalweg.faces.gathering import first_layer
from thalweg.faces.metrics_log import FIGURES
from thalweg.run.model import Model
from thalweg.run.recipe import CATALOGUES, Recipe
from thalweg.run.record import Epoch
from thalweg.run.run import Run
from thalweg.run.seen import Seen
from thalweg.views._drawing import Gallery

SUFFIX = ".thalweg"
"""The end of the names of our event files; no others are ever removed."""
PICTURES, BINS = 32, 64
"""The most templates or filters of an epoch that are written, and into how many equal parts the values of a tensor are sorted."""


class Events:
    """The event files of one training, in a folder of its own. `row`, `histograms` and `pictures` write; nothing is kept back."""

    def __init__(self, folder: Path, recipe: Recipe, *, earlier: Sequence[Epoch], step: int) -> None:
        """Begin at a step: what stands there of later ones counts no more; where nothing stands, `earlier` rows are written first."""
        writer, self.summary, self.event = _library()
        with storage_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            own = sorted(folder.glob(f"events.out.tfevents.*{SUFFIX}"))
            if not earlier:
                for path in own:
                    path.unlink()
            self.writer = writer(str(folder / "events"), f".{time.time_ns() % 10**9:09}{SUFFIX}")
        if own and earlier:
            self.writer.write_event(self.event.Event(step=step, wall_time=time.time(), session_log=self.event.SessionLog(status=1)))
        else:
            self._settings(recipe)
            for row in earlier:
                self.row(row)

    def row(self, row: Epoch) -> None:
        """Write the figures of a row of the metrics log, at its step."""
        for part, figures in (("train", row.train), ("validation", row.validation)):
            if figures is not None:
                for name in FIGURES:
                    self._add(self.summary.scalar(f"{name}/{part}", getattr(figures, name)), row.step)
        self._add(self.summary.scalar("rate", row.rate), row.step)
        self._add(self.summary.scalar("epoch", row.epoch), row.step)

    def histograms(self, tensors: Mapping[str, Tensor], step: int) -> None:
        """Write how the values of each tensor are spread."""
        for name, tensor in tensors.items():
            values = tensor.detach().float().cpu().numpy()
            if np.isfinite(values).all() and values.size:
                self._add(self.summary.histogram(f"weights/{tag(name)}", values, bins=BINS), step)

    def pictures(self, model: Model, step: int) -> None:
        """Write the rows of a linear W, or the filters of a first convolution, as pictures on raw pixels."""
        layer = first_layer(model)
        if layer is None:
            return
        image = self.summary.Summary.Image
        for name, drawing in report.weights_of(layer, model.shape, model.classes).items():
            assert isinstance(drawing, Gallery)
            for place, picture in enumerate(drawing.pictures[:PICTURES]):
                shown = image(encoded_image_string=picture.png, height=picture.height, width=picture.width, colorspace=3)
                value = self.summary.Summary.Value(tag=f"{name}/{place:03} {tag(picture.caption)}".replace(" ", "_"), image=shown)
                self._add(self.summary.Summary(value=[value]), step)

    def flush(self) -> None:
        """Bring everything to the disk."""
        self.writer.flush()

    def close(self) -> None:
        """Close the file."""
        self.writer.close()

    def _settings(self, recipe: Recipe) -> None:
        """Write the recipe's settings, for TensorBoard's table of hyperparameters."""
        figures = {f"{name}/validation": 0 for name in ("accuracy", "loss")}
        for made in self.summary.hparams(flat_settings(recipe), figures):
            self._add(made, 0)

    def _add(self, summary: Any, step: int) -> None:
        self.writer.write_event(self.event.Event(step=step, wall_time=time.time(), summary=summary))


class Board:
    """Event files of trainings that are looked at with `see`, in `folder`: a sub-folder `name`, in it one a member where there are many.

    Of many members figures and settings are written, of a single one its weights too. Where the disk fails, that is said once and training
    goes on without.
    """

    def __init__(self, folder: Path, name: str, *, many: bool = False, say: Any = print) -> None:
        _library()
        self.folder, self.many, self.say = folder / tag(name), many, say
        self.events: dict[int, Events] = {}
        self.failed = False
        with storage_errors(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)

    def see(self, seen: Seen) -> None:
        """Write what stands after an epoch."""
        if self.failed:
            return
        try:
            for place, row in seen.rows:
                self._write(seen, place, row)
        except OSError as error:
            self.failed = True
            self.say(f"nothing more is written to {self.folder}: {error.strerror or error}.")

    def _write(self, seen: Seen, place: int, row: Epoch) -> None:
        number = seen.number(place)
        if number not in self.events:
            where = self.folder / f"{number:04}" if self.many else self.folder
            recipe = seen.setting.members.recipes[place]
            self.events[number] = Events(where, recipe, earlier=seen.log(place)[:-1], step=row.step)
        events = self.events[number]
        events.row(row)
        if not self.many:
            events.histograms({name: tensor[place] for name, tensor in seen.params.items()}, row.step)
            events.pictures(seen.model(place), row.step)
        events.flush()

    def complete(self, results: Mapping[int, tuple[Recipe, Sequence[Epoch]]]) -> None:
        """Write the logs of members that were not seen, because they had ended before."""
        for number, (recipe, rows) in results.items():
            if number not in self.events and rows and not self.failed:
                self.events[number] = Events(self.folder / f"{number:04}", recipe, earlier=(), step=0)
                for row in rows:
                    self.events[number].row(row)
                self.events[number].flush()

    def close(self) -> None:
        """Close all files."""
        for events in self.events.values():
            with contextlib.suppress(OSError):
                events.close()


def write(run: Run, folder: Path) -> Path:
    """Write a run that has ended: every row of its log, its kept weights at their step; return the folder of its event files."""
    where = folder / tag(name_of(run.recipe, run.folder))
    events = Events(where, run.recipe, earlier=(), step=0)
    for row in run.metrics:
        events.row(row)
    kept = next((row.step for row in run.metrics if row.epoch == run.kept_epoch), 0)
    events.histograms(dict(run.model.module.named_parameters()), kept)
    events.pictures(run.model, kept)
    events.flush()
    events.close()
    return where


def name_of(recipe: Recipe, folder: Path | None) -> str:
    """Return the name of a run's folder, or the one that it would have."""
    return default_folder(recipe).name if folder is None else folder.resolve().name


def tag(name: str) -> str:
    """Return a name with nothing in it that TensorBoard, or a file system, takes for more than a name.

    >>> tag("score.0/W"), tag("../<b>x</b>"), tag("")
    ('score.0_W', '_b_x_b_', '_')
    """
    return re.sub(r"[^\w.\-]+", "_", visible(name)).lstrip(".")[:80] or "_"


def flat_settings(recipe: Recipe) -> dict[str, str | float]:
    """Return a recipe's settings as numbers and words, by dotted names; those that are not set are left out."""
    laid = flat(recipe.model_dump(mode="json"))
    return {
        f"{name}.name" if name in CATALOGUES else name: str(value) if isinstance(value, bool | str) else float(value)
        for name, value in laid.items()
        if value is not None
    }


def _library() -> tuple[Any, Any, Any]:
    """Return the writer of event files, the makers of summaries and the messages; raise `ConfigError` where tensorboardX is missing."""
    try:
        writer = importlib.import_module("tensorboardX.event_file_writer").EventsWriter
        return writer, importlib.import_module("tensorboardX.summary"), importlib.import_module("tensorboardX.proto.event_pb2")
    except ModuleNotFoundError:
        raise ConfigError("TensorBoard's files need tensorboardX, which is not installed: pip install 'thalweg[tensorboard]'") from None
