"""scikit-learn's own checks of an estimator: every one passes, none is expected to fail, and what is skipped is explained here."""

from typing import Any
from unittest import SkipTest

import pytest
from sklearn.base import BaseEstimator
from sklearn.utils.estimator_checks import check_dataframe_column_names_consistency, parametrize_with_checks

from thalweg.sklearn import LinearClassifier, PopulationSearchCV, ThalwegClassifier

pytestmark = pytest.mark.many_steps

EXPLAINED = {
    "check_array_api_input": "needs SCIPY_ARRAY_API=1 before scipy is imported; with it the check passes",
}


def held(estimator: BaseEstimator, check: Any) -> None:
    try:
        check(estimator)
    except SkipTest:
        pytest.skip(EXPLAINED[getattr(check, "func", check).__name__])


@parametrize_with_checks(
    [
        LinearClassifier(),
        ThalwegClassifier(widths=(6,), rate=0.1, epochs=12, batch=0),
    ]
)
def test_checks_of_scikit_learn(estimator, check):
    held(estimator, check)


@pytest.mark.filterwarnings("ignore:X does not have valid feature names")  # a part of the check asks for this warning
@pytest.mark.parametrize("estimator", [LinearClassifier(), PopulationSearchCV(LinearClassifier(), {"l2": [1e-3, 1e-2]}, cv=2)])
def test_names_of_features_are_kept_and_held_against(estimator):
    check_dataframe_column_names_consistency(type(estimator).__name__, estimator)


@pytest.mark.slow
@parametrize_with_checks(
    [
        *(LinearClassifier(loss=f"svm-{kind}{square}") for kind in ("sum", "max", "ova") for square in ("", "-squared")),
        LinearClassifier(optimiser="momentum", rate=0.05, epochs=60),
        LinearClassifier(optimiser="lbfgs", l2=0.01, epochs=15),
        ThalwegClassifier(score_function="linear", loss="svm-max", optimiser="nesterov"),
        ThalwegClassifier(epochs=25),
        PopulationSearchCV(LinearClassifier(), {"l2": [1e-3, 1e-2]}, cv=2),
        PopulationSearchCV(ThalwegClassifier(widths=(8,), epochs=10, random_state=0), {"rate": [1e-2, 1e-1]}, cv=2, error_score="raise"),
    ]
)
def test_checks_of_scikit_learn_with_other_parts(estimator, check):
    held(estimator, check)
