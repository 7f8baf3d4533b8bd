"""The race room on its own: what it answers, in process."""

from pathlib import Path

import numpy as np
import pytest

from thalweg.core.errors import ConfigError
from thalweg.faces.lab._race_examples import EXAMPLES
from thalweg.faces.lab._race_picture import KINDS
from thalweg.faces.lab._room import Outlook
from thalweg.faces.lab._wire import packed, unpacked
from thalweg.faces.lab.race import ENTRY
from thalweg.run.surface_race import race_surface


def opened(**state):
    return ENTRY.open(state, Outlook(runs=Path(), uploads=Path()))


def run(show):
    """Let everybody run; return the picture as the page gets it: plain values and arrays."""
    while show.work(0.02) is not None:
        pass
    _, data, arrays = unpacked(packed("picture", show.picture()))
    return data, arrays


def fields(show):
    return {field.key: field.value for field in show.form().fields}


def test_the_paths_are_those_of_a_race_over_the_surface():
    data, arrays = run(opened(surface="himmelblau", steps="20", optimisers="sgd,adam", start="1,-1"))
    race = race_surface("himmelblau", optimisers=["sgd", "adam"], start=(1.0, -1.0), steps=20)
    assert [row["name"] for row in data["runners"]] == ["sgd", "adam"]
    assert [row["rate"] for row in data["runners"]] == [runner.rate for runner in race.runners]
    assert [row["ending"] for row in data["runners"]] == [str(runner.ended) for runner in race.runners]
    for place, runner in enumerate(race.runners):
        np.testing.assert_allclose(arrays["path"][place], runner.path, rtol=1e-6)
        np.testing.assert_allclose(arrays["values"][place], runner.values, rtol=1e-6)
        np.testing.assert_allclose(arrays["norms"][place], runner.gradient_norms, rtol=1e-6)
        np.testing.assert_allclose(arrays["eigenvalues"][place], runner.eigenvalues, rtol=1e-6)


def test_one_runner_runs_at_a_time_and_who_is_to_come_is_said():
    show = opened(steps="5", optimisers="sgd,momentum")
    assert show.picture().data["coming"] == ["sgd", "momentum"]
    assert show.work(60.0) == 0.0
    assert (show.picture().data["coming"], show.picture().arrays["path"].shape) == (["momentum"], (1, 6, 2))
    assert show.work(60.0) is None
    assert show.picture().data["coming"] == []


def test_a_slow_runner_is_left_for_what_a_person_says():
    show = opened(steps="200", optimisers="newton,sgd")
    assert show.work(0.0) == 0.0
    show.tell("set", {"state": {"optimisers": "sgd", "steps": "3"}})
    data, arrays = run(show)
    assert [row["name"] for row in data["runners"]] == ["sgd"]
    assert arrays["path"].shape == (1, 4, 2)


def test_a_runner_ticked_again_is_there_at_once():
    show = opened(steps="5", optimisers="sgd,adam")
    run(show)
    show.tell("set", {"state": {"optimisers": "sgd"}})
    assert [row["name"] for row in show.picture().data["runners"]] == ["sgd"]
    show.tell("set", {"state": {"optimisers": "sgd,adam"}})
    assert show.picture().data["coming"] == []


def test_eigenvalues_say_what_a_place_is_and_what_a_critical_point_is():
    """On the ridge descent walks into the saddle: it curves up and down all the way, and at the end the gradient is nought as well."""
    data, arrays = run(opened(surface="saddle", start="1,0", steps="100", tuned="false", optimisers="sgd"))
    assert {KINDS[code] for code in arrays["shapes"][0]} == {"saddle"}
    assert (KINDS[arrays["kinds"][0, 0]], KINDS[arrays["kinds"][0, -1]]) == ("not critical", "saddle")
    assert data["critical"] == [{"point": [0.0, 0.0], "kind": "saddle", "value": 0.0}]
    np.testing.assert_allclose(arrays["distances"][0], 0.9 ** np.arange(101), rtol=1e-5)
    assert data["runners"][0]["ending"] == "stuck at step 44", "the first step nearer than a hundredth: 0.9^44"


def test_rates_by_hand_are_the_runner_s_own():
    show = opened(
        surface="saddle", start="1,0.1", steps="2", tuned="false", optimisers="gradient-descent", **{"gradient-descent.rate": "0.5"}
    )
    _, arrays = run(show)
    np.testing.assert_allclose(arrays["path"][0], [[1, 0.1], [0.5, 0.15], [0.25, 0.225]], rtol=1e-6)
    assert fields(show)["gradient-descent.rate"] == 0.5


