"""The pages of sweeps, races, rate finders and searches on made-up records; in a browser in `test_experiment_pages_browser.py`."""

import importlib.util
import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from thalweg.evidence import leaderboard, race, rate_band, search_course
from thalweg.faces import race_page, rate_page, search_page, sweep_page
from thalweg.faces._made import Made
from thalweg.run.population_record import Contestant, MemberResult, SearchTrace
from thalweg.run.record import Epoch, Figures

_spec = importlib.util.spec_from_file_location("report_cases", Path(__file__).with_name("test_report.py"))
cases = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(cases)
Page, HOSTILE = cases.Page, cases.HOSTILE

MADE = Made(command="thalweg sweep digits --rate 0.01,0.1", versions={"thalweg": "0.2"}, seconds=12.34)


def member(number, accuracy, *, seed=0, ending="finished", test=None, reason="not finite", **settings):
    figures = Figures.of(1 - accuracy, 0.0, accuracy)
    row = Epoch(epoch=1, step=10, examples=40, rate=0.1, train=None, validation=figures)
    return MemberResult(
        number=number, settings=settings, seed=seed, fold=None, ending=ending, reason=reason, epoch=1, step=10, kept_epoch=1, train=figures,
        validation=figures, test=None if test is None else Figures.of(0.1, 0.0, test), seconds=1.0, rows=(row,),
    )  # fmt: skip


def sweep(results, *, budget=None, **changes):
    board = leaderboard.measure(results, budget=budget)
    given = sweep_page.SweepPage(title="digits", board=board, results=results, retrain="thalweg train digits --rate 0.1", made=MADE)
    return sweep_page.build(replace(given, **changes))


def pairs(shares, **rest):
    return [
        member(2 * k + seed, share + (seed - 0.5) / 50, seed=seed, rate=rate, **rest)
        for k, (rate, share) in enumerate(shares)
        for seed in (0, 1)
    ]


def hostile_results():
    return [
        member(k, 0.5 + k / 100, reason=name, ending="diverged" if k % 3 == 2 else "finished", **{HOSTILE[0]: name, "rate": 0.1 * (k + 1)})
        for k, name in enumerate(HOSTILE)
    ]


def hostile_pages():
    given = {"title": HOSTILE[1], "choices": {HOSTILE[2]: HOSTILE[3]}, "notes": HOSTILE}
    made = Made(command="\n".join(HOSTILE), versions={HOSTILE[0]: HOSTILE[1]})
    yield sweep(hostile_results(), made=made, retrain=HOSTILE[0], **given)
    runs = tuple(replace(one, seed=k, settings={"rate": 0.1}) for k, one in enumerate(hostile_results()[:2]))
    racers = [Contestant(optimiser=name, settings={name: name}, trials=runs, runs=runs) for name in HOSTILE]
    yield race_page.build(race_page.RacePage(race=race.measure(racers), made=made, **given))
    traces = [SearchTrace(method=name, seed=0, evaluations=(1, 2), losses=(2.0, 1.0), accuracies=(0.1, 0.5)) for name in HOSTILE]
    yield search_page.build(search_page.SearchPage(course=search_course.measure(traces), made=made, part=HOSTILE[0], **given))
    yield rate_page.build(rate_page.RatePage(band=rate_band.example(), train=HOSTILE[0], made=made, **given))


def examples():
    yield sweep(pairs([(0.01, 0.8), (0.1, 0.9)], test=0.85))
    yield race_page.build(race_page.RacePage(title="race", race=race.example(), made=MADE))
    yield rate_page.build(rate_page.RatePage(title="rates", band=rate_band.example(), train="thalweg train digits --rate 0.03", made=MADE))
    yield search_page.build(search_page.SearchPage(title="searches", course=search_course.example(), made=MADE))


def charts(page):
    return json.loads(page.scripts[0], parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))["charts"]


@pytest.mark.parametrize("html", list(examples()), ids=["sweep", "race", "rate", "search"])
def test_pages_are_whole_strict_and_name_every_part_once(html):
    page = Page(html)
    names = page.attributes("id")
    assert len(set(names)) == len(names)
    assert {one["id"] for one in charts(page)} <= set(names)
    assert {target[1:] for target in page.attributes("href")} <= set(names)
    assert page.attributes("src") == []
    assert "12.3 s" in page.text
    assert "None" not in page.text
    assert "nan" not in page.text.lower().split()


def test_equal_records_make_equal_pages():
    assert list(examples()) == list(examples())


def test_no_word_from_outside_becomes_mark_up():
    for html in hostile_pages():
        page = Page(html)
        assert len(page.scripts) == html.count("<script")
        assert not {"iframe", "img", "a"} & {tag for tag, attributes in page.tags if tag != "a" or not attributes["href"].startswith("#")}
        assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)
        assert "\u202e" not in html
        assert "\x1b" not in html


def test_a_sweep_says_what_is_best_how_sure_that_is_and_how_to_train_it():
    results = pairs([(0.01, 0.89), (0.1, 0.9), (1.0, 0.5)], test=0.85)
    budget = leaderboard.Budget(members=6, epochs=5, examples=12000)
    page = Page(sweep(results, budget=budget))
    assert "90.00%" in page.text
    assert "mean validation accuracy of the best of 3 candidates, ± 1.00% (standard error over 2 seeds). Rate 0.1." in page.text
    assert "On test examples, by which nothing was chosen: 85.00% ± 0.00%. Quote this one." in page.text
    assert "Budget: 6 members of up to 5 epochs, 12,000 training examples processed." in page.text
    assert "2 candidates lie within one standard error of the best: among them chance decided." in page.text
    assert "The figure of the best is the highest of 3, so it flatters: were these 2 equally good, by about 0.56%." in page.text
    assert "thalweg train digits --rate 0.1" in page.text
    assert "Diverged" not in page.text


