import math
import statistics

import pytest

from thalweg.core.errors import ConfigError, DataError
from thalweg.evidence.race import example, measure
from thalweg.run.population_record import Contestant, MemberResult
from thalweg.run.record import Epoch, Figures


def run(losses, *, seed=0, rate=0.1, ending="finished", seconds=1.0, every=10, part="validation", **settings):
    rows = tuple(
        Epoch(
            epoch=k, step=every * k, examples=40 * k, rate=rate,
            train=Figures.of(loss, 0.0, 1 - loss / 4) if part == "train" else None,
            validation=Figures.of(loss, 0.0, 1 - loss / 4) if part == "validation" else None,
        )
        for k, loss in enumerate(losses)
    )  # fmt: skip
    return MemberResult(
        number=seed, settings={"rate": rate, **settings}, seed=seed, fold=None, ending=ending, reason="loss is not finite",
        epoch=len(rows) - 1, step=every * (len(rows) - 1), kept_epoch=0, train=None, validation=None, test=None, seconds=seconds, rows=rows,
    )  # fmt: skip


def contestant(name, *runs, trials=(), **settings):
    return Contestant(optimiser=name, settings=settings, trials=tuple(trials), runs=runs)


def only(*runs, **rest):
    return measure([contestant("sgd", *runs)], **rest).runners[0]


def test_curve_is_the_median_over_seeds_inside_the_band():
    runner = only(run([2.0, 1.0]), run([2.0, 1.5], seed=1), run([2.0, 0.5], seed=2))
    assert (runner.steps, runner.examples) == ((0, 10), (0, 40))
    assert (runner.curve.low, runner.curve.median, runner.curve.high) == ((2.0, 0.5), (2.0, 1.0), (2.0, 1.5))
    assert runner.final.mean == 1.0
    assert runner.final.deviation == pytest.approx(statistics.stdev([1.0, 1.5, 0.5]), rel=1e-12)


def test_a_diverged_seed_counts_as_the_worst_there_is():
    lost = run([2.0, math.nan], seed=1, ending="diverged")
    runner = only(run([2.0, 1.0, 0.5]), lost, run([2.0, 1.2, 0.9], seed=2))
    assert runner.curve.median == (2.0, 1.2, 0.9)
    assert runner.curve.high == (2.0, 1.2, 0.9)
    assert (runner.diverged, runner.final.count) == (1, 2)
    assert runner.reason == "1 of 3 seeds diverged: loss is not finite"
    assert only(run([2.0, 1.0]), lost).curve.median == (2.0, None)


def test_a_seed_that_stopped_early_keeps_its_last_figure():
    runner = only(run([2.0, 1.0], ending="stopped-early"), run([2.0, 1.5, 1.4], seed=1))
    assert runner.curve.low == (2.0, 1.0, 1.0)


def test_steps_to_the_threshold_are_a_median_in_which_a_seed_that_never_comes_is_infinite():
    fast, slow, never = run([2.0, 0.9, 0.8]), run([2.0, 1.5, 0.9], seed=1), run([2.0, 1.5, 1.4], seed=2)
    assert (only(fast, slow, never, threshold=1.0).reached, only(fast, slow, never, threshold=1).reachers) == (20.0, 2)
    assert only(fast, never, threshold=1.0).reached is None


def test_accuracy_races_upwards():
    race = measure([contestant("a", run([2.0, 1.0])), contestant("b", run([2.0, 0.4]))], figure="accuracy")
    assert [runner.optimiser for runner in race.runners] == ["b", "a"]
    assert race.threshold == pytest.approx((0.75 + 0.9) / 2, abs=1e-12)
    assert [runner.reached for runner in race.runners] == [10.0, None]
    assert race.rising


def test_seconds_are_steps_times_the_median_pace():
    runner = only(run([2.0, 1.0], seconds=1.0), run([2.0, 1.0], seed=1, seconds=3.0), run([2.0, 1.0], seed=2, seconds=9.0))
    assert (runner.step_seconds, runner.seconds) == (0.3, (0.0, 3.0))
    assert only(run([2.0])).seconds is None


