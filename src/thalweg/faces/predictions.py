"""Predictions: picture files through a run, as rows that print as a table, CSV or JSON."""

import csv
import io
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from thalweg.core.errors import ConfigError, DataError
from thalweg.core.visible import visible
from thalweg.faces.terminal import table
from thalweg.images import EXTENSIONS, decode_picture
from thalweg.run.run import Run


@dataclass(frozen=True)
class Prediction:
    """One picture's class with the scores of all; `probabilities` is None where the loss gives scores no such meaning."""

    path: str
    chosen: str
    scores: tuple[float, ...]
    probabilities: tuple[float, ...] | None

    def row(self, classes: Sequence[str]) -> dict[str, Any]:
        """Return the prediction as a JSON object."""
        likely = None if self.probabilities is None else dict(zip(classes, self.probabilities, strict=True))
        return {"path": self.path, "class": self.chosen, "scores": dict(zip(classes, self.scores, strict=True)), "probabilities": likely}


@dataclass(frozen=True)
class Predictions:
    """Predictions of several pictures."""

    rows: tuple[Prediction, ...]

    def __iter__(self) -> Iterator[Prediction]:
        return iter(self.rows)

    def csv(self, classes: Sequence[str]) -> str:
        """Return CSV: path, class, a score and (where defined) a probability for every class."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        likely = bool(self.rows) and self.rows[0].probabilities is not None
        writer.writerow(["path", "class", *(f"score {name}" for name in classes), *(f"probability {name}" for name in classes if likely)])
        for row in self.rows:
            writer.writerow([_cell(row.path), _cell(row.chosen), *row.scores, *(row.probabilities or ())])
        return text.getvalue()

    def table(self, classes: Sequence[str]) -> str:
        """Return a table: the class with its score, and its probability where there is one; then the runner-up."""
        lines = []
        for row in self.rows:
            first, second = np.argsort(row.scores)[::-1][:2]
            likely = row.probabilities
            shown = [f"{row.scores[each]:.3f}" + ("" if likely is None else f" ({likely[each]:.1%})") for each in (first, second)]
            lines.append([row.path, row.chosen, shown[0], classes[second], shown[1]])
        kind = "score" if not self.rows or self.rows[0].probabilities is None else "score (probability)"
        note = "\nscores are not probabilities: this run's loss gives them no such meaning" if kind == "score" else ""
        return table(["picture", "class", kind, "second", kind], lines) + note


def predictions(run: Run, paths: Sequence[str]) -> Predictions:
    """Predict picture files (folders: every picture in them), brought to the run's shape by its own rules; bad files are all named."""
    if tuple(run.model.shape[:2]) == (1, 1):
        raise ConfigError("this run classifies points, not pictures; use run.predict(points) in Python.")
    files = [file for path in paths for file in _expanded(path)]
    pictures, bad = [], []
    for file in files:
        try:
            pictures.append(decode_picture(file, shape=run.model.shape, fit=run.recipe.data.fit))
        except DataError as error:
            bad.append(str(error))
    if bad:
        raise DataError("\n".join(bad))
    images = np.stack(pictures)
    scores = run.scores(images)
    likely = run.probabilities(images) if run.model.probabilities else None
    return Predictions(
        tuple(
            Prediction(
                path=file,
                chosen=run.classes[int(scores[index].argmax())],
                scores=tuple(float(value) for value in scores[index]),
                probabilities=None if likely is None else tuple(float(value) for value in likely[index]),
            )
            for index, file in enumerate(files)
        )
    )


def _expanded(path: str) -> list[str]:
    if not os.path.isdir(path):  # noqa: PTH112  (a path may hold bytes that are no text)
        return [path]
    found = sorted(str(each) for each in Path(path).rglob("*") if each.suffix.lower().lstrip(".") in EXTENSIONS and each.is_file())
    if not found:
        raise DataError(f"{visible(path)}: no pictures in this folder.")
    return found


def _cell(text: str) -> str:
    """Return text that a spreadsheet takes as text: a leading sign of a formula gets an apostrophe."""
    shown = visible(text)
    return f"'{shown}" if shown[:1] in ("=", "+", "-", "@") else shown
