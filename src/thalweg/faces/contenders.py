"""Contenders: runs and the examples that all of them answer, which none of them may have been trained on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Int64

from thalweg.core.errors import ConfigError, DataError
from thalweg.core.imageset import ImageSet
from thalweg.core.progress import Progress
from thalweg.evidence.comparison import Contender
from thalweg.faces import api
from thalweg.run.own import folded
from thalweg.run.run import Run

OTHER = "Give --data DATA (Python: images=...), pictures that none of the runs was trained on, to measure all of them on the same."


@dataclass(frozen=True, kw_only=True, eq=False)
class Examples:
    """The same examples for every run: `sets` holds them in each run's shape (labels in the set's own numbers), `rows` says which.

    `part` is what they are: `test`, `validation`, or `all` of other pictures.
    """

    part: str
    sets: tuple[ImageSet, ...]
    rows: Int64[np.ndarray, " n"]

    def labels(self, classes: tuple[str, ...]) -> Int64[np.ndarray, " n"]:
        """Return the labels in the numbers of `classes`."""
        return self.sets[0].numbered_for(classes).labels[self.rows]


def check_classes(runs: Mapping[str, Run]) -> None:
    """Raise `ConfigError` where a run has other classes than the first; another order is no matter."""
    (first, one), *others = runs.items()
    for name, other in others:
        lacking = [each for each in one.classes if each not in other.classes]
        more = [each for each in other.classes if each not in one.classes]
        if lacking or more:
            words = [f"{word} {_some(some)}" for word, some in (("without", lacking), ("with", more)) if some]
            raise ConfigError(f"{name}: other classes than {first}: {' and '.join(words)}. Runs compare on the same classes only.")


def own_examples(runs: Mapping[str, Run], images: ImageSet | None = None, *, progress: Progress | None = None) -> Examples:
    """Return what all runs were tested on: the test part, or the validation part where no run kept one.

    Raises `DataError` naming the run that was trained on other pictures or tested on other rows.
    """
    (first, one), *others = runs.items()
    for name, other in others:
        if other.data.fingerprint != one.data.fingerprint:
            raise DataError(
                f"{name}: trained on other pictures ({other.data.source}, {sum(map(sum, other.data.counts.values())):,} examples) than "
                f"{first} ({one.data.source}, {sum(map(sum, one.data.counts.values())):,} examples). {OTHER}"
            )
    own = _own(one, images, progress)
    part = "test" if len(own.split.test) else "validation"
    rows = _rows(one, own, part)
    if not len(rows):
        raise DataError(f"{first}: no examples were held out, neither for testing nor for validation. {OTHER}")
    for name, other in others:
        same = own if other.data.split == one.data.split else _own(other, images, progress)
        found = _rows(other, same, part)
        if not np.array_equal(found, rows):
            what = f"its {part} part holds other examples than that of {first}" if len(found) else f"it kept no {part} part, as {first} did"
            raise DataError(
                f"{name}: {what} (seed, shares or folds differ), so that one may have been trained on what the other is tested on. "
                f"Runs of several seeds compare where they share data_seed. {OTHER}"
            )
    return Examples(part=part, sets=(own,) * len(runs), rows=rows)


def other_examples(runs: Mapping[str, Run], images: ImageSet | str, *, progress: Progress | None = None) -> Examples:
    """Return other pictures for all runs, in each run's shape: their test part where they have one, else all of them.

    Pictures that all runs were trained on, given from where they are now, count as their own. Raises `DataError` where a run was trained
    on some of these, or where they come out as different examples at different shapes.
    """
    one = next(iter(runs.values()))
    if isinstance(images, ImageSet):
        sets = [images] * len(runs)
    else:
        loaded: dict[Any, ImageSet] = {}
        for run in runs.values():
            key = run.model.shape, run.recipe.data.fit
            if key not in loaded:
                loaded[key] = api.load_at_shape(run, images, progress=progress)
        sets = [loaded[run.model.shape, run.recipe.data.fit] for run in runs.values()]
    if {found.fingerprint for found in sets} == {run.data.fingerprint for run in runs.values()} == {one.data.fingerprint}:
        return own_examples(runs, images if isinstance(images, ImageSet) else api.load_data(one.recipe, source=images, progress=progress))
    part = "test" if len(sets[0].split.test) else "all"
    rows = sets[0].split.test if part == "test" else np.arange(len(sets[0]))
    for name, found, run in zip(runs, sets, runs.values(), strict=True):
        if not np.array_equal(found.labels, sets[0].labels) or found.classes != sets[0].classes:
            raise DataError(f"{found.source}: read in the shape of {name}, it holds other examples than in that of {next(iter(runs))}.")
        if found.fingerprint == run.data.fingerprint and not np.array_equal(_rows(run, _own(run, found, progress), "test"), rows):
            raise DataError(f"{found.source}: {name} was trained on some of these pictures. Give others.")
    return Examples(part=part, sets=tuple(sets), rows=rows)


def answers(
    name: str, run: Run, examples: Examples, place: int, classes: tuple[str, ...], *, progress: Progress | None = None
) -> Contender:
    """Return a run's answers to the examples, its class numbers brought to those of `classes`."""
    own, rows = run.matching(examples.sets[place]), examples.rows
    scores = run.model.scores(own.images, rows=rows, progress=progress)
    number = np.array([classes.index(each) for each in run.classes], dtype=np.int64)
    return Contender(
        name=name,
        recipe=run.recipe.model_dump(mode="json"),
        epochs=run.metrics,
        figures=run.figures,
        predicted=number[scores.argmax(1)],
        losses=run.losses(scores, own.labels[rows]),
    )


def _some(names: Sequence[str], most: int = 3) -> str:
    return ", ".join(map(repr, names[:most])) + (", ..." if len(names) > most else "")


def _own(run: Run, images: ImageSet | None, progress: Progress | None) -> ImageSet:
    """Return the pictures that a run was trained on with the split it was trained with: at hand, or loaded again."""
    kept = run.images if isinstance(run, api.Run) else None
    for found in (images, kept):
        if (
            found is not None
            and found.fingerprint == run.data.fingerprint
            and folded(found, run.recipe).split.fingerprint == run.data.split
        ):
            return found
    found = api.load_data(run.recipe, progress=progress)
    run.check_own(found)
    return found


def _rows(run: Run, images: ImageSet, part: str) -> Int64[np.ndarray, " n"]:
    return folded(images, run.recipe).split.parts()[part]
