"""LinearClassifier beside scikit-learn's own linear classifiers, at the same objective."""

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from thalweg.sklearn import LinearClassifier

pytestmark = pytest.mark.many_steps
X, Y = load_iris(return_X_y=True)
N, C = len(Y), 0.7
TWO = Y < 2
WEIGHTS = np.random.default_rng(0).uniform(0.1, 3.0, N)


def logistic(**given):
    return LogisticRegression(C=C, tol=1e-12, max_iter=100_000, solver="newton-cg", **given)


def test_the_optimum_is_that_of_logistic_regression():
    ours = LinearClassifier(l2=1 / (2 * C * N), gap=1e-13).fit(X, Y)
    theirs = logistic().fit(X, Y)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=0, atol=1e-6)
    np.testing.assert_allclose(ours.intercept_ - ours.intercept_.mean(), theirs.intercept_ - theirs.intercept_.mean(), rtol=0, atol=1e-6)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), rtol=0, atol=1e-6)


def test_two_classes_have_one_row():
    x, y = X[TWO], np.array(["no", "yes"])[Y[TWO]]
    ours = LinearClassifier(l2=1 / (C * len(y)), gap=1e-13).fit(x, y)
    theirs = logistic().fit(x, y)
    assert ours.coef_.shape == (1, 4)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=0, atol=1e-6)
    np.testing.assert_allclose(ours.decision_function(x), theirs.decision_function(x), rtol=0, atol=1e-5)
    assert ours.predict(x[:2]).tolist() == ["no", "no"]


@pytest.mark.parametrize("class_weight", [None, "balanced", {0: 3.0, 1: 1.0, 2: 0.5}])
def test_weights_are_those_of_logistic_regression(class_weight):
    rows = np.arange(15, N)  # classes of different size, so that balancing does something
    x, y, weights = X[rows], Y[rows], WEIGHTS[rows]
    theirs = logistic(class_weight=class_weight).fit(x, y, sample_weight=weights)
    by_class = balanced(y, weights) if class_weight == "balanced" else class_weight or dict.fromkeys(range(3), 1.0)
    total = (weights * np.array([by_class[label] for label in y.tolist()])).sum()
    ours = LinearClassifier(l2=1 / (2 * C * total), gap=1e-13, class_weight=class_weight).fit(x, y, sample_weight=weights)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=0, atol=2e-6)


def balanced(y, weights):
    sums = np.bincount(y, weights)
    return {label: sums.sum() / (3 * sums[label]) for label in range(3)}


def test_squared_hinges_are_those_of_linear_svc():
    ours = LinearClassifier(
        loss="svm-ova-squared", l2=1 / (2 * C * N), gap=1e-13, settings={"penalise_biases": True}
    ).fit(X, Y)  # fmt: skip
    theirs = LinearSVC(C=C, tol=1e-12, max_iter=1_000_000, dual=False).fit(X, Y)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=0, atol=1e-5)
    np.testing.assert_allclose(ours.intercept_, theirs.intercept_, rtol=0, atol=1e-5)


