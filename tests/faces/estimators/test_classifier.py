import pickle
from io import BytesIO

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_digits, load_iris
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import thalweg as tw
from thalweg.core.errors import DataError
from thalweg.sklearn import LinearClassifier, ThalwegClassifier

pytestmark = pytest.mark.many_steps
X, Y = load_iris(return_X_y=True)
NAMES = np.array(["setosa", "versicolor", "virginica"])[Y]
SMALL = {"widths": (8,), "rate": 0.03, "epochs": 25, "random_state": 0}


def pictures(count=60):
    digits = load_digits()
    return (digits.images[:count] * 15).astype(np.uint8), digits.target[:count]


def test_searches_pipelines_and_calibration_take_it():
    search = GridSearchCV(make_pipeline(StandardScaler(), ThalwegClassifier(**SMALL)), {"thalwegclassifier__rate": [1e-5, 0.03]}, cv=2)
    assert search.fit(X, NAMES).best_params_ == {"thalwegclassifier__rate": 0.03}
    assert search.predict(X[:1]).tolist() == ["setosa"]
    grid = {"l2": np.geomspace(1e-4, 1e3, 2), "margin": [0.5, 1.0]}
    linear = GridSearchCV(LinearClassifier(loss="svm-ova-squared"), grid, cv=3).fit(X, NAMES)
    assert linear.best_params_["l2"] == 1e-4
    assert cross_val_score(LinearClassifier(), X, NAMES, cv=3).mean() > 0.9
    calibrated = CalibratedClassifierCV(LinearClassifier(loss="svm-sum-squared"), cv=2, ensemble=False).fit(X, Y)
    assert calibrated.predict_proba(X).sum(1) == pytest.approx(np.ones(len(X)))


def test_clones_and_pickles_are_the_same_estimator():
    given = {**SMALL, "settings": {"beta1": 0.8}, "epochs": 3}
    fitted = ThalwegClassifier(**given).fit(X, NAMES)
    assert clone(fitted).get_params() == fitted.get_params()
    file = BytesIO()
    joblib.dump(fitted, file)
    file.seek(0)
    for other in (pickle.loads(pickle.dumps(fitted)), joblib.load(file), clone(fitted).fit(X, NAMES)):
        np.testing.assert_array_equal(other.decision_function(X), fitted.decision_function(X))


def test_seeds_mean_what_they_mean_in_scikit_learn():
    def scores(seed):
        return ThalwegClassifier(**{**SMALL, "epochs": 1, "random_state": seed}).fit(X, Y).decision_function(X[:3])

    np.testing.assert_array_equal(scores(1), scores(1))
    assert not np.array_equal(scores(1), scores(2))
    assert not np.array_equal(scores(None), scores(None))
    source = np.random.RandomState(1)
    np.testing.assert_array_equal(scores(source), scores(1))
    assert not np.array_equal(scores(source), scores(1))


def test_pictures_are_the_same_flat_and_in_shape():
    images, labels = pictures()
    given = {"score_function": "cnn", "channels": (4,), "epochs": 2, "random_state": 0, "precision": "fp32"}
    laid = ThalwegClassifier(image_shape=(8, 8), **given).fit(images.reshape(len(images), -1), labels)
    shaped = ThalwegClassifier(**given).fit(images, labels)
    assert laid.image_shape_ == shaped.image_shape_ == (8, 8, 1)
    np.testing.assert_array_equal(laid.decision_function(images), shaped.decision_function(images.reshape(len(images), -1)))
    np.testing.assert_array_equal(shaped.predict(images[..., None]), shaped.predict(images))
    assert shaped.n_features_in_ == 64
    with pytest.raises(ValueError, match=r"image_shape \(7, 8\) has 56 numbers, but X has 64 features"):
        ThalwegClassifier(image_shape=(7, 8), **given).fit(images.reshape(len(images), -1), labels)
    with pytest.raises(ValueError, match=r"pictures are \(4, 16, 1\) .* was fitted on \(8, 8, 1\)"):
        shaped.predict(images.reshape(len(images), 4, 16))


def test_features_are_trained_on_in_their_own_precision_and_pictures_in_single():
    images, labels = pictures()
    given = {"score_function": "linear", "epochs": 1, "random_state": 0}
    flat = images.reshape(len(images), -1).astype(np.float64)
    precisions = [
        ThalwegClassifier(**given).fit(each, labels).run_.recipe.precision
        for each in (flat, flat.astype(np.float32), flat.reshape(-1, 8, 8))
    ]
    assert precisions == ["fp64", "fp32", "fp32"]
    shaped = ThalwegClassifier(image_shape=(8, 8), precision="fp64", **given).fit(flat, labels)
    assert shaped.run_.recipe.precision == "fp64"


def test_bytes_are_pixels_and_floats_are_taken_as_they_are():
    images, labels = pictures()
    given = {"score_function": "linear", "epochs": 3, "random_state": 0, "precision": "fp64"}
    pixels = ThalwegClassifier(**given).fit(images, labels)
    floats = ThalwegClassifier(**given).fit(images / 127.5 - 1, labels)
    np.testing.assert_allclose(pixels.coef_ * 127.5, floats.coef_, rtol=1e-4, atol=1e-6)
    assert pixels.coef_.shape == (10, 64)


def test_validation_is_set_aside_and_the_best_weights_are_kept():
    fitted = ThalwegClassifier(**{**SMALL, "epochs": 60, "rate": 0.3}, validation_fraction=0.3, patience=3).fit(X, Y)
    assert fitted.n_iter_ < 60
    assert len(fitted.validation_scores_) == len(fitted.validation_loss_curve_) == len(fitted.loss_curve_) == fitted.n_iter_ + 1
    run = fitted.run_
    assert run.figures["validation"].accuracy == max(fitted.validation_scores_)
    assert run.data.counts["validation"] == (15, 15, 15)
    assert not hasattr(fitted.set_params(validation_fraction=0.0, epochs=1).fit(X, Y), "validation_scores_")


def test_the_run_is_one_as_the_rest_of_thalweg_knows_it():
    fitted = LinearClassifier(l2=1e-2, gap=1e-7).fit(X, Y)
    run, images = fitted.run_, fitted.pictures(X, Y)
    found = tw.inspect(run, only=["certificate"], images=images)["certificate"]
    assert found.gap < 1e-6 * found.primal
    np.testing.assert_allclose(run.scores(images.images), fitted.decision_function(X), rtol=1e-4, atol=1e-4)
    with pytest.raises(DataError, match="give the same ones as images="):
        tw.inspect(run, only=["certificate"])
    weighed = LinearClassifier().fit(X, Y, sample_weight=np.ones(len(Y)))
    with pytest.raises(ValueError, match="plain means over the examples"):
        weighed.pictures(X, Y)
    assert not hasattr(LinearClassifier(), "run_")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"widths": (0,)}, "widths must be"),
        ({"score_function": "mpl"}, "unknown score 'mpl'. Did you mean 'mlp'"),
        ({"image_shape": (2, 0)}, "image_shape must be"),
        ({"settings": {"beta1": 2.0}}, r"beta1 must be a number in \[0, 1\)"),
        ({"settings": {"bta1": 0.5}}, "unknown option 'bta1'. Did you mean 'beta1'"),
        ({"loss": "svm-sum", "class_weight": {"a": 1}}, "class"),
    ],
)
def test_bad_parameters_are_named(given, said):
    with pytest.raises(ValueError, match=said):
        ThalwegClassifier(**given).fit(X, Y)