def test_tuning_lists_every_trial_and_says_which_was_chosen_and_whether_it_lies_at_the_edge():
    trials = [run([2.0, end], rate=rate, seed=seed) for rate, end in ((1.0, 0.5), (0.1, 0.8)) for seed in (0, 1)]
    trials.append(run([2.0, math.inf], rate=10.0, ending="diverged"))
    runner = measure([contestant("sgd", run([2.0, 0.5]), trials=trials, rate=1.0)]).runners[0]
    assert [(trial.rate, trial.figure.mean, trial.members, trial.diverged, trial.chosen) for trial in runner.trials] == [
        (0.1, 0.8, 2, 0, False),
        (1.0, 0.5, 2, 0, True),
        (10.0, None, 1, 1, False),
    ]
    assert (runner.edge, runner.tuning_steps, runner.tuning_runs) == (False, 50, 5)
    assert measure([contestant("sgd", run([2.0, 0.5]), trials=trials[:4], rate=1.0)]).runners[0].edge


def test_a_race_is_fair_where_all_who_have_something_to_tune_were_given_equally_many_trainings():
    one = contestant("a", run([1.0, 0.5]), trials=[run([1.0, 0.5])] * 3)
    two = contestant("b", run([1.0, 0.5]), trials=[run([1.0, 0.5])] * 2)
    assert measure([one, one]).fair
    assert not measure([one, two]).fair
    short = contestant("c", run([1.0, 0.5]), trials=[run([1.0, 0.5]), run([1.0, 0.5], every=1), run([1.0], ending="diverged")])
    assert measure([one, short, contestant("lbfgs", run([1.0, 0.5]))]).fair
    assert not measure([one, contestant("sgd", run([1.0, 0.5]), rate=0.1)]).fair


def test_a_scale_stands_for_the_rate_where_there_is_none():
    trials = [MemberResult.from_row({**run([2.0, end]).row(), "settings": {"scale": scale}}) for scale, end in ((0.1, 1.0), (1.0, 0.5))]
    runner = measure([contestant("random-search", run([2.0, 0.5]), trials=trials, scale=1.0)]).runners[0]
    assert ([trial.rate for trial in runner.trials], runner.edge) == ([0.1, 1.0], True)


def test_an_optimiser_whose_every_seed_diverged_comes_last_without_a_figure():
    lost = contestant("a", run([2.0, math.nan], ending="diverged"))
    race = measure([lost, contestant("b", run([2.0, 1.9]))])
    assert [runner.optimiser for runner in race.runners] == ["b", "a"]
    assert race.runners[1].final.mean is None
    assert measure([lost]).threshold is None


def test_an_optimiser_without_a_rate_has_trials_without_one():
    trial = run([2.0, 1.0])
    trial = MemberResult.from_row({**trial.row(), "settings": {"damping": 0.1}})
    assert measure([contestant("newton", run([2.0, 1.0]), trials=[trial], damping=0.1)]).runners[0].trials[0].rate is None


def test_wrong_questions_are_refused():
    with pytest.raises(DataError, match="at least one optimiser"):
        measure([])
    with pytest.raises(DataError, match="optimiser 'sgd' has no run"):
        measure([contestant("sgd")])
    with pytest.raises(DataError, match="the train loss of 'sgd' was not measured; choose another part"):
        only(run([1.0]), part="train")
    with pytest.raises(ConfigError, match=r"unknown figure 'los'\. Did you mean 'loss'\?"):
        only(run([1.0]), figure="los")
    with pytest.raises(ConfigError, match="unknown part 'test'"):
        only(run([1.0]), part="test")
    with pytest.raises(ConfigError, match="threshold must be a finite number; got nan"):
        only(run([1.0]), threshold=math.nan)


def test_the_example_is_won_by_adam():
    assert [(runner.optimiser, runner.edge) for runner in example().runners] == [("adam", False), ("sgd", False)]
