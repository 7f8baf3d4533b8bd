"""PopulationSearchCV beside GridSearchCV over the same estimator, the same grid and the same splits."""

import warnings

import numpy as np
import pytest
from sklearn.callback import ScoringMonitor
from sklearn.datasets import load_iris
from sklearn.exceptions import FitFailedWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, make_scorer
from sklearn.model_selection import GridSearchCV, GroupKFold, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from thalweg.faces.estimators import _trials
from thalweg.sklearn import LinearClassifier, PopulationSearchCV, ThalwegClassifier

pytestmark = pytest.mark.many_steps
X, NUMBERS = load_iris(return_X_y=True)
Y = np.array(["setosa", "versicolor", "virginica"])[NUMBERS]
MOMENTUM = {"optimiser": "momentum", "rate": 0.02, "epochs": 6, "random_state": 0}
NET = {"widths": (5,), "epochs": 5, "rate": 0.05, "random_state": 0}
UNEVEN = {"setosa": 9.0, "versicolor": 1.0, "virginica": 0.1}
SHUFFLED = StratifiedKFold(3, shuffle=True, random_state=1)


def both(estimator, grid, fit=None, **given):
    return [search(estimator, grid, **given).fit(X, Y, **(fit or {})) for search in (PopulationSearchCV, GridSearchCV)]


def assert_equal(ours, theirs):
    assert list(ours.cv_results_) == list(theirs.cv_results_)
    assert ours.cv_results_["params"] == theirs.cv_results_["params"]
    for name, expected in theirs.cv_results_.items():
        found = ours.cv_results_[name]
        if name != "params":
            assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
        if "_time" not in name and name != "params" and expected.dtype != object:
            np.testing.assert_allclose(np.ma.filled(found, -1), np.ma.filled(expected, -1), rtol=1e-9)
    assert (ours.n_splits_, ours.multimetric_) == (theirs.n_splits_, theirs.multimetric_)
    if theirs.refit:
        assert (ours.best_index_, ours.best_params_) == (theirs.best_index_, theirs.best_params_)
        assert ours.best_score_ == pytest.approx(theirs.best_score_, rel=1e-9)
        np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))
        assert ours.score(X, Y) == pytest.approx(theirs.score(X, Y))
        np.testing.assert_array_equal(ours.classes_, theirs.classes_)


@pytest.mark.parametrize(
    ("estimator", "grid", "given"),
    [
        (LinearClassifier(), {"l2": np.geomspace(1e-4, 10, 3)}, {"cv": 3, "return_train_score": True}),
        (LinearClassifier(**MOMENTUM, batch=0), {"rate": [1e-3, 0.02], "l2": [0.0, 0.1]}, {"cv": SHUFFLED, "scoring": "neg_log_loss"}),
        (LinearClassifier(**MOMENTUM, batch=20), {"rate": [1e-3, 0.02]}, {"cv": SHUFFLED, "scoring": "neg_log_loss"}),
        (LinearClassifier(**MOMENTUM, batch=0, prepare="standardise"), {"rate": [1e-3, 0.02]}, {"cv": 2, "scoring": "neg_log_loss"}),
        (
            LinearClassifier(**MOMENTUM, batch=0), [{"loss": ["softmax"], "smoothing": [0.0, 0.1]}, {"loss": ["svm-sum"], "margin": [1.0]}],
            {"cv": 2, "scoring": ["accuracy", "balanced_accuracy"], "refit": "balanced_accuracy"},
        ),
        (ThalwegClassifier(**NET), {"rate": [1e-3, 0.05], "widths": [(5,), (3, 3)]}, {"cv": SHUFFLED, "scoring": "neg_log_loss"}),
        (ThalwegClassifier(**NET, validation_fraction=0.2, patience=2), {"class_weight": [None, "balanced"]}, {"cv": 2}),
        (LinearClassifier(l2=1e-2), {"class_weight": [None, UNEVEN]}, {"cv": 2, "refit": False}),
    ],
)  # fmt: skip
def test_results_are_those_of_grid_search(estimator, grid, given):
    assert_equal(*both(estimator, grid, **given))


def test_weights_and_groups_go_where_they_go_in_grid_search():
    weights = np.random.default_rng(0).uniform(0.1, 2.0, len(X))
    groups = np.arange(len(X)) % 5
    given = {"cv": GroupKFold(3), "scoring": "accuracy"}
    assert_equal(*both(LinearClassifier(), {"l2": [1e-3, 1.0]}, fit={"sample_weight": weights, "groups": groups}, **given))
    with pytest.raises(TypeError, match=r"takes sample_weight beside X and y; got colour"):
        PopulationSearchCV(LinearClassifier(), {"l2": [1.0]}).fit(X, Y, colour=1)


