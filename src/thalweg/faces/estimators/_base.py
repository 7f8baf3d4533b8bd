"""Base: what all estimators of this face do, by scikit-learn's contract; subclasses say which parameters they have."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_random_state
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from thalweg.core.entries import Loss, Optimiser, Shape
from thalweg.core.errors import ConfigError
from thalweg.core.imageset import ImageSet
from thalweg.faces.api import Run
from thalweg.faces.estimators._callbacks import CallbackSupportMixin, Told, with_callbacks
from thalweg.faces.estimators._errors import ExamplesError, SettingError, as_value_errors
from thalweg.faces.estimators._examples import Chosen, Given, choose, laid_flat, pictures
from thalweg.faces.estimators._fitted import Fitted
from thalweg.faces.estimators._fitting import Reached, Task, curves, fitted_of, train, warn_of
from thalweg.faces.estimators._settings import fraction_of, recipe_of
from thalweg.faces.terminal import watcher
from thalweg.prepare import Chain
from thalweg.run.recipe import CATALOGUES, Recipe, part

SEEDS = 2**31 - 1
ZERO = {"name": "linear", "init": "zero"}
"""The score function of estimators that have no other: the objective is convex, so that no start needs to be drawn."""
NUMBERS = [np.float64, np.float32, np.uint8]
"""Types of features that are taken as they are; others become the first."""


def _probable(estimator: Any) -> bool:
    """Whether the loss makes probabilities of scores."""
    loss: Loss | None = estimator._entry("loss")
    return loss is not None and loss.probabilities


def _goes_by_batches(estimator: Any) -> bool:
    """Whether the optimiser can go on with other examples; one for the whole training set answers for that set alone."""
    optimiser: Optimiser | None = estimator._entry("optimiser")
    return optimiser is not None and not optimiser.full_batch


class Classifier(CallbackSupportMixin, ClassifierMixin, BaseEstimator):
    """A classifier by scikit-learn's contract. Subclasses set `KNOBS`: which parameters are knobs of catalogue entries."""

    KNOBS: ClassVar[tuple[str, ...]] = ()

    @with_callbacks  # type: ignore[untyped-decorator]
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
        """Train on features X [n, inputs] (or pictures) and labels y [n]; `sample_weight` [n] says how much each example counts.

        A weight of 2 is the example twice, 0 is the example left out. With `warm_start` training goes on from the last weights.
        """
        given = self._given(X, y, sample_weight, reset=not (self.warm_start and hasattr(self, "_reached")))
        earlier: Reached | None = getattr(self, "_reached", None) if self.warm_start else None
        self._train(given, sample_weight, earlier=earlier)
        return self

    @available_if(_goes_by_batches)  # type: ignore[untyped-decorator]
    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Any:
        """Go once over some examples, with what the optimiser remembers; the first call names all `classes`."""
        earlier: Reached | None = getattr(self, "_reached", None)
        if self.class_weight == "balanced":
            raise SettingError("class_weight 'balanced' needs all examples at once; give the weights as a mapping to use partial_fit.")
        if classes is None and earlier is None:
            raise ValueError("classes must be passed on the first call to partial_fit.")
        known = self.classes_ if earlier is not None else np.unique(classes)
        if earlier is not None and classes is not None and not np.array_equal(np.unique(classes), known):
            raise ValueError(f"classes {np.unique(classes).tolist()} are not those of the first call, {known.tolist()}.")
        given = self._given(X, y, sample_weight, reset=earlier is None)
        self._train(given, sample_weight, earlier=earlier, classes=known, once=True)
        return self

    def predict(self, X: Any) -> Any:
        """Return the label of the highest score, of the first class where scores tie."""
        scores = self.decision_function(X)
        places = (scores > 0).astype(np.int64) if scores.ndim == 1 else scores.argmax(1)
        return self.classes_[places]

    def decision_function(self, X: Any) -> Any:
        """Return the class scores [n, classes]; of two classes, how much higher the second one's score is [n]."""
        check_is_fitted(self)
        flat, shape = laid_flat(X)
        self._check_shape(shape)
        values = validate_data(self, flat, reset=False, dtype=NUMBERS, order="C")
        if hasattr(self, "coef_"):
            scores = values.astype(np.float64, copy=False) @ self.coef_.T + self.intercept_
            return scores[:, 0] if len(self.intercept_) == 1 else scores
        scores = self._fitted.scores(values)
        return scores[:, 1] - scores[:, 0] if scores.shape[1] == 2 else scores

    @available_if(_probable)  # type: ignore[untyped-decorator]
    def predict_proba(self, X: Any) -> Any:
        """Return the softmax of the scores [n, classes]."""
        return np.exp(self.predict_log_proba(X))

    @available_if(_probable)  # type: ignore[untyped-decorator]
    def predict_log_proba(self, X: Any) -> Any:
        """Return the logarithm of the softmax of the scores [n, classes]."""
        scores = self.decision_function(X)
        if scores.ndim == 1:
            return -np.logaddexp(0, np.stack([scores, -scores], axis=1))
        shifted = scores - scores.max(1, keepdims=True)
        return shifted - np.log(np.exp(shifted).sum(1, keepdims=True))

    @property
    def run_(self) -> Run:
        """The training as a run: `clf.run_.metrics`, `clf.run_.report(images=...)`, `tw.inspect(clf.run_, images=clf.pictures(X, y))`."""
        if not hasattr(self, "_fitted"):
            raise AttributeError(f"{type(self).__name__} has no run_ before it is fitted.")
        return self._fitted.run()

    def pictures(self, X: Any, y: Any) -> ImageSet:
        """Return the examples that the estimator was fitted on as the set that evidence and reports of `run_` look at.

        Raises `ValueError` where the fit had weights: what evidence measures are plain means over examples.
        """
        check_is_fitted(self)
        if self.class_weight is not None or self._weighed:
            raise ExamplesError("evidence looks at plain means over the examples, and this fit had weights; fit without to look at it.")
        given, seed = self._given(X, y, None, reset=False), self._fitted.recipe.seed
        chosen = self._chosen(given, np.arange(len(given.labels)), seed=seed, classes=self.classes_)
        return pictures(given, chosen, self._fitted.shape)

    def _train(self, given: Given, sample_weight: Any, *, earlier: Reached | None, classes: Any = None, once: bool = False) -> None:
        seed = int(check_random_state(self.random_state).randint(SEEDS))
        task = self._task(given, seed=seed, classes=classes, epochs=1 if once else None)
        self._weighed = sample_weight is not None
        told = Told(
            estimator=self, X=given.values, y=given.labels, metadata=None if sample_weight is None else {"sample_weight": given.weights},
            attributes=lambda state, kept: _attributes(fitted_of(task, Chain.restore(state.chain), state, kept), task), silent=once,
        )  # fmt: skip
        with as_value_errors():
            fitted, reached = train(
                task, pictures(given, task.chosen, task.shape), told, earlier=earlier, progress=watcher(quiet=not self.verbose)
            )
        self._reached = reached
        self._take(fitted, task)
        warn_of([fitted.outcome], fitted.recipe)

    def _take(self, fitted: Fitted, task: Task) -> None:
        """Become fitted."""
        for name in ("coef_", "intercept_", "validation_loss_curve_", "validation_scores_"):
            self.__dict__.pop(name, None)
        for name, value in _attributes(fitted, task).items():
            setattr(self, name, value)

    def _task(self, given: Given, *, seed: int, classes: Any = None, epochs: int | None = None) -> Task:
        """Return what a fit on the given examples trains."""
        chosen = self._chosen(given, np.arange(len(given.labels)), seed=seed, classes=classes)
        recipe = self._recipe(given, seed=seed, validated=chosen.split.validation.size > 0)
        return Task(recipe if epochs is None else recipe.with_changes(epochs=epochs), chosen, self._shape(given))

    def _chosen(self, given: Given, rows: Any, *, seed: int, classes: Any) -> Chosen:
        with as_value_errors():
            return choose(
                given, rows, classes=classes, class_weight=self.class_weight, validation=fraction_of(self.validation_fraction), seed=seed
            )

    def _recipe(self, given: Given, *, seed: int, validated: bool) -> Recipe:
        parameters = self.get_params(deep=False)
        kind, precision, prepare = given.values.dtype.kind, self.precision, self.prepare
        if precision == "auto":
            features = self._shape(given)[:2] == (1, 1)
            precision = "auto" if kind == "u" else "fp64" if features and given.values.dtype == np.float64 else "fp32"
        if prepare == "auto":
            prepare = ["scale"] if kind == "u" else []
        return recipe_of(
            {"score_function": ZERO, **parameters}, knobs=self._knobs(), seed=seed, validated=validated, precision=precision,
            prepare=[] if prepare is None else prepare,
        )  # fmt: skip

    def _given(self, X: Any, y: Any, sample_weight: Any, *, reset: bool) -> Given:
        flat, shape = laid_flat(X)
        if not reset:
            self._check_shape(shape)
        values, labels = validate_data(self, flat, y, reset=reset, dtype=NUMBERS, order="C")
        check_classification_targets(labels)
        weights = None
        if sample_weight is not None:
            weights = _check_sample_weight(sample_weight, values, dtype=np.float64, ensure_non_negative=True)
        return Given(values, np.asarray(labels), weights, shape)

    def _knobs(self) -> dict[str, Any]:
        """Return the parameters that are knobs, None where the entry's default counts."""
        return {name: getattr(self, name) for name in self.KNOBS}

    def _shape(self, given: Given) -> Shape:
        """Return the shape of the pictures that the score function looks at: features are 1 x 1 pixels with a channel each."""
        return (1, 1, given.values.shape[1])

    def _check_shape(self, shape: Shape | None) -> None:
        """Raise `ValueError` where pictures are of another shape than those of the fit; rows of features are checked by their number."""
        known: Shape | None = self._fitted.shape if hasattr(self, "_fitted") else None
        if shape is not None and known is not None and known[:2] != (1, 1) and shape != known:
            raise ExamplesError(f"pictures are {shape} (height, width, channels); {type(self).__name__} was fitted on {known}.")

    def _entry(self, field: str) -> Any:
        """Return the chosen entry of a catalogue, None where there is none of that name."""
        try:
            return CATALOGUES[field].get(part(field, getattr(self, field)).name)
        except ConfigError:
            return None

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = False
        return tags


def _attributes(fitted: Fitted, task: Task) -> Mapping[str, Any]:
    """Return the attributes of an estimator that is fitted so."""
    train_curve, held_loss, held_accuracy = curves(fitted.log)
    found: dict[str, Any] = {
        "_fitted": fitted,
        "classes_": task.chosen.classes,
        "n_iter_": max((row.epoch for row in fitted.log), default=0),
        "loss_curve_": train_curve,
    }
    if held_loss:
        found.update(validation_loss_curve_=held_loss, validation_scores_=held_accuracy)
    if fitted.linear:
        weight, bias = fitted.weights()
        binary = len(bias) == 2
        found["coef_"] = weight[1:] - weight[:1] if binary else weight
        found["intercept_"] = bias[1:] - bias[:1] if binary else bias
    return found
