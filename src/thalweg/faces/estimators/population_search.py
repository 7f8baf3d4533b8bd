"""PopulationSearchCV: a grid search with cross-validation whose candidates and folds train as one population."""

import time
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, ParameterGrid, check_cv
from sklearn.utils import indexable
from sklearn.utils.validation import _check_method_params

from thalweg.faces.estimators._base import Classifier
from thalweg.faces.estimators._callbacks import with_callbacks
from thalweg.faces.estimators._errors import SettingError
from thalweg.faces.estimators._examples import Given
from thalweg.faces.estimators._fitting import warn_of
from thalweg.faces.estimators._scores import Examiner, report_failures
from thalweg.faces.estimators._trials import Split, Trials
from thalweg.faces.terminal import watcher


class PopulationSearchCV(GridSearchCV):
    """GridSearchCV for Thalweg's classifiers, with the same parameters, attributes and `cv_results_`, training all fits together.

    Candidates that differ in numbers (`rate`, `l2`, `margin`, ...) are members of one population and share every matrix product; those
    that differ in structure (loss, optimiser, widths) form groups that run one after another. Where every step looks at all examples
    (`batch=0`, or an optimiser made for that), the folds are members too; with mini-batches each fold is a population, for an estimator
    fitted alone would see batches of its own fold. So scores are those of GridSearchCV, to rounding. `fit_time` is a fit's share of its
    population's time. There is no `n_jobs`: the products use the cores.

    `estimator` is a LinearClassifier or ThalwegClassifier; in a pipeline the search is the last step. With `random_state=None` all fits
    draw the same seed, so that candidates differ in nothing else.

    >>> from thalweg.sklearn import LinearClassifier
    >>> search = PopulationSearchCV(LinearClassifier(), {"l2": [1e-3, 1e3]}, cv=2)
    >>> search.fit([[-2.0], [-1.0], [1.0], [2.0]], [0, 0, 1, 1]).cv_results_["split0_test_score"].tolist()
    [1.0, 1.0]
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        name: allowed for name, allowed in GridSearchCV._parameter_constraints.items() if name not in ("n_jobs", "pre_dispatch")
    }

    def __init__(
        self,
        estimator: Any,
        param_grid: Any,
        *,
        scoring: Any = None,
        refit: Any = True,
        cv: Any = None,
        verbose: int = 0,
        error_score: Any = np.nan,
        return_train_score: bool = False,
    ) -> None:
        self.estimator = estimator
        self.param_grid = param_grid
        self.scoring = scoring
        self.refit = refit
        self.cv = cv
        self.verbose = verbose
        self.error_score = error_score
        self.return_train_score = return_train_score

    @with_callbacks  # type: ignore[untyped-decorator]
    def fit(self, X: Any, y: Any = None, **params: Any) -> Any:
        """Train every candidate on every split, score them, and fit the best one on all examples; `params` go where GridSearchCV's do."""
        self._validate_params()
        self._check_ours()
        scorers, refit_metric = self._get_scorers()
        X, y = indexable(X, y)
        routed = self._get_routed_params_for_fit(_check_method_params(X, params=params))
        context = self._told("_init_callback_context", max_subtasks=1 + (self.refit is not False))
        told = {"estimator": self, "X": X, "y": y}
        if context is not None:
            context.call_on_fit_task_begin(**told)
        base, given = self._given(X, y, dict(routed.estimator.fit))
        splits = self._splits(X, y, routed.splitter.split)
        candidates = list(ParameterGrid(self.param_grid))
        search = None if context is None else context.subcontext(task_name="search").call_on_fit_task_begin(estimator=self)
        if self.verbose > 0:
            fits = len(candidates) * len(splits)
            print(f"Fitting {len(splits)} folds for each of {len(candidates)} candidates, totalling {fits} fits, as populations")
        trials = Trials(base, given, candidates, splits, strict=self.error_score == "raise").train(watcher(quiet=not self.verbose))
        report_failures(trials, self.error_score)
        for trial in trials:
            if trial.error is None and trial.estimator is not None:
                warn_of([trial.estimator._fitted.outcome], trial.estimator._fitted.recipe)
        examiner = Examiner(scorers, X, y, routed.scorer.score, error_score=self.error_score)
        out = examiner.examine(trials, splits, train=self.return_train_score)
        if search is not None:
            search.call_on_fit_task_end(estimator=self)
        results = self._format_results(candidates, self.n_splits_, out)
        self._choose(scorers, refit_metric, results, out[0]["test_scores"])
        if self.refit:
            self._refit(X, y, routed.estimator.fit, context, told)
        self.scorer_ = getattr(scorers, "_scorers", scorers) if isinstance(self.scoring, list | tuple | set | dict) else scorers
        self.cv_results_ = results
        if context is not None:
            context.call_on_fit_task_end(**told)
        return self

    def _given(self, X: Any, y: Any, params: dict[str, Any]) -> tuple[Classifier, Given]:
        """Return a clone of the estimator that has looked at all examples, and these as it takes them."""
        weights = params.pop("sample_weight", None)
        if params:
            raise TypeError(f"fit() of {type(self.estimator).__name__} takes sample_weight beside X and y; got {', '.join(params)}.")
        base: Classifier = clone(self.estimator)
        return base, base._given(X, y, weights, reset=True)

    def _splits(self, X: Any, y: Any, params: Mapping[str, Any]) -> list[Split]:
        splitter = check_cv(self.cv, y, classifier=True)
        self.n_splits_ = splitter.get_n_splits(X, y, **params)
        splits = [(np.asarray(train), np.asarray(test)) for train, test in splitter.split(X, y, **params)]
        if len(splits) != self.n_splits_:
            raise ValueError(
                f"cv.split and cv.get_n_splits return inconsistent results. Expected {self.n_splits_} splits, got {len(splits)}"
            )
        if not splits:
            raise ValueError("No fits were performed. Was the CV iterator empty? Were there no candidates?")
        masks = any(rows.dtype == bool for split in splits for rows in split)
        return [(np.flatnonzero(train), np.flatnonzero(test)) for train, test in splits] if masks else splits

    def _choose(self, scorers: Any, refit_metric: Any, results: Mapping[str, Any], first: Any) -> None:
        """Say which candidate is best, where one metric decides."""
        self.multimetric_ = isinstance(first, dict)
        if callable(self.scoring) and self.multimetric_:
            self._check_refit_for_multimetric(first)
            refit_metric = self.refit
        if not self.refit and self.multimetric_:
            return
        self.best_index_ = self._select_best_index(self.refit, refit_metric, results)
        if not callable(self.refit):
            self.best_score_ = results[f"mean_test_{refit_metric}"][self.best_index_]
        self.best_params_ = results["params"][self.best_index_]

    def _refit(self, X: Any, y: Any, params: Mapping[str, Any], context: Any, told: Mapping[str, Any]) -> None:
        """Fit the best candidate on all examples."""
        self.best_estimator_ = clone(self.estimator).set_params(**clone(self.best_params_, safe=False))
        started = time.monotonic()
        if context is None:
            self.best_estimator_.fit(X, y, **params)
        else:
            task = context.subcontext(task_name="refit-with-best-params")
            with task.propagate_callback_context(self.best_estimator_):
                task.call_on_fit_task_begin(**told)
                self.best_estimator_.fit(X, y, **params)
            task.call_on_fit_task_end(**told)
        self.refit_time_ = time.monotonic() - started
        if hasattr(self.best_estimator_, "feature_names_in_"):
            self.feature_names_in_ = self.best_estimator_.feature_names_in_

    def _told(self, name: str, **given: Any) -> Any:
        """Return the callbacks' context, None where this scikit-learn has none."""
        return getattr(self, name)(**given) if hasattr(self, name) else None

    def _check_ours(self) -> None:
        if not isinstance(self.estimator, Classifier):
            raise SettingError(
                f"PopulationSearchCV trains Thalweg's classifiers as one population; got {type(self.estimator).__name__}. "
                "In a pipeline make the search its last step, or use prepare='standardise'; or take GridSearchCV."
            )