def test_folds_without_a_class_and_zero_weights_are_fitted_as_they_would_be_alone():
    two = NUMBERS < 2
    splits = [(np.flatnonzero(two), np.flatnonzero(two)[::3]), (np.arange(len(X)), np.flatnonzero(~two))]
    weights = np.where(np.arange(len(X)) % 7 == 0, 0.0, 1.0)
    assert_equal(*both(LinearClassifier(), {"l2": [1e-3, 1.0]}, fit={"sample_weight": weights}, cv=splits, scoring="accuracy"))


def test_all_fits_train_together_where_every_step_looks_at_all(monkeypatch):
    sizes = []
    real = _trials.train_members

    def noted(planned, images, **given):
        sizes.append(sum(len(chunk.numbers) for chunk in planned.chunks))
        return real(planned, images, **given)

    monkeypatch.setattr(_trials, "train_members", noted)
    grid = {"rate": [1e-3, 0.02], "l2": [0.0, 0.1]}
    PopulationSearchCV(LinearClassifier(**MOMENTUM, batch=0), grid, cv=3, refit=False).fit(X, Y)
    assert sizes == [12]
    sizes.clear()
    PopulationSearchCV(LinearClassifier(**MOMENTUM, batch=20), {**grid, "loss": ["softmax", "svm-max"]}, cv=3, refit=False).fit(X, Y)
    assert sorted(sizes) == [4] * 6


def test_scorers_may_be_functions_and_refit_may_be_one():
    def several(estimator, x, y):
        return {"right": accuracy_score(y, estimator.predict(x)), "wrong": 1 - accuracy_score(y, estimator.predict(x))}

    assert_equal(*both(LinearClassifier(), {"l2": [1e-3, 1.0]}, cv=2, scoring=several, refit="right"))
    chosen = PopulationSearchCV(LinearClassifier(), {"l2": [1e-3, 1.0]}, cv=2, refit=lambda results: 1).fit(X, Y)
    assert (chosen.best_index_, chosen.best_params_) == (1, {"l2": 1.0})
    assert not hasattr(chosen, "best_score_")


def test_candidates_that_cannot_be_fitted_get_the_error_score():
    grid = {"rate": [0.02, -1.0]}
    with pytest.warns(FitFailedWarning, match=r"2 fits failed out of a total of 4.*\n2 fits: SettingError: rate must be a number"):
        ours = PopulationSearchCV(LinearClassifier(**MOMENTUM), grid, cv=2, error_score=-3.0).fit(X, Y)
    assert ours.cv_results_["mean_test_score"][1] == -3.0
    assert ours.best_params_ == {"rate": 0.02}
    with pytest.raises(ValueError, match="rate must be a number"):
        PopulationSearchCV(LinearClassifier(**MOMENTUM), grid, cv=2, error_score="raise").fit(X, Y)
    with pytest.raises(ValueError, match="All the 2 fits failed"):
        PopulationSearchCV(LinearClassifier(), {"loss": ["sofmax"]}, cv=2).fit(X, Y)


def test_scorers_that_fail_give_the_error_score():
    def fails(y, found):
        raise ValueError("no such luck")

    with pytest.warns(UserWarning, match="no such luck"):
        ours = PopulationSearchCV(LinearClassifier(), {"l2": [1.0]}, cv=2, scoring=make_scorer(fails), error_score=0.25).fit(X, Y)
    assert ours.cv_results_["mean_test_score"].tolist() == [0.25]


def test_other_estimators_are_refused_and_a_search_is_a_pipelines_last_step():
    for other in (LogisticRegression(), make_pipeline(StandardScaler(), LinearClassifier())):
        with pytest.raises(ValueError, match="In a pipeline make the search its last step"):
            PopulationSearchCV(other, {}).fit(X, Y)
    pipeline = make_pipeline(StandardScaler(), PopulationSearchCV(LinearClassifier(), {"l2": [1e-3, 1.0]}, cv=2)).fit(X, Y)
    assert pipeline.score(X, Y) > 0.9
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert pipeline[-1].best_params_ == {"l2": 1e-3}


def test_callbacks_see_the_last_fit():
    monitor = ScoringMonitor(scoring="accuracy")
    estimator = LinearClassifier(**MOMENTUM).set_callbacks(monitor)
    found = PopulationSearchCV(estimator, {"rate": [1e-3, 0.02]}, cv=2).fit(X, Y)
    scores = [row["accuracy"] for row in monitor.get_logs().data if row["task_name"] == "epoch"]
    assert len(scores) == 6
    assert scores[-1] == found.score(X, Y)
