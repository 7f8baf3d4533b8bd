"""Trials: every candidate of a search on every split, sorted into populations and trained together."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np
from jaxtyping import Float64, Int64
from sklearn.base import clone
from sklearn.utils import check_random_state

from thalweg.core.imageset import ImageSet
from thalweg.core.progress import Progress
from thalweg.faces.estimators._base import SEEDS, Classifier
from thalweg.faces.estimators._errors import as_value_errors
from thalweg.faces.estimators._examples import Chosen, Given, choose, pictures
from thalweg.faces.estimators._fitted import Fitted
from thalweg.faces.estimators._fitting import Task
from thalweg.prepare import Chain
from thalweg.run.population import Member, plan, train_members
from thalweg.run.recipe import Recipe
from thalweg.run.structure import structure

FIXED = {"scale", "flatten", "bias-trick"}
"""Preparations that do not depend on the examples they are fitted on."""

Split = tuple[Int64[np.ndarray, " train"], Int64[np.ndarray, " test"]]


@dataclass(eq=False)
class Trial:
    """One candidate on one split: an estimator with its parameters, what it is to train, and what came of it."""

    candidate: int
    split: int
    estimator: Classifier | None = None
    task: Task | None = None
    error: Exception | None = None
    seconds: float = 0.0


@dataclass(frozen=True, eq=False)
class Pool:
    """Trials that train as one population, on the same pictures; `counts` says how much each picture counts for each (None: all)."""

    images: ImageSet
    recipes: list[Recipe] = field(default_factory=list)
    counts: list[Float64[np.ndarray, " examples"] | None] = field(default_factory=list)
    trials: list[Trial] = field(default_factory=list)


class Trials:
    """The trials of a search over given examples, in the order of candidates, then splits.

    Trials whose every step looks at all of their examples train as one population over all splits: a split is then which examples count.
    Where batches are drawn, something is held out for validation, a preparation is fitted or a class is missing, an estimator by itself
    would see its split's own batches, part, preparation and classes, so these trials train split by split, all candidates together.
    """

    def __init__(
        self, base: Classifier, given: Given, candidates: Sequence[Mapping[str, Any]], splits: Sequence[Split], *, strict: bool
    ) -> None:
        self.base, self.given, self.splits, self.strict = base, given, splits, strict
        self.shared_seed = int(check_random_state(None).randint(SEEDS))
        self.known: dict[tuple[Any, ...], Chosen] = {}
        every = np.arange(len(given.labels))
        with as_value_errors():
            self.everything = choose(given, every, classes=None, class_weight=None, validation=0.0, seed=0)
        self.trials = [self._trial(candidates[one], one, split) for one, split in product(range(len(candidates)), range(len(splits)))]

    def train(self, progress: Progress) -> list[Trial]:
        """Train all; the estimators of those without an error are fitted then."""
        for pool in self._pools():
            self._train(pool, progress)
        return self.trials

    def _trial(self, parameters: Mapping[str, Any], candidate: int, split: int) -> Trial:
        trial = Trial(candidate, split)
        try:
            trial.estimator = clone(self.base).set_params(**clone(dict(parameters), safe=False))
            for name in ("n_features_in_", "feature_names_in_"):
                if hasattr(self.base, name):
                    setattr(trial.estimator, name, getattr(self.base, name))
            trial.task = self._task(trial.estimator, split)
        except Exception as error:
            if self.strict:
                raise
            trial.error = error
        return trial

    def _task(self, estimator: Classifier, split: int) -> Task:
        random = estimator.random_state
        seed = self.shared_seed if random is None else int(check_random_state(random).randint(SEEDS))
        key = (split, repr(estimator.class_weight), repr(estimator.validation_fraction), seed)
        if key not in self.known:
            self.known[key] = estimator._chosen(self.given, self.splits[split][0], seed=seed, classes=None)
        chosen = self.known[key]
        recipe = estimator._recipe(self.given, seed=seed, validated=chosen.split.validation.size > 0)
        return Task(recipe, chosen, estimator._shape(self.given))

    def _pools(self) -> Iterator[Pool]:
        """Yield the populations one by one, so that the pictures of one split are in memory at a time."""
        keys = [None if trial.task is None else self._key(trial.split, trial.task) for trial in self.trials]
        for key in dict.fromkeys(each for each in keys if each is not None):
            own = [trial for trial, each in zip(self.trials, keys, strict=True) if each == key]
            yield self._pool(own, together=key[0] is None)

    def _key(self, split: int, task: Task) -> tuple[Any, ...]:
        if self._sees_all(task):
            return (None, task.shape, structure(_whole(task.recipe)))
        return (split, task.shape, structure(task.recipe), task.recipe.data.validation, task.recipe.seed)

    def _sees_all(self, task: Task) -> bool:
        recipe, examples = task.recipe, len(task.chosen.split.train)
        return (
            recipe.batch_size(examples) == examples
            and not task.chosen.split.validation.size
            and not recipe.augment
            and all(part.name in FIXED for part in recipe.prepare)
            and np.array_equal(task.chosen.classes, self.everything.classes)
        )

    def _pool(self, own: Sequence[Trial], *, together: bool) -> Pool:
        tasks = [trial.task for trial in own if trial.task is not None]
        chosen = self.everything if together else tasks[0].chosen
        pool = Pool(pictures(self.given, chosen, tasks[0].shape, fingerprint=False))
        for trial, task in zip(own, tasks, strict=True):
            pool.trials.append(trial)
            pool.recipes.append(_whole(task.recipe) if together else task.recipe)
            pool.counts.append(self._counts(task.chosen) if together else task.chosen.counts)
        return pool

    def _counts(self, chosen: Chosen) -> Float64[np.ndarray, " examples"]:
        """Return how much each of all examples counts where only some are trained on."""
        counts = np.zeros(len(self.given.labels))
        counts[chosen.rows] = 1.0 if chosen.counts is None else chosen.counts
        return counts[self.everything.rows]

    def _train(self, pool: Pool, progress: Progress) -> None:
        started = time.monotonic()
        members = [Member(recipe, counts=counts) for recipe, counts in zip(pool.recipes, pool.counts, strict=True)]
        try:
            with as_value_errors():
                found = train_members(plan(members, pool.images), pool.images, progress=progress)
        except Exception as error:
            if self.strict:
                raise
            for trial in pool.trials:
                trial.error = error
            return
        seconds = (time.monotonic() - started) / len(pool.trials)
        for chunk in found:
            chain = Chain.restore(chunk.chain)
            for place, (number, result, outcome) in enumerate(chunk.members):
                trial = pool.trials[number]
                assert trial.task is not None
                assert trial.estimator is not None
                fitted = Fitted(
                    recipe=pool.recipes[number], shape=trial.task.shape, names=trial.task.chosen.names, chain=chain,
                    kept=chunk.kept.member(place), log=result.rows, outcome=outcome, seconds=seconds,
                )  # fmt: skip
                trial.estimator._take(fitted, trial.task)
                trial.seconds = seconds


def _whole(recipe: Recipe) -> Recipe:
    """Return the recipe of a training whose every step looks at all examples, however many there are."""
    return recipe if recipe.batch in (None, 0) and recipe.batch_size(2**62) == 2**62 else recipe.with_changes(batch=0)