def test_coefficients_are_in_the_units_of_the_features():
    scaled = X * np.array([1e3, 1e-3, 1.0, 50.0]) + 7
    ours = LinearClassifier(l2=1e-2, prepare="standardise", gap=1e-12).fit(scaled, Y)
    theirs = make_pipeline(StandardScaler(), LinearClassifier(l2=1e-2, gap=1e-12)).fit(scaled, Y)
    np.testing.assert_allclose(ours.decision_function(scaled), theirs.decision_function(scaled), rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(scaled @ ours.coef_.T + ours.intercept_, ours.decision_function(scaled), rtol=1e-12)


def test_a_weight_is_the_example_so_many_times_but_a_preparation_sees_it_once():
    times = np.random.default_rng(1).integers(0, 4, N)
    for prepare, equal in ((None, True), ("standardise", False)):
        weighed = LinearClassifier(prepare=prepare).fit(X, Y, sample_weight=times)
        repeated = LinearClassifier(prepare=prepare).fit(X.repeat(times, 0), Y.repeat(times))
        assert np.allclose(weighed.coef_, repeated.coef_, rtol=1e-6, atol=1e-8) == equal


def test_hinges_have_no_probabilities():
    assert hasattr(LinearClassifier(), "predict_proba")
    for loss in ("svm-sum", "svm-ova-squared", "nonsense"):
        assert not hasattr(LinearClassifier(loss=loss), "predict_proba")
        assert not hasattr(LinearClassifier(loss=loss), "predict_log_proba")
    assert not hasattr(LinearClassifier(), "partial_fit")
    assert hasattr(LinearClassifier(optimiser="momentum"), "partial_fit")


def test_warm_start_and_partial_fit_go_on_with_what_the_optimiser_remembers():
    given = {"optimiser": "momentum", "rate": 0.01, "batch": 32, "random_state": 3}
    whole = LinearClassifier(epochs=6, **given).fit(X, Y)
    parts = LinearClassifier(epochs=3, warm_start=True, **given).fit(X, Y)
    half = parts.coef_
    parts.fit(X, Y)
    assert not np.array_equal(half, parts.coef_)
    np.testing.assert_array_equal(parts.coef_, whole.coef_)
    assert parts.n_iter_ == 6
    np.testing.assert_allclose(parts.loss_curve_, whole.loss_curve_)
    passes = LinearClassifier(**given)
    for _ in range(6):
        passes.partial_fit(X, Y, classes=[0, 1, 2])
    np.testing.assert_array_equal(passes.coef_, whole.coef_)


def test_a_warm_start_at_the_optimum_is_there_at_once():
    ours = LinearClassifier(warm_start=True, l2=1e-3).fit(X, Y)
    before = ours.coef_
    ours.set_params(l2=1.01e-3).fit(X, Y)
    np.testing.assert_allclose(ours.coef_, before, atol=0.1)
    np.testing.assert_allclose(ours.coef_, LinearClassifier(l2=1.01e-3).fit(X, Y).coef_, atol=2e-2)


def test_partial_fit_names_what_is_wrong():
    ours = LinearClassifier(optimiser="sgd")
    with pytest.raises(ValueError, match="classes must be passed on the first call"):
        ours.partial_fit(X, Y)
    ours.partial_fit(X[TWO], Y[TWO], classes=[0, 1, 2])
    assert ours.predict(X).shape == (N,)
    with pytest.raises(ValueError, match=r"classes \[0, 1\] are not those of the first call"):
        ours.partial_fit(X, Y, classes=[0, 1])
    with pytest.raises(ValueError, match="label 3 is none of the classes"):
        ours.partial_fit(X[:2], [3, 3])
    with pytest.raises(ValueError, match="'balanced' needs all examples at once"):
        LinearClassifier(optimiser="sgd", class_weight="balanced").partial_fit(X, Y, classes=[0, 1, 2])


def test_divergence_and_an_aim_not_reached_are_warned_of():
    with pytest.warns(ConvergenceWarning, match=r"training diverged: .* Use a lower rate"):
        wild = LinearClassifier(loss="svm-sum-squared", optimiser="sgd", rate=1e3, batch=0, epochs=200).fit(X * 100, Y)
    assert np.isfinite(wild.coef_).all()
    with pytest.warns(ConvergenceWarning, match=r"the aim is not reached: .* \(epochs=2\)"):
        LinearClassifier(loss="svm-sum", gap=1e-13, epochs=1, settings={"iterations": 1}).fit(X, Y)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"loss": "sofmax"}, "unknown loss 'sofmax'. Did you mean 'softmax'"),
        ({"optimiser": "sgd", "rate": -1}, r"rate must be a number in \(0, inf\); got -1"),
        ({"margin": 1.0}, "'margin' is a knob of .*svm-sum.* which this run does not use"),
        ({"settings": {"epochs": 3}}, "epochs is a parameter of the estimator"),
        ({"settings": {"keep": "last"}}, "settings cannot hold 'keep'"),
        ({"settings": 3}, "settings must be a mapping"),
        ({"validation_fraction": 1.5}, r"validation_fraction must be a number in \[0, 1\)"),
        ({"l2": 0.0}, "needs a penalty of strength above 0"),
        ({"l2": -1.0}, "strength must be a number"),
        ({"precision": "fp63"}, "precision"),
    ],
)
def test_bad_parameters_are_named(given, said):
    with pytest.raises(ValueError, match=said):
        LinearClassifier(**given).fit(X, Y)


def test_bad_examples_are_named():
    with pytest.raises(ValueError, match=r"needs at least 2 classes; got 1 class, 0"):
        LinearClassifier().fit(X[:50], Y[:50])
    with pytest.raises(ValueError, match="too few of each class"):
        LinearClassifier(validation_fraction=0.2).fit(X[::25], Y[::25])
