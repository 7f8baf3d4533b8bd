import json

from thalweg.evidence import leaderboard as evidence
from thalweg.run.population_record import MemberResult
from thalweg.run.record import Figures
from thalweg.views import leaderboard


def member(number, accuracy, *, seed=0, ending="finished", **settings):
    return MemberResult(
        number=number, settings=settings, seed=seed, fold=None, ending=ending, reason="loss is not finite", epoch=2, step=8, kept_epoch=1,
        train=None, validation=Figures.of(1 - accuracy, 0.0, accuracy), test=None, seconds=1.0, rows=(),
    )  # fmt: skip


def test_dots_carry_standard_errors_and_the_dotted_line_lies_one_behind_the_best():
    board = evidence.measure(
        [member(k, share, seed=k % 2, rate=rate) for k, (rate, share) in enumerate([(1, 0.88), (1, 0.92), (2, 0.7), (2, 0.8)])]
    )
    chart = leaderboard.draw(board)
    best, behind = chart.figure.data
    assert (best.name, behind.name) == ("within one standard error of the best", "behind")
    assert (round(best.x[0], 12), round(best.error_x.array[0], 12)) == (0.9, 0.02)
    assert round(chart.figure.layout.shapes[0].x0, 12) == 0.88
    assert chart.alt == (
        "The best candidate, 1, reaches a mean validation accuracy of 90.00% with a standard error of 2.00%. "
        "No other lies within one standard error of it."
    )
    assert chart.table.rows[1] == ("2", "2", "75.00%", "5.00%", "7.07%", "2", "0")


def test_only_the_best_twenty_are_drawn_and_listed():
    chart = leaderboard.draw(evidence.measure([member(k, k / 100, rate=k) for k in range(30)]))
    assert chart.title == "The best 20 of 30 candidates"
    assert sum(len(trace.x) for trace in chart.figure.data) == len(chart.table.rows) == 20
    assert max(chart.figure.data[0].x) == 0.29


def test_what_diverged_is_a_cross_at_the_edge_and_names_are_shown_literally():
    results = [member(0, 0.9, name="<b>a</b>"), member(1, 0.8, ending="diverged", name="\u202eb")]
    chart = leaderboard.draw(evidence.measure(results))
    cross = chart.figure.data[-1]
    assert (cross.name, cross.marker.symbol, cross.x, cross.y) == ("diverged", "x-thin", (0.9,), (1,))
    text = json.dumps(json.loads(chart.figure.to_json()), ensure_ascii=False)
    assert "<b>" not in text
    assert "\u202e" not in text


def test_when_all_diverged_there_is_still_a_chart():
    chart = leaderboard.draw(evidence.measure([member(0, 0.8, ending="diverged", rate=9.0)]))
    assert chart.alt == "No candidate has a figure: no member has a validation figure."
