"""The race room on data, in process."""

from pathlib import Path

import numpy as np
import pytest

from thalweg.core.errors import ConfigError, ThalwegError
from thalweg.faces.lab._race_data import DataRace, sources
from thalweg.faces.lab._race_examples import DATA_EXAMPLES
from thalweg.faces.lab._race_racer import Racer, curves
from thalweg.faces.lab._room import Outlook
from thalweg.faces.lab._trainer import Trainer
from thalweg.faces.lab._wire import packed, unpacked
from thalweg.faces.lab.race import ENTRY

QUICK = {"data": "gauss", "examples": "60", "steps": "12", "batch": "8", "optimisers": "sgd,adam"}


def opened(**state):
    return ENTRY.open({"ground": "data", **state}, Outlook(runs=Path(), uploads=Path()))


def run(show):
    while show.work(0.02) is not None:
        pass
    _, data, arrays = unpacked(packed("picture", show.picture()))
    return data, arrays


def played(**state):
    show = opened(**state)
    show.tell("play", {})
    return (show, *run(show))


def test_a_runner_s_curve_is_that_of_a_training_alone():
    show, data, arrays = played(**QUICK)
    assert (data["step"], data["playing"]) == (12, False)
    for place, racer in enumerate(show.show.racers.values()):
        alone = Trainer(show.show.images, racer.recipe)
        losses = []
        for _ in range(12):
            alone.step()
            losses.append(alone.loss)
        smooth = [losses[0]]
        for loss in losses[1:]:
            smooth.append(0.8 * smooth[-1] + 0.2 * loss)
        assert racer.losses == losses
        np.testing.assert_allclose(arrays["smooth"][place], smooth, rtol=1e-6)
        figures = alone.figures()
        np.testing.assert_allclose(arrays["loss"][place][-1], figures.total, rtol=1e-6)
        np.testing.assert_allclose(arrays["accuracy"][place][-1], figures.accuracy, rtol=1e-6)


def test_all_begin_at_the_same_weights_and_look_at_the_same_batches():
    show = opened(**QUICK)
    one, other = show.show.racers.values()
    for name, tensor in one.trainer.state.params.items():
        assert tensor.equal(other.trainer.state.params[name])
    show.tell("step", {})
    _, arrays = run(show)
    assert arrays["smooth"][0, 0] == arrays["smooth"][1, 0], "the first batch at the first weights"
    assert [racer.step for racer in show.show.racers.values()] == [1, 1]


def test_nobody_is_ever_more_than_a_step_ahead():
    show = opened(**QUICK)
    show.tell("play", {})
    while show.work(0.0) is not None:
        steps = [racer.step for racer in show.show.racers.values()]
        assert max(steps) - min(steps) <= 1


def test_step_epoch_pause_and_rewind():
    show = opened(**QUICK)
    every = show.picture().data["every"]
    assert every == 6, "42 of 60 points are for training, in batches of 8"
    for word, step in (("step", 1), ("epoch", 6), ("step", 7), ("epoch", 12), ("step", 12), ("rewind", 0)):
        show.tell(word, {})
        assert run(show)[0]["step"] == step
    show.tell("play", {})
    show.work(0.0)
    show.tell("play", {})
    data, _ = run(show)
    assert (data["step"], data["playing"]) == (0, False), "paused before the second one had taken its first step"


def test_a_race_run_again_is_the_same_race():
    show, _, first = played(**QUICK)
    show.tell("rewind", {})
    assert run(show)[1]["smooth"].shape == (2, 0)
    show.tell("play", {})
    _, second = run(show)
    _, _, third = played(**show.form().state())
    for name, array in first.items():
        np.testing.assert_array_equal(second[name], array)
        np.testing.assert_array_equal(third[name], array)