def test_knobs_beyond_the_rate_have_controls_when_asked_for_or_set():
    show = opened(tuned="false", optimisers="momentum")
    assert "momentum.momentum" not in fields(show)
    show.tell("set", {"state": {"momentum.momentum": "0.5"}})
    assert fields(show)["momentum.momentum"] == 0.5
    assert "adam.epsilon" in fields(opened(tuned="false", details="true", optimisers="adam"))
    assert "adam.rate" not in fields(opened(optimisers="adam")), "where rates are tuned there is nothing to set"


def test_a_click_on_the_turned_map_begins_there():
    show = opened(surface="quadratic", angle="90", steps="3", optimisers="sgd")
    show.tell("start", {"x": 1.0, "y": 2.0})
    assert show.form().state()["start"] == "2,-1"
    data, arrays = run(show)
    np.testing.assert_allclose(arrays["path"][0, 0], [1, 2], atol=1e-6)
    np.testing.assert_allclose(data["start"], [1, 2], atol=1e-6)


def test_a_new_surface_begins_at_its_own_start():
    show = opened(surface="rosenbrock", start="0.5,0.5", steps="3", optimisers="sgd")
    show.tell("set", {"state": {"surface": "beale"}})
    assert show.picture().data["start"] == [1.0, 1.5]
    assert "start" not in show.form().state()


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"surface": "saddel"}, "Did you mean 'saddle'"),
        ({"optimisers": "adma"}, "'adma' does not race here. Did you mean 'adam'"),
        ({"optimisers": ""}, "at least one optimiser"),
        ({"optimisers": "exact"}, "'exact' does not race here"),
        ({"start": "1"}, "start must be two numbers"),
        ({"start": "nan,1"}, "start must be two numbers"),
        ({"surface": "saddle", "start": "0,2"}, "already beyond the finish"),
        ({"surface": "quadratic", "kappa": "0"}, "kappa must be a number in [1, 1e+06]"),
        ({"steps": "5001"}, "steps must be a whole number in [1, 5000]"),
        ({"adam.rate": "-1"}, "adam.rate must be a number in (0, inf); got -1"),
        ({"stepps": "3"}, "the lab knows no setting 'stepps' here. Did you mean 'steps'"),
    ],
)
def test_a_state_that_is_no_race_is_refused_and_leaves_the_one_before(state, words):
    show = opened(steps="3", optimisers="sgd,adam")
    before = show.form()
    with pytest.raises(ConfigError) as caught:
        show.tell("set", {"state": state})
    assert words in str(caught.value)
    assert show.form() == before


def test_the_ground_of_a_part_of_the_map_has_levels_of_its_own():
    show = opened(surface="quadratic", steps="1", optimisers="sgd")
    part = show.tell("view", {"window": [-0.1, 0.1, -0.1, 0.1]})
    assert part.data["window"] == [-0.1, 0.1, -0.1, 0.1]
    assert part.data["levels"][-1] == pytest.approx((0.01 + 100 * 0.01) / 2), "the height at the corner"
    assert part.arrays["bands"].shape == (241, 241)
    assert part.arrays["bands"].max() == len(part.data["levels"]) - 1
    with pytest.raises(ConfigError, match="a part of the map is"):
        show.tell("view", {"window": [0, 0, 0, 1]})


def test_an_unknown_word_is_refused():
    with pytest.raises(ConfigError, match="knows no word 'fly'"):
        opened().tell("fly", {})


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_an_example_is_a_state_that_says_itself(example):
    assert opened(**example.state).form().state() == example.state


def test_a_shared_state_gives_the_same_race():
    show = opened(surface="quadratic", kappa="50", angle="30", steps="5", optimisers="adam,muon", start="1,1")
    _, arrays = run(show)
    _, again = run(opened(**show.form().state()))
    for name, array in arrays.items():
        np.testing.assert_array_equal(again[name], array)


def test_what_is_too_large_for_the_page_is_told_as_infinite_not_as_an_error():
    _, arrays = run(opened(surface="rosenbrock", start="900000,900000", steps="2", tuned="false", optimisers="sgd"))
    assert arrays["path"].shape == (1, 3, 2)


@pytest.mark.slow
def test_what_the_saddle_examples_promise_is_so():
    on, beside = (next(each for each in EXAMPLES if each.name == name) for name in ("On the ridge", "Beside the ridge"))
    stuck, _ = run(opened(**on.state))
    assert {row["finish"] for row in stuck["runners"]} == {"stuck"}
    left, arrays = run(opened(**beside.state))
    assert {row["name"]: row["ended"] for row in left["runners"] if row["finish"] == "left the saddle"} == {
        "sgd": 145, "momentum": 52, "adam": 11, "saddle-free-newton": 20,
    }  # fmt: skip
    newton = [row["name"] for row in left["runners"]].index("newton")
    np.testing.assert_allclose(arrays["path"][newton, 1], [0, 0], atol=1e-6)
