"""The metrics log for other tools: rows, comma-separated text, and the command."""

import csv
import io

import pytest

import thalweg as tw


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return tw.train("digits", epochs=2, folder=tmp_path_factory.mktemp("runs") / "run")


def test_csv_holds_every_figure_with_all_its_digits(run):
    rows = list(csv.DictReader(io.StringIO(run.csv())))
    assert [int(row["epoch"]) for row in rows] == [0, 1, 2]
    assert [float(row["train loss"]) for row in rows] == [row.train.loss for row in run.metrics]
    assert [float(row["validation accuracy"]) for row in rows] == [row.validation.accuracy for row in run.metrics]
    assert [float(row["rate"]) for row in rows] == [row.rate for row in run.metrics]
    assert list(run.rows()[0]) == list(rows[0])


def test_a_part_that_was_not_measured_is_empty():
    run = tw.train("digits", epochs=1, measure="validation")
    assert run.rows()[0]["train loss"] is None
    assert ",,," in run.csv()


def test_a_data_frame_has_an_epoch_a_row(run):
    pytest.importorskip("pandas")
    assert run.frame()["train loss"].iloc[-1] == run.metrics[-1].train.loss


def test_the_command_prints_or_writes(run, ask, tmp_path):
    assert ask("log", str(run.folder)).out == run.csv()
    answer = ask("log", str(run.folder), "--csv", "log.csv", "--tensorboard", "events")
    assert (tmp_path / "log.csv").read_text() == run.csv()
    assert (answer.code, len(list((tmp_path / "events" / "run").iterdir()))) == (0, 1)
    assert ask("log", "nowhere").code == 5
