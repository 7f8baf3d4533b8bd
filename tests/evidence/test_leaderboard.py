import csv
import io
import itertools
import json
import statistics

import numpy as np
import pytest

from thalweg.core.errors import ConfigError, DataError
from thalweg.evidence._candidates import Standing, explained
from thalweg.evidence.leaderboard import Budget, example, highest_of, measure
from thalweg.run.population_record import MemberResult
from thalweg.run.record import Figures

numbers = itertools.count()


def member(settings, accuracy, *, loss=None, seed=0, fold=None, ending="finished", epoch=5, **rest):
    figures = None if accuracy is None else Figures.of(1 - accuracy if loss is None else loss, 0.0, accuracy)
    fixed = {"reason": "", "step": 10 * epoch, "kept_epoch": epoch, "train": None, "test": None, "seconds": 2.0, "rows": ()}
    given = {**fixed, "validation": figures, **rest}
    return MemberResult(number=next(numbers), settings=settings, seed=seed, fold=fold, ending=ending, epoch=epoch, **given)


def order(board, name="rate"):
    return [row.candidate.settings[name] for row in board.rows]


def test_members_that_differ_in_seed_and_fold_are_one_candidate():
    shares = {0: (0.8, 0.9), 1: (0.7, 0.6)}
    board = measure(
        [member({"rate": 0.1}, share, seed=seed, fold=fold) for fold, both in shares.items() for seed, share in enumerate(both)]
    )
    (row,) = board.rows
    assert row.figure.mean == pytest.approx(0.75, abs=1e-15)
    assert row.figure.deviation == pytest.approx(statistics.stdev([0.8, 0.9, 0.7, 0.6]), rel=1e-12)
    assert row.figure.error == pytest.approx(row.figure.deviation / 2, rel=1e-12)
    assert row.candidate.folds["accuracy"] == pytest.approx({0: 0.85, 1: 0.65}, abs=1e-15)
    assert (row.figure.count, row.candidate.seconds, row.candidate.seeds) == (4, 8.0, (0, 1))


def test_the_highest_accuracy_wins_and_the_lower_loss_where_accuracies_tie():
    results = [member({"rate": 1.0}, 0.9, loss=0.5), member({"rate": 2.0}, 0.9, loss=0.4), member({"rate": 3.0}, 0.8, loss=0.1)]
    assert order(measure(results)) == [2.0, 1.0, 3.0]
    assert order(measure(results, monitor="loss")) == [3.0, 2.0, 1.0]


def test_only_candidates_within_one_standard_error_of_the_best_are_level():
    """The best has shares 0.88 and 0.92: mean 0.9, s = 0.0283, error 0.02; 0.88 is level with it, 0.87 is not."""
    means = {"a": 0.9, "b": 0.881, "c": 0.87}
    board = measure([member({"name": name}, mean + shift, seed=k) for name, mean in means.items() for k, shift in enumerate((-0.02, 0.02))])
    assert [(row.candidate.settings["name"], row.level) for row in board.rows] == [("a", True), ("b", True), ("c", False)]
    assert board.level == 2
    assert board.optimism == pytest.approx(0.02 / np.sqrt(np.pi), rel=1e-6)


def test_a_clear_winner_has_no_optimism():
    board = measure([member({"rate": rate}, share + k / 100, seed=k) for rate, share in ((1.0, 0.5), (2.0, 0.9)) for k in range(3)])
    assert (board.level, board.optimism) == (1, 0.0)


@pytest.mark.parametrize("count", [2, 3, 10, 50])
def test_the_expected_highest_of_normals_agrees_with_drawing_them(count):
    draws = np.random.default_rng(count).standard_normal((200_000, count)).max(1)
    assert highest_of(count) == pytest.approx(draws.mean(), abs=5 * draws.std() / np.sqrt(len(draws)))
    assert highest_of(3) == pytest.approx(3 / (2 * np.sqrt(np.pi)), rel=1e-9)


def test_single_members_leave_the_order_open_and_say_so():
    board = measure([member({"rate": 1.0}, 0.9), member({"rate": 2.0}, 0.8)])
    assert (board.level, board.optimism, [row.level for row in board.rows]) == (None, None, [None, None])
    assert "repeat over seeds or folds" in board.reason