def test_a_changed_runner_begins_anew_and_catches_up():
    show, _, before = played(**QUICK)
    show.tell("set", {"state": {"adam.rate": "0.1"}})
    assert [racer.step for racer in show.show.racers.values()] == [12, 0]
    data, after = run(show)
    assert [row["step"] for row in data["runners"]] == [12, 12]
    np.testing.assert_array_equal(before["smooth"][0], after["smooth"][0])
    assert not np.array_equal(before["smooth"][1], after["smooth"][1])
    show.tell("set", {"state": {"optimisers": "sgd,momentum,adam"}})
    assert [row["step"] for row in run(show)[0]["runners"]] == [12, 12, 12]


@pytest.mark.parametrize("state", [{"seed": "1"}, {"loss": "svm-sum"}, {"data": "xor"}, {"batch": "4"}, {"score": "mlp"}])
def test_what_all_share_begins_anew_for_all(state):
    show, _, _ = played(**QUICK)
    show.tell("set", {"state": state})
    assert run(show)[0]["step"] == 0


def test_who_diverges_is_out_and_the_others_go_on():
    _, data, arrays = played(**{**QUICK, "steps": "40", "score": "mlp", "optimisers": "sgd,adam", "sgd.rate": "1e20"})
    lost, going = data["runners"]
    assert lost["ending"] == f"diverged at step {lost['step'] + 1}"
    assert "rate" in lost["advice"]
    assert (going["ending"], going["step"], data["step"]) == ("", 40, 40)
    assert np.isnan(arrays["loss"][0, -1])
    assert np.isfinite(arrays["loss"][1]).all()


def test_a_method_of_the_whole_set_keeps_to_it_beside_batches():
    show, data, _ = played(**{**QUICK, "optimisers": "sgd,gradient-descent"})
    assert data["whole"] == ["gradient-descent"]
    assert [row["step"] for row in data["runners"]] == [12, 12]
    assert show.form().state()["batch"] == "8"


def test_a_long_race_is_thinned_to_what_can_be_seen():
    racers = [Racer.__new__(Racer) for _ in range(2)]
    for racer, count in zip(racers, (1000, 300), strict=True):
        racer.smooth, racer.marks = [float(step) for step in range(count)], []
    found = curves(racers)
    assert len(found["steps"]) == 400
    assert (found["steps"][0], found["steps"][-1], found["smooth"][0, -1]) == (0, 999, 999)
    assert np.isnan(found["smooth"][1][found["steps"] >= 300]).all()
    np.testing.assert_array_equal(found["smooth"][1][found["steps"] < 300], found["steps"][found["steps"] < 300])


def test_words_of_another_ground_are_kept_for_it():
    show = opened(**QUICK)
    show.tell("set", {"state": {"ground": "surface"}})
    assert show.form().state() == {"optimisers": "sgd,adam", "steps": "12"}
    assert show.picture().data["ground"] == "surface"
    show.tell("set", {"state": {"ground": "data"}})
    assert show.form().state()["data"] == "gauss"


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"data": "spirall"}, "Did you mean 'spiral'"),
        ({"score": "resnet"}, "score must be one of linear, mlp, cnn"),
        ({"score": "cnn"}, "cnn"),
        ({"steps": "0"}, "steps must be a whole number in [1, 5000]"),
    ],
)
def test_what_is_no_race_on_data_is_refused(state, words):
    show = opened(**QUICK)
    before = show.form()
    with pytest.raises(ThalwegError) as caught:
        show.tell("set", {"state": state})
    assert words in str(caught.value)
    assert show.form() == before
    assert isinstance(show.show, DataRace)


def test_an_unknown_word_is_refused():
    with pytest.raises(ConfigError, match="knows no word 'fly'"):
        opened(**QUICK).tell("fly", {})


@pytest.mark.parametrize("example", DATA_EXAMPLES, ids=lambda example: example.name)
def test_an_example_is_a_state_that_says_itself(example):
    assert opened(**example.state).form().state() == example.state


def test_only_sets_that_need_no_network_are_offered(monkeypatch, tmp_path):
    monkeypatch.setattr("thalweg.images.fashion_mnist.DEBIAN", tmp_path / "none")
    monkeypatch.setenv("THALWEG_HOME", str(tmp_path))
    assert "fashion-mnist" not in sources()
    assert {"digits", "spiral"} <= set(sources())
