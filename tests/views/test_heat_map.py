import itertools

import pytest

from thalweg.core.errors import ConfigError
from thalweg.evidence import leaderboard as evidence
from thalweg.run.population_record import MemberResult
from thalweg.run.record import Figures
from thalweg.views import heat_map

numbers = itertools.count()


def member(accuracy, *, ending="finished", seed=0, **settings):
    return MemberResult(
        number=next(numbers), settings=settings, seed=seed, fold=None, ending=ending, reason="", epoch=2, step=8, kept_epoch=1, train=None,
        validation=Figures.of(1 - accuracy, 0.0, accuracy), test=None, seconds=1.0, rows=(),
    )  # fmt: skip


def grid(score):
    places = itertools.product((0.01, 0.1, 1.0), (0.0, 0.5, 0.9), (1, 2), ("sgd", "adam"))
    return [
        member(score(rate, momentum, depth, name), rate=rate, momentum=momentum, depth=depth, name=name)
        for rate, momentum, depth, name in places
    ]


def test_the_two_settings_of_numbers_that_explain_most_are_chosen_and_the_others_averaged():
    board = evidence.measure(grid(lambda rate, momentum, depth, name: 0.5 + 0.2 * (rate == 0.1) + 0.1 * depth + 0.3 * (name == "adam")))
    chart = heat_map.draw(board)
    assert [chart.figure.layout.xaxis.title.text, chart.figure.layout.yaxis.title.text] == ["rate", "depth"]
    heat = chart.figure.data[0]
    assert [list(row) for row in heat.z] == [pytest.approx([0.75, 0.95, 0.75]), pytest.approx([0.85, 1.05, 0.85])]
    assert chart.figure.layout.xaxis.ticktext == ("0.01", "0.1", "1")
    assert chart.table.rows[0] == ("0.01", "1", "75.00%", "6", "0")
    assert "lies at rate 0.1 and depth 2" in chart.alt


def test_axes_may_be_asked_for_and_wrong_ones_are_refused():
    board = evidence.measure(grid(lambda rate, momentum, depth, name: rate / 10))
    assert heat_map.draw(board, ("name", "momentum")).table.columns[:2] == ("name", "momentum")
    with pytest.raises(ConfigError, match=r"unknown setting that varied 'rat'\. Did you mean 'rate'\?"):
        heat_map.draw(board, ("rat", "depth"))
    with pytest.raises(ConfigError, match=r"one or two different settings; got rate, rate\."):
        heat_map.draw(board, ("rate", "rate"))
    with pytest.raises(ConfigError, match="needs a setting that varied"):
        heat_map.draw(evidence.measure([member(0.5, rate=1.0)]))


def test_diverged_cells_are_marked_and_are_not_the_best():
    results = [
        member(0.9, rate=1, depth=1), member(0.9, rate=1, depth=1, seed=1, ending="diverged"), member(0.8, rate=2, depth=1),
        member(0.9, rate=1, depth=2, ending="diverged"), member(0.7, rate=2, depth=2),
    ]  # fmt: skip
    chart = heat_map.draw(evidence.measure(results), ("rate", "depth"))
    heat, none, some = chart.figure.data
    assert [list(row) for row in heat.z] == [[0.9, 0.8], [None, 0.7]]
    assert (none.name, none.x, none.y) == ("no figure, diverged", (0,), (1,))
    assert (some.name, some.x, some.y) == ("some diverged", (0.36,), (0.36,))
    assert "where no member diverged, 80.00%, lies at rate 2 and depth 1" in chart.alt
    assert "In 2 of 4 cells members diverged." in chart.alt


def test_low_is_good_for_a_loss():
    results = grid(lambda rate, momentum, depth, name: 0.5 + 0.1 * (rate == 1.0) + 0.01 * depth)
    chart = heat_map.draw(evidence.measure(results, monitor="loss"), ("rate", "depth"))
    assert chart.figure.data[0].reversescale
    assert "lies at rate 1 and depth 2" in chart.alt


def test_one_setting_is_a_line_with_a_band_of_one_deviation():
    results = [
        member(share, rate=rate, seed=seed) for rate, both in ((0.01, (0.7, 0.9)), (0.1, (0.6, 0.6))) for seed, share in enumerate(both)
    ]
    results.append(member(0.1, rate=1.0, ending="diverged"))
    chart = heat_map.draw(evidence.measure(results))
    band, line, cross = chart.figure.data
    assert line.x == (0.01, 0.1, 1.0)
    assert line.y == (0.8, 0.6, None)
    deviation = 0.02**0.5
    assert band.y == pytest.approx((0.8 - deviation, 0.6, 0.6, 0.8 + deviation))
    assert (cross.x, cross.y) == ((1.0,), (0.6,))
    assert chart.figure.layout.xaxis.type == "log"
    assert chart.table.rows[0] == ("0.01", "80.00%", "14.14%", "2", "0")


def test_one_setting_of_words_has_a_bar_each_and_no_line():
    chart = heat_map.draw(evidence.measure([member(share, name=name) for name, share in (("sgd", 0.7), ("adam", 0.9))]))
    (dots,) = chart.figure.data
    assert dots.mode == "markers"
    assert chart.figure.layout.xaxis.ticktext == ("sgd", "adam")