def test_a_diverged_member_has_no_figure_and_a_candidate_of_them_comes_last():
    results = [
        member({"rate": 9.0}, 0.95, ending="diverged", reason="loss is not finite", epoch=1),
        member({"rate": 9.0}, 0.95, seed=1, ending="diverged", reason="loss is not finite", epoch=2),
        member({"rate": 1.0}, 0.9, ending="diverged", reason="loss is not finite", epoch=3),
        member({"rate": 1.0}, 0.5, seed=1),
    ]
    board = measure(results)
    assert order(board) == [1.0, 9.0]
    first, last = (row.candidate for row in board.rows)
    assert (first.accuracy.mean, first.accuracy.count, first.diverged) == (0.5, 1, 1)
    assert first.reason == f"1 of 2 members diverged; member {results[2].number} at step 30: loss is not finite"
    assert (last.standing, last.accuracy.mean, last.diverged) == (Standing.DIVERGED, None, 2)
    assert last.reason == f"all 2 members diverged; member {results[0].number} at step 10: loss is not finite"


def test_when_all_diverge_there_is_no_winner():
    board = measure([member({"rate": 9.0}, None, ending="diverged")])
    assert (board.winner, board.level, board.reason) == (None, None, "no member has a validation figure")
    assert board.rows[0].candidate.reason == "diverged at step 50"


def test_dropped_candidates_come_after_trained_ones_the_longest_trained_first():
    results = [
        member({"rate": 1.0}, 0.99, ending="dropped", epoch=1, reason="not among the best 2 of 4"),
        member({"rate": 2.0}, 0.6, ending="dropped", epoch=3),
        member({"rate": 3.0}, 0.7, epoch=9),
        member({"rate": 4.0}, None),
    ]
    board = measure(results)
    assert order(board) == [3.0, 2.0, 1.0, 4.0]
    assert [row.candidate.standing for row in board.rows] == ["trained", "dropped", "dropped", "unmeasured"]
    assert board.rows[2].candidate.reason == "not among the best 2 of 4"


def test_an_axis_explains_the_variance_that_goes_with_it():
    grid = [(rate, l2) for rate in (0.01, 0.1, 1.0) for l2 in (1e-4, 1e-3, 1e-2)]
    board = measure([member({"rate": rate, "l2": l2}, 0.9 if rate == 0.1 else 0.5) for rate, l2 in grid])
    assert {axis.name: axis.explained for axis in board.axes} == {"rate": pytest.approx(1.0), "l2": 0.0}
    assert [axis.scale for axis in board.axes] == ["log", "log"]


def test_explained_variance_is_epsilon_squared():
    """Cells {0, 2} and {4, 6}: SS_between 16, SS_within 4, MS_within 2, total 20: (16 - 2) / 20."""
    assert explained([0, 0, 1, 1], [0.0, 2.0, 4.0, 6.0]) == pytest.approx(0.7, rel=1e-12)
    assert explained([0, 0, 1, 1], [5.0, 5.0, 5.0, 5.0]) is None


def test_a_setting_that_some_lack_is_an_axis_too():
    board = measure([member({"optimiser": "sgd"}, 0.8), member({"optimiser": "momentum", "momentum": 0.9}, 0.9)])
    assert [(axis.name, axis.values) for axis in board.axes] == [("optimiser", ("sgd", "momentum")), ("momentum", ("–", 0.9))]


def test_csv_has_a_line_a_candidate_with_folds_and_no_formula():
    results = [member({"name": "=1+1", "rate": 0.1}, share, fold=k) for k, share in enumerate((0.8, 0.9))]
    rows = list(csv.DictReader(io.StringIO(measure([*results, member({"name": "b"}, None, ending="diverged")]).csv())))
    assert rows[0]["name"] == "'=1+1"
    assert float(rows[0]["validation accuracy mean"]) == pytest.approx(0.85, abs=1e-15)
    assert [rows[0][f"validation accuracy fold {k}"] for k in (0, 1)] == ["0.8", "0.9"]
    assert (rows[1]["rate"], rows[1]["validation accuracy mean"], rows[1]["standing"]) == ("", "", "diverged")


def test_the_example_carries_its_budget_through_json():
    row = json.loads(json.dumps(example().row(), allow_nan=False))
    assert row["budget"] == {"members": 6, "epochs": 1, "examples": 240}
    assert example().budget == Budget(members=6, epochs=1, examples=240)


def test_wrong_questions_are_refused():
    with pytest.raises(DataError, match=r"at least one member; got none\."):
        measure([])
    with pytest.raises(ConfigError, match=r"unknown monitor 'acuracy'\. Did you mean 'accuracy'\?"):
        measure([member({}, 0.5)], monitor="acuracy")
