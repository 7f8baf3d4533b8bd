"""Run: a trained classifier with its record; `open_run` finds it again in its folder."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int64, Shaped

from thalweg.core.display import Displayed
from thalweg.core.errors import ConfigError, DataError, ModelError
from thalweg.core.imageset import ImageSet
from thalweg.core.outcome import Ending, Outcome
from thalweg.core.progress import Progress
from thalweg.core.trajectory import Trajectory
from thalweg.core.visible import visible
from thalweg.run.files import METRICS, MODEL, PATH, RECIPE
from thalweg.run.model import Model, from_file
from thalweg.run.own import folded
from thalweg.run.path_file import read_path
from thalweg.run.recipe import CATALOGUES, Recipe
from thalweg.run.record import DataFacts, Epoch, Figures
from thalweg.run.start import Start
from thalweg.run.store import Store


@dataclass(frozen=True, eq=False, repr=False)
class Run(Displayed):
    """A trained classifier: what it is made of, how training went, how good it is, and the model itself.

    `figures` are those of the kept weights on each part of the data, in single precision and evaluation mode. `folder` is None for a run
    that lives in memory only. `weights` counts those that penalties act on, `zero_weights` how many of them are exactly zero. `start`
    holds the kept weights as they were trained, for a run in memory; `thalweg.run.trained` finds those of a run in a folder. `recorded` is
    the path of a run in memory; `trajectory` finds that of a run in a folder too.
    """

    recipe: Recipe
    data: DataFacts
    metrics: tuple[Epoch, ...]
    outcome: Outcome
    figures: Mapping[str, Figures]
    expected_start: float
    seconds: float
    versions: Mapping[str, str]
    model: Model
    folder: Path | None = None
    kept_epoch: int = 0
    penalty: float = 0.0
    weights: int = 0
    zero_weights: int = 0
    start: Start | None = None
    recorded: Trajectory | None = None

    def __repr__(self) -> str:
        recipe, part = self.recipe, next((name for name in ("test", "validation", "train") if name in self.figures), None)
        figure = "" if part is None else f", {part} accuracy {self.figures[part].accuracy:.2%}"
        made = f"{visible(recipe.data.source)}: {recipe.score.name} + {recipe.loss.name}, {recipe.optimiser.name}"
        return f"<Run of {made}; {self.outcome.ending.value} after epoch {self.outcome.epoch}{figure}>"

    @cached_property
    def trajectory(self) -> Trajectory | None:
        """Where training took the weights, from memory or from the folder; None where it was not recorded.

        The weights are those that were trained, on prepared pictures, also where the model is their average or an earlier epoch's.
        Raises `ModelError` naming the file where it is damaged.
        """
        path = None if self.folder is None else self.folder / PATH
        return read_path(path) if self.recorded is None and path is not None and path.is_file() else self.recorded

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes, in the order of the scores."""
        return self.model.classes

    @property
    def complete(self) -> bool:
        """Whether training came to its own end."""
        return self.outcome.ending is not Ending.INTERRUPTED

    def scores(self, images: Shaped[np.ndarray, "n height width channels"]) -> Float[np.ndarray, "n classes"]:
        """Return the class scores of raw images [n, H, W, C]."""
        return self.model.scores(images)

    def predict(self, images: Shaped[np.ndarray, "n height width channels"]) -> Int64[np.ndarray, " n"]:
        """Return the class number with the highest score; the lowest number where scores tie."""
        return self.scores(images).argmax(1)

    def probabilities(self, images: Shaped[np.ndarray, "n height width channels"]) -> Float[np.ndarray, "n classes"]:
        """Return softmax of the scores; raise `ConfigError` where the loss gives scores no such meaning (the hinges)."""
        if not self.model.probabilities:
            raise ConfigError(f"loss {self.recipe.loss.name!r} gives scores, not probabilities; train with loss softmax to have them.")
        return torch.softmax(torch.from_numpy(self.scores(images)).double(), dim=1).numpy()

    def evaluate(self, images: ImageSet, *, progress: Progress | None = None) -> dict[str, Figures]:
        """Return the figures of every part of an ImageSet that has the run's classes."""
        renumbered = self.matching(images)
        return {
            name: self.figures_of(self.model.scores(renumbered.images, rows=rows, progress=progress), renumbered.labels[rows])
            for name, rows in renumbered.split.parts().items()
            if len(rows)
        }

    def figures_of(self, scores: Float[np.ndarray, "n classes"], labels: Int64[np.ndarray, " n"]) -> Figures:
        """Return the figures that scores make with labels; the penalty is the run's own."""
        values = self.losses(scores, labels)
        return Figures.of(float(values.mean(dtype=np.float64)), self.penalty, float((scores.argmax(1) == labels).mean()))

    def losses(self, scores: Float[np.ndarray, "n classes"], labels: Int64[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
        """Return the loss of each example."""
        loss = CATALOGUES["loss"].get(self.recipe.loss.name)
        value: np.ndarray = loss.value(torch.from_numpy(scores), torch.from_numpy(labels), **self.recipe.loss.knobs).numpy()
        return value

    def check_own(self, images: ImageSet) -> None:
        """Raise `DataError` when these are not the pictures and the split that the run was trained with."""
        if images.fingerprint != self.data.fingerprint:
            raise DataError(
                f"{images.source}: not the pictures this run was trained on. `thalweg evaluate RUN DATA` measures a run on others."
            )
        if folded(images, self.recipe).split.fingerprint != self.data.split:
            raise DataError(
                f"{images.source}: another split than this run was trained with, so that test pictures may have been trained on. "
                "Give the ImageSet it was trained on, or measure on other pictures."
            )

    def matching(self, images: ImageSet) -> ImageSet:
        """Return the set with labels in the run's class numbers; raise `DataError` when shape or classes differ."""
        if images.shape != tuple(self.model.shape):
            raise DataError(
                f"{images.source}: pictures are {images.shape} (height, width, channels), the run takes {tuple(self.model.shape)}."
            )
        return images.numbered_for(self.classes)


def open_run(folder: Path, *, trust_code: bool = False) -> Run:
    """Open the run in a folder; raise `ModelError` when it is none, is damaged, or was never ended.

    A run whose score function is a module of somebody's is opened with `trust_code` only: opening it runs that code.
    """
    store = Store(Path(folder))
    manifest = store.manifest()
    if "outcome" not in manifest:
        raise ModelError(f"{folder}: training has not come to an end here. Run the same `thalweg train` command again to go on.")
    try:
        _check_hashes(store.folder, manifest)
        return _from_manifest(store, manifest, trust_code=trust_code)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(f"{store.folder}: its manifest is not complete ({error}).") from None


def ending_facts(run: Run, folder: Path) -> dict[str, Any]:
    """Return what the manifest says of an ended run; `open_run` reads it back."""
    return {
        "outcome": asdict(run.outcome),
        "figures": {name: asdict(figures) for name, figures in run.figures.items()},
        "expected_start": run.expected_start,
        "seconds": run.seconds,
        "kept_epoch": run.kept_epoch,
        "penalty": run.penalty,
        "weights": run.weights,
        "zero_weights": run.zero_weights,
        "sha256": {name: _sha256(folder / name) for name in (RECIPE, METRICS, MODEL, *([PATH] if run.recorded else []))},
    }


def _from_manifest(store: Store, manifest: Mapping[str, Any], *, trust_code: bool) -> Run:
    outcome, recipe = manifest["outcome"], store.recipe()
    return Run(
        recipe=recipe,
        data=DataFacts.from_row(manifest["data"]),
        metrics=store.log(),
        outcome=Outcome.from_row(outcome),
        figures={name: Figures(**figures) for name, figures in manifest["figures"].items()},
        expected_start=manifest["expected_start"],
        seconds=manifest["seconds"],
        versions=manifest["versions"],
        model=from_file(str(store.folder / MODEL), trust_code=trust_code, score=recipe.score.flat),
        folder=store.folder,
        kept_epoch=manifest["kept_epoch"],
        penalty=manifest["penalty"],
        weights=manifest["weights"],
        zero_weights=manifest["zero_weights"],
    )


def _check_hashes(folder: Path, manifest: Mapping[str, Any]) -> None:
    for name, expected in manifest["sha256"].items():
        found = _sha256(folder / name)
        if found != expected:
            raise ModelError(
                f"{folder / name}: SHA-256 is {found[:12]}..., the manifest says {expected[:12]}...; it was changed or damaged."
            )


def _sha256(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ModelError(f"{path}: cannot be read ({error.strerror}).") from None
