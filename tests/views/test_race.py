"""The views of a race: curves over steps, examples and seconds, and its tuning."""

import math

import pytest

from thalweg.evidence import race as evidence
from thalweg.run.population_record import Contestant, MemberResult
from thalweg.run.record import Epoch, Figures
from thalweg.views import race_examples, race_seconds, race_steps, race_tuning
from thalweg.views._race import with_spread


def run(losses, *, seed=0, rate=0.1, ending="finished"):
    rows = tuple(
        Epoch(epoch=k, step=10 * k, examples=40 * k, rate=rate, train=None, validation=Figures.of(loss, 0.0, 1 - loss / 4))
        for k, loss in enumerate(losses)
    )
    return MemberResult(
        number=seed, settings={"rate": rate}, seed=seed, fold=None, ending=ending, reason="",
        epoch=len(rows) - 1, step=10 * (len(rows) - 1),
        kept_epoch=0, train=None, validation=None, test=None, seconds=5.0, rows=rows,
    )  # fmt: skip


def measured(**changes):
    lost = run([2.0, math.nan], rate=1.0, ending="diverged")
    one = Contestant(
        optimiser="sgd", settings={"rate": 0.1}, runs=(run([2.0, 1.0]), run([2.0, 0.5], seed=1)), trials=(run([2.0, 1.0]), lost)
    )
    two = Contestant(optimiser="<adam>", settings={"rate": 0.01}, runs=(run([2.0, 0.2]),), trials=(run([2.0, 0.2], rate=0.01),))
    return evidence.measure([one, two], **changes)


def medians(chart):
    return {trace.name: trace for trace in chart.figure.data if trace.fill is None}


def test_the_three_charts_differ_in_the_x_axis_only():
    race = measured()
    places = {"steps": (0, 10), "examples": (0, 40), "seconds": (0.0, 5.0)}
    for view, key in ((race_steps, "steps"), (race_examples, "examples"), (race_seconds, "seconds")):
        chart = view.draw(race)
        lines = medians(chart)
        assert lines["sgd"].x == places[key]
        assert lines["sgd"].y == (2.0, 0.75)
        assert chart.figure.layout.xaxis.title.text.startswith(key if key != "examples" else "training examples")
        assert f"after so many {'training examples processed' if key == 'examples' else key}: " in chart.alt


def test_the_band_runs_up_one_side_and_down_the_other():
    (band,) = [trace for trace in race_steps.draw(measured()).figure.data if trace.fill and trace.legendgroup == "sgd"]
    assert band.x == (0, 10, 10, 0)
    assert band.y == (2.0, 0.5, 1.0, 2.0)


def test_the_threshold_is_a_dotted_line_and_who_is_not_there_is_named():
    chart = race_steps.draw(measured(threshold=0.5))
    assert chart.figure.layout.shapes[0].y0 == 0.5
    assert chart.alt == "The dotted line is the threshold, 0.5000. The median seed is there after so many steps: <adam> 10. Not there: sgd."
    assert chart.table.rows[-1] == ("sgd", "10", "0.5000", "0.7500", "1.000")
    assert "&lt;adam&gt;" in medians(chart)


def test_accuracy_is_drawn_in_percent_and_large_ranges_of_loss_on_a_log_axis():
    assert race_steps.draw(measured(figure="accuracy")).figure.layout.yaxis.tickformat == ".0%"
    assert race_steps.draw(measured()).figure.layout.yaxis.type is None
    far = evidence.measure([Contestant(optimiser="sgd", settings={}, runs=(run([2.0, 0.01]),), trials=())])
    assert race_steps.draw(far).figure.layout.yaxis.type == "log"


def test_a_race_in_which_all_diverged_has_a_chart_without_a_threshold():
    lost = evidence.measure([Contestant(optimiser="sgd", settings={}, runs=(run([2.0, math.nan], ending="diverged"),), trials=())])
    chart = race_steps.draw(lost)
    assert chart.alt.startswith("No optimiser has a figure at the end. Seeds diverged: sgd (1 of 1)")
    assert not chart.figure.layout.shapes


def test_tuning_rings_what_was_chosen_and_crosses_what_diverged():
    chart = race_tuning.draw(measured())
    dots = [trace for trace in chart.figure.data if trace.mode == "markers" and trace.legendgroup == "sgd"]
    assert dots[0].marker.symbol == ("circle-open-dot",)
    cross = chart.figure.data[-1]
    assert (cross.name, cross.x, cross.y) == ("diverged", (1.0,), (1.0,))
    assert "different numbers of trainings for their tuning: <adam> 1, sgd 2." in chart.alt
    assert "Rates that diverged: sgd from 1." in chart.alt
    assert ("sgd", "0.1000", "rate 0.1", "1.000", "0 of 1", "chosen") in chart.table.rows


def test_tuning_reaches_a_hundred_times_the_smallest_loss_and_says_what_lies_above():
    ends = {0.1: 0.5, 1.0: 40.0, 10.0: 1e11}
    trials = (*(run([2.0, end], rate=rate) for rate, end in ends.items()), run([2.0, math.nan], rate=100.0, ending="diverged"))
    sgd = Contestant(optimiser="sgd", settings={"rate": 0.1}, runs=(run([2.0, 0.5]),), trials=trials)
    chart = race_tuning.draw(evidence.measure([sgd]))
    axis = chart.figure.layout.yaxis
    assert axis.type == "log"
    assert axis.range == pytest.approx((math.log10(0.5) - 0.1, math.log10(50.0) + 0.1), abs=1e-9)
    assert chart.figure.data[-1].y == (50.0,)
    assert "Trials above the figure's top, 50.00, which the table lists: 1." in chart.alt
    near = evidence.measure([Contestant(optimiser="sgd", settings={"rate": 0.1}, runs=sgd.runs, trials=trials[:1])])
    assert race_tuning.draw(near).figure.layout.yaxis.type is None
    assert "above" not in race_tuning.draw(near).alt


def test_the_axis_says_whose_scale_stands_for_the_rate():
    trials = tuple(MemberResult.from_row({**run([2.0, 1.0]).row(), "settings": {"scale": scale}}) for scale in (0.1, 1.0))
    search = Contestant(optimiser="random-search", settings={"scale": 0.1}, runs=(run([2.0, 1.0]),), trials=trials)
    chart = race_tuning.draw(evidence.measure([search]))
    assert chart.figure.layout.xaxis.title.text == "rate (of random-search: scale)"
    assert chart.figure.data[0].x == (0.1, 1.0)


def test_tuning_without_trials_says_so():
    race = evidence.measure([Contestant(optimiser="newton", settings={}, runs=(run([2.0, 1.0]),), trials=())])
    assert race_tuning.draw(race).table.rows == (("–", "–", "no trials", "–", "–", ""),)


@pytest.mark.parametrize(("changes", "words"), [({}, "0.75\u00a0±\u00a00.35"), ({"figure": "accuracy"}, "81.2%\u00a0±\u00a08.8%")])
def test_figures_have_as_many_digits_as_their_deviation(changes, words):
    race = measured(**changes)
    sgd = next(runner for runner in race.runners if runner.optimiser == "sgd")
    assert with_spread(race, sgd.final.mean, sgd.final.deviation) == words
