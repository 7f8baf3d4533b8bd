"""The Python face: `load`, `train`, `open`, and a run that makes its report."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from thalweg.core.durable import write_file
from thalweg.core.entries import Source
from thalweg.core.imageset import ImageSet
from thalweg.core.progress import Progress
from thalweg.faces import metrics_log
from thalweg.faces._asked import recipe_of
from thalweg.faces._folder import default_folder as default_folder
from thalweg.faces._frame import frame
from thalweg.faces._pictures import load_at_shape as load_at_shape
from thalweg.faces._pictures import load_data as load_data
from thalweg.faces._pictures import load_given
from thalweg.faces.gathering import gather
from thalweg.faces.onlookers import train_seen
from thalweg.faces.report import build
from thalweg.images import load as load
from thalweg.run import run as runs
from thalweg.run.files import REPORT
from thalweg.run.recipe import Recipe as Recipe
from thalweg.run.sweep import open_member


@dataclass(frozen=True, eq=False, repr=False)
class Run(runs.Run):
    """A run that can be reported: `report()` writes one HTML file and returns its path."""

    images: ImageSet | None = None

    def rows(self) -> list[dict[str, Any]]:
        """Return the metrics log as one plain row an epoch; None where a part was not measured."""
        return metrics_log.rows(self.metrics)

    def frame(self) -> Any:
        """Return the metrics log as a pandas data frame, one row an epoch."""
        return frame(self.rows(), index="epoch")

    def csv(self) -> str:
        """Return the metrics log as comma-separated text, one line an epoch."""
        return metrics_log.csv(self.metrics)

    def report(self, path: Source | None = None, *, images: ImageSet | None = None) -> Path:
        """Write the report at `path`; by default beside the run, or under the recipe's name in the working folder for a run in memory.

        The pictures are those given, those it was trained on in this session, or loaded again from the recipe's source.
        """
        own = self.folder / REPORT if self.folder is not None else Path(f"{default_folder(self.recipe).name}.html")
        target = Path(path) if path is not None else own
        write_file(target, self.report_html(images))
        return target

    def report_html(self, images: ImageSet | None = None) -> str:
        """Return the report as HTML."""
        pictures = images or self.images
        if pictures is None:
            pictures = load_data(self.recipe)
        self.check_own(pictures)
        return build(gather(self, self.matching(pictures)))


def train(
    images: ImageSet | Source | Sequence[Any],
    *,
    folder: Source | None = None,
    progress: Progress | None = None,
    fresh: bool = False,
    recipe: Recipe | None = None,
    tensorboard: Source | None = None,
    **settings: Any,
) -> Run:
    """Train a classifier: `train("digits", score="linear", loss="svm-sum", penalty={"l2": 1e-4}, optimiser="sgd", rate=0.1, epochs=5)`.

    `images`: an ImageSet, arrays (images, labels), a path or a name. `settings` are those of a recipe, and the knobs of the entries
    chosen; `recipe` gives all of them at once. With `folder`, the run is kept there and goes on where it was interrupted.
    `progress=live()` shows curves in a notebook. `tensorboard` is a folder for event files, which get a folder of the run's name in it.
    """
    chosen = recipe_of(images, settings, recipe=recipe)
    loaded = load_given(images, chosen, progress=progress)
    run = train_seen(
        loaded, chosen, folder=None if folder is None else Path(folder), progress=progress, fresh=fresh,
        events=None if tensorboard is None else Path(tensorboard),
    )  # fmt: skip
    return as_run(run, images=loaded)


def open_run(folder: Source, *, trust_code: bool = False) -> Run:
    """Open a run that was trained into a folder, or a member of a sweep, as `"sweeps/first#12"`.

    `trust_code` allows one whose score function is a module of somebody's.
    """
    sweep, mark, number = str(folder).rpartition("#")
    if mark and number.isdecimal() and not Path(folder).exists():
        return as_run(open_member(Path(sweep), int(number), trust_code=trust_code))
    return as_run(runs.open_run(Path(folder), trust_code=trust_code))


def as_run(run: runs.Run, *, images: ImageSet | None = None) -> Run:
    """Return a run with the report's method, and the pictures it was trained on if they are at hand."""
    return Run(**{name: getattr(run, name) for name in run.__dataclass_fields__}, images=images)
