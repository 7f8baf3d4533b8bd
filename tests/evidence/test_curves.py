import json
import math

from thalweg.evidence import curves
from thalweg.run.record import Epoch, Figures


def row(epoch, train, validation=None):
    return Epoch(epoch=epoch, step=epoch, examples=epoch, rate=0.1, train=train, validation=validation)


def test_columns_keep_the_order_of_the_epochs():
    record = curves.measure([row(0, Figures.of(2.0, 0.5, 0.1)), row(1, Figures.of(1.0, 0.25, 0.6))], expected_start=2.0)
    assert record.epochs == (0, 1)
    assert (record.train.loss, record.train.penalty, record.train.total) == ((2.0, 1.0), (0.5, 0.25), (2.5, 1.25))
    assert record.train.accuracy == (0.1, 0.6)
    assert (record.validation, list(record.parts), record.penalised) == (None, ["train"], True)


def test_a_run_that_diverged_has_gaps_and_says_where_they_begin():
    lost = Figures(loss=math.nan, penalty=math.inf, total=math.nan, accuracy=0.1)
    record = curves.measure([row(0, Figures.of(2.0, 0.0, 0.1)), row(1, lost), row(2, lost)])
    assert record.train.loss == (2.0, None, None)
    assert record.reason == "the training loss was not finite after epoch 1"
    json.dumps(record.row(), allow_nan=False)


def test_epochs_without_validation_are_gaps_where_others_have_it():
    figures = Figures.of(1.0, 0.0, 0.5)
    record = curves.measure([row(0, figures), row(1, figures, figures)])
    assert record.validation is not None
    assert record.validation.accuracy == (None, 0.5)


def test_an_empty_log_makes_empty_curves():
    record = curves.measure([])
    assert (record.epochs, record.train.loss, record.penalised) == ((), (), False)