def test_a_sweep_of_single_members_says_that_chance_cannot_be_told():
    page = Page(sweep([member(0, 0.9, rate=1.0), member(1, 0.8, rate=2.0)]))
    assert "the best of 2 candidates, one member each." in page.text
    assert "its spread is unknown: repeat over seeds or folds. The figure of the best is the highest of 2, so it flatters." in page.text


def test_diverged_members_are_listed_with_step_and_reason():
    lost = member(4, 0.1, ending="diverged", reason="loss is not finite (rate 9)", rate=9.0)
    page = Page(sweep([*pairs([(0.1, 0.9)]), lost]))
    assert "1 of 3 members diverged." in page.text
    assert "member rate seed epoch step reason 4 9 0 1 10 loss is not finite (rate 9)" in page.text


def test_a_sweep_of_which_everything_diverged_has_a_page_and_nothing_to_train():
    page = Page(sweep([member(0, 0.1, ending="diverged", rate=9.0)], retrain=""))
    assert "No member has a validation figure." in page.text
    assert "Train the best" not in page.text


def test_one_setting_has_no_parallel_coordinates_and_none_has_no_map():
    assert [one["id"] for one in charts(Page(sweep(pairs([(0.1, 0.9), (1.0, 0.8)]))))] == ["board", "heat"]
    assert [one["id"] for one in charts(Page(sweep(pairs([(0.1, 0.9)]))))] == ["board"]
    two = [member(k, k / 10, rate=0.1 * k, depth=k) for k in range(1, 5)]
    assert [one["id"] for one in charts(Page(sweep(two)))] == ["board", "heat", "parallel"]


def test_a_race_has_its_final_table_and_three_kinds_of_chart():
    page = Page(race_page.build(race_page.RacePage(title="race", race=race.example(), made=MADE)))
    assert [one["id"] for one in charts(page)] == ["steps", "seconds", "trials"]
    assert "adam rate 0.01 0.25 ± 0.18 10 2 of 2 25.00 3" in page.text.replace("\u00a0", " ")
    assert "sgd rate 0.1 0.75 ± 0.18 never 0 of 2 25.00 3" in page.text.replace("\u00a0", " ")
    assert "All others lie more than one standard deviation behind it (2 seeds)." in page.text


def test_a_race_of_methods_with_different_steps_an_epoch_has_a_chart_over_examples_as_well():
    sgd = member(0, 0.8, rate=0.1)
    newton = replace(sgd, step=1, rows=(replace(sgd.rows[0], step=1),))
    both = [Contestant(optimiser=str(one.step), settings={"rate": 0.1}, trials=(), runs=(one,)) for one in (sgd, newton)]
    page = Page(race_page.build(race_page.RacePage(title="race", race=race.measure(both), made=MADE)))
    assert [one["id"] for one in charts(page)] == ["steps", "examples", "seconds"]


def test_a_race_warns_of_one_seed_of_edges_and_of_unequal_tuning():
    tried = [member(k, 0.9 - abs(k - 2) / 10, rate=10.0**-k) for k in range(3)]
    one = Contestant(optimiser="a", settings={"rate": 0.01}, trials=tuple(tried), runs=(tried[2],))
    two = Contestant(optimiser="b", settings={"rate": 0.1}, trials=(), runs=(tried[1], member(7, 0.1, ending="diverged")))
    page = Page(race_page.build(race_page.RacePage(title="race", race=race.measure([one, replace(two, runs=two.runs[:1])]), made=MADE)))
    assert "One seed only: which differences are chance cannot be told." in page.text
    assert "Tuned to the edge of what was tried: a. Widen the rates" in page.text
    assert "Tuning budgets differ" in page.text
    fair = replace(two, settings={}, runs=two.runs[:1])
    assert "budgets differ" not in race_page.build(race_page.RacePage(title="race", race=race.measure([one, fair]), made=MADE))
    lost = Page(race_page.build(race_page.RacePage(title="race", race=race.measure([one, two]), made=MADE)))
    assert "Seeds that diverged: b 1 of 2" in lost.text


def test_a_rate_page_gives_the_band_and_the_command():
    page = Page(
        rate_page.build(rate_page.RatePage(title="rates", band=rate_band.example(), train="thalweg train digits --rate 0.028", made=MADE))
    )
    assert "0.028 is the suggested rate. All 2 seeds share the band from 0.00891 to 0.0837." in page.text
    assert "2/λmax at the start: 0.4 (residual of the eigenpair 1e-6)." in page.text
    assert "thalweg train digits --rate 0.028" in page.text


def test_a_rate_page_without_a_suggestion_gives_the_reason():
    rates = np.geomspace(1e-5, 1, 50)
    band = rate_band.measure(rates, np.full((1, 50), math.nan), start=np.array([2.0]), noise=0.1)
    page = Page(rate_page.build(rate_page.RatePage(title="rates", band=band, train="", made=MADE)))
    assert "none No rate is suggested. 1 of 1 seeds diverged at the first rate, 1e-5: begin at a lower rate." in page.text
    assert "Train with it" not in page.text


def test_a_search_page_compares_at_equal_evaluations():
    page = Page(search_page.build(search_page.SearchPage(title="searches", course=search_course.example(), made=MADE)))
    assert "80.0% median training accuracy of gradient after 4 evaluations." in page.text
    assert "With as many evaluations: random-search 20.0% and local-search 40.0%." in page.text
    assert "2 of 2 seeds end in this order." in page.text
