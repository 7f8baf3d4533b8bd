"""Scores: how good the estimators of a search are on the examples that they were not trained on, by scikit-learn's scorers."""

import time
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sklearn import config_context
from sklearn.exceptions import FitFailedWarning
from sklearn.utils import _safe_indexing
from sklearn.utils.validation import _check_method_params

from thalweg.faces.estimators._trials import Split, Trial

Scores = float | dict[str, float]


class Examiner:
    """Scores fitted estimators on the parts of each split; the rows of a part are taken once for all candidates.

    `scorer` is a scorer, or a function of an estimator, X and y, that returns a number or several by name; `error_score` stands where one
    fails, `"raise"` lets it fail.
    """

    def __init__(self, scorer: Any, X: Any, y: Any, params: Mapping[str, Any], *, error_score: float | str) -> None:
        self.scorer, self.X, self.y, self.params, self.error_score = scorer, X, y, params, error_score

    def examine(self, trials: Sequence[Trial], splits: Sequence[Split], *, train: bool) -> list[dict[str, Any]]:
        """Return for each trial its times and scores, as scikit-learn's searches lay them out."""
        rows: list[dict[str, Any]] = [{} for _ in trials]
        for number, (fit_rows, test_rows) in enumerate(splits):
            own = [place for place, trial in enumerate(trials) if trial.split == number]
            for name, places in (("test_scores", test_rows), ("train_scores", fit_rows)):
                if name == "train_scores" and not train:
                    continue
                part = self._part(places)
                for place in own:
                    started = time.monotonic()
                    rows[place][name] = self._scores(trials[place], part)
                    rows[place].setdefault("score_time", time.monotonic() - started)
        for row, trial in zip(rows, trials, strict=True):
            row["fit_time"] = trial.seconds
        self._fill(rows)
        return rows

    def _part(self, places: Any) -> tuple[Any, Any, Mapping[str, Any]]:
        params = _check_method_params(self.X, params=self.params, indices=places)
        return _safe_indexing(self.X, places), _safe_indexing(self.y, places), params

    def _scores(self, trial: Trial, part: tuple[Any, Any, Mapping[str, Any]]) -> Scores | None:
        """Return the scores of a trial, None where nothing was fitted."""
        if trial.error is not None:
            return None
        X, y, params = part
        try:
            with config_context(assume_finite=True):  # all of X was looked at before training
                found = self.scorer(trial.estimator, X, y, **params)
        except Exception as error:
            if self.error_score == "raise":
                raise
            self._warn(str(error))
            return float(self.error_score)
        if not isinstance(found, Mapping):
            return self._number(found)
        failed = {name: words for name, words in found.items() if isinstance(words, str)}
        for words in failed.values():
            self._warn(words)
        return {name: float(self.error_score) if name in failed else self._number(value) for name, value in found.items()}

    def _warn(self, details: str) -> None:
        warnings.warn(f"Scoring failed; the score becomes {self.error_score}. Details: {details}", UserWarning, stacklevel=2)

    def _number(self, value: Any) -> float:
        if not isinstance(value, int | float | np.number) or isinstance(value, bool):
            raise ValueError(f"scoring must return a number, got {value!r} ({type(value).__name__}) instead. (scorer={self.scorer})")
        return float(value)

    def _fill(self, rows: Sequence[dict[str, Any]]) -> None:
        """Put the error score, under every name that others have, where nothing was fitted or a scorer of several failed as a whole."""
        for name in ("test_scores", "train_scores"):
            names = next((list(row[name]) for row in rows if isinstance(row.get(name), dict)), None)
            for row in rows:
                if name in row and (row[name] is None or (names is not None and not isinstance(row[name], dict))):
                    row[name] = float(self.error_score) if names is None else dict.fromkeys(names, float(self.error_score))


def report_failures(trials: Sequence[Trial], error_score: float | str) -> None:
    """Raise `ValueError` where every fit failed; warn where some did, with what was wrong, and how often."""
    failed = [trial for trial in trials if trial.error is not None]
    if not failed:
        return
    reasons: dict[str, int] = {}
    for trial in failed:
        reasons[f"{type(trial.error).__name__}: {trial.error}"] = reasons.get(f"{type(trial.error).__name__}: {trial.error}", 0) + 1
    listed = "\n".join(f"{count} fits: {reason}" for reason, count in reasons.items())
    if len(failed) == len(trials):
        raise ValueError(f"All the {len(trials)} fits failed; error_score='raise' shows where.\n{listed}")
    words = f"{len(failed)} fits failed out of a total of {len(trials)}. Their scores are set to {error_score}.\n{listed}"
    warnings.warn(words, FitFailedWarning, stacklevel=4)
