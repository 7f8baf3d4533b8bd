import numpy as np
import pytest
from sklearn.callback import ScoringMonitor
from sklearn.datasets import load_iris
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from thalweg.sklearn import LinearClassifier, ThalwegClassifier

pytestmark = pytest.mark.many_steps
X, Y = load_iris(return_X_y=True)
GIVEN = {"widths": (6,), "rate": 0.05, "epochs": 6, "batch": 50, "random_state": 0}


class Watcher:
    """Notes what it is told, and asks for the end after an epoch."""

    def __init__(self, last=None):
        self.told, self.last, self.fitted = [], last, []

    def setup(self, estimator, context):
        self.told.append("setup")

    def teardown(self, estimator, context):
        self.told.append("teardown")

    def on_fit_task_begin(self, estimator, context):
        self.told.append(("begin", context.task_name, context.task_id))

    def on_fit_task_end(self, estimator, context, *, fitted_estimator=None):
        self.told.append(("end", context.task_name, context.task_id))
        self.fitted.append(fitted_estimator.predict(X))
        return context.task_name == "epoch" and context.task_id == self.last


def test_callbacks_are_told_every_epoch_and_change_nothing():
    watcher = Watcher()
    watched = ThalwegClassifier(**GIVEN).set_callbacks(watcher).fit(X, Y)
    plain = ThalwegClassifier(**GIVEN).fit(X, Y)
    np.testing.assert_array_equal(watched.decision_function(X), plain.decision_function(X))
    assert watched.loss_curve_ == plain.loss_curve_
    epochs = [each for number in range(6) for each in (("begin", "epoch", number), ("end", "epoch", number))]
    assert watcher.told == ["setup", ("begin", "fit", 0), *epochs, ("end", "fit", 0), "teardown"]
    np.testing.assert_array_equal(watcher.fitted[-1], plain.predict(X))


def test_a_callback_ends_training():
    watcher = Watcher(last=2)
    stopped = ThalwegClassifier(**GIVEN).set_callbacks(watcher).fit(X, Y)
    assert stopped.n_iter_ == 3
    assert stopped.run_.outcome.reason == "a callback asked to stop"


def test_scores_are_monitored_through_a_pipeline():
    monitor = ScoringMonitor(scoring="accuracy")
    classifier = LinearClassifier(optimiser="momentum", epochs=4, random_state=0).set_callbacks(monitor)
    pipeline = make_pipeline(StandardScaler(), classifier).fit(X, Y, linearclassifier__sample_weight=np.ones(len(Y)))
    rows = monitor.get_logs().data
    scores = [row["accuracy"] for row in rows if row["task_name"] == "epoch"]
    assert len(scores) == 4
    assert scores[-1] == pipeline.score(X, Y)


def test_partial_fit_tells_nothing_and_leaves_nothing_behind():
    watcher = Watcher()
    going = ThalwegClassifier(**GIVEN).set_callbacks(watcher)
    going.partial_fit(X, Y, classes=[0, 1, 2])
    assert watcher.told == []
    assert not hasattr(going, "_callback_fit_ctx")
    going.fit(X, Y)
    assert not hasattr(going, "_callback_fit_ctx")
