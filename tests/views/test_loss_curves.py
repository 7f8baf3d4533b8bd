import math

from thalweg.evidence import curves
from thalweg.run.record import Epoch, Figures
from thalweg.views import loss_curves


def record(*figures, expected=None):
    rows = [Epoch(epoch=k, step=k, examples=k, rate=0.1, train=one, validation=None) for k, one in enumerate(figures)]
    return curves.measure(rows, expected_start=expected)


def test_loss_penalty_and_total_are_separate_lines_and_the_expected_start_is_dashed():
    chart = loss_curves.draw(curves.example())
    lines = {line.name: line for line in chart.figure.data}
    assert list(lines) == [
        "training: data loss",
        "training: total",
        "validation: data loss",
        "validation: total",
        "penalty",
        "expected at the start: 0.6931",
    ]
    assert lines["training: total"].y == (0.6931, 0.42000000000000004, 0.32999999999999996)
    assert lines["expected at the start: 0.6931"].line.dash == "longdash"
    assert set(lines["expected at the start: 0.6931"].y) == {0.6931}


def test_without_a_penalty_the_loss_stands_alone():
    chart = loss_curves.draw(record(Figures.of(2.0, 0.0, 0.1), Figures.of(1.0, 0.0, 0.5)))
    assert [line.name for line in chart.figure.data] == ["training: data loss"]


def test_a_diverged_run_shows_a_gap_and_tells_its_last_finite_loss():
    lost = Figures(loss=math.nan, penalty=0.0, total=math.nan, accuracy=0.1)
    chart = loss_curves.draw(record(Figures.of(2.0, 0.0, 0.1), Figures.of(9.0, 0.0, 0.1), lost))
    assert chart.figure.data[0].y == (2.0, 9.0, None)
    assert "goes from 2.000 before the first step to 9.000. The training loss was not finite after epoch 2." in chart.alt
