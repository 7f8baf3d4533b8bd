"""Keeping a training that was conducted step by step: the folder is like any run's, and goes on like one."""

from dataclasses import replace

import pytest

from thalweg.core.errors import ModelError
from thalweg.core.progress import Silent
from thalweg.images import load
from thalweg.run.conduct import first_state
from thalweg.run.keep import keep
from thalweg.run.loop import Loop
from thalweg.run.recipe import Recipe
from thalweg.run.run import open_run
from thalweg.run.setting import settle_down
from thalweg.run.signals import Stop
from thalweg.run.threads import thread_count
from thalweg.run.train import train
from thalweg.run.trained import trained

RECIPE = Recipe.make(score="linear", prepare=("standardise",), optimiser={"name": "nesterov", "rate": 0.02}, epochs=3)


@pytest.fixture(scope="module")
def digits():
    return load("digits")


def conducted(digits, epochs: int):
    setting = settle_down(RECIPE, digits)
    loop = Loop(setting, save=lambda _: None, log=lambda *_: None, stop=Stop(), progress=Silent(), clock=lambda: 0.0)
    state = loop.first_row(first_state(setting, None, path_points=RECIPE.path_points))
    for epoch in range(epochs):
        for batches in loop.batches(state):
            state, _ = loop.step(state, batches)
        state = loop.with_row(state, epoch=epoch + 1)
    return setting, state


def test_all_epochs_make_the_run_that_training_makes(digits, tmp_path):
    setting, state = conducted(digits, 3)
    kept = keep(setting, state, digits, folder=tmp_path / "a")
    with thread_count(1):
        own = train(digits, RECIPE, folder=tmp_path / "b")
    found = open_run(tmp_path / "a")
    assert (found.outcome, found.metrics, found.kept_epoch) == (own.outcome, own.metrics, own.kept_epoch)
    assert found.figures == own.figures == kept.figures
    assert found.trajectory is not None
    assert (tmp_path / "a" / "recipe.toml").read_bytes() == (tmp_path / "b" / "recipe.toml").read_bytes()
    found.check_own(digits)


def test_one_that_is_not_done_goes_on_to_the_same_end(digits, tmp_path):
    setting, state = conducted(digits, 1)
    half = keep(setting, state, digits, folder=tmp_path / "a")
    assert not half.complete
    assert half.outcome.advice == "run the same command again to go on."
    assert trained(open_run(tmp_path / "a")).classes == digits.classes
    with thread_count(1):
        on = train(digits, RECIPE, folder=tmp_path / "a")
        own = train(digits, RECIPE, folder=tmp_path / "b")
    assert on.complete
    assert on.metrics == own.metrics
    assert on.figures == own.figures


def test_nothing_is_replaced_unless_asked_and_never_what_is_no_run(digits, tmp_path):
    setting, state = conducted(digits, 1)
    keep(setting, state, digits, folder=tmp_path / "a")
    with pytest.raises(ModelError, match="holds a run already"):
        keep(setting, state, digits, folder=tmp_path / "a")
    later = keep(setting, conducted(digits, 2)[1], digits, folder=tmp_path / "a", replacing=True, notes=("A note.",))
    assert later.outcome.epoch == 2
    assert open_run(tmp_path / "a").data.notes[-1] == "A note."
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("mine")
    with pytest.raises(ModelError, match="exists and is not a run"):
        keep(setting, state, digits, folder=tmp_path / "other", replacing=True)
    assert (tmp_path / "other" / "letter.txt").read_text() == "mine"


def test_other_pictures_are_told_apart(digits, tmp_path):
    setting, state = conducted(digits, 1)
    keep(setting, state, digits, folder=tmp_path / "a")
    with pytest.raises(Exception, match="not the pictures"):
        open_run(tmp_path / "a").check_own(replace(digits, fingerprint="0" * 64))
