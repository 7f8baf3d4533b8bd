import json
import os
import signal
from dataclasses import replace

import numpy as np
import pytest
import torch

from thalweg.core.errors import ConfigError, Interrupted, ModelError
from thalweg.core.imageset import Split
from thalweg.core.progress import Silent
from thalweg.run import race as module
from thalweg.run.race import race
from thalweg.run.race_record import Rules
from thalweg.run.race_tuning import last
from thalweg.run.recipe import Recipe
from thalweg.run.setting import Setting, settle_down
from thalweg.run.train import train

BASE = Recipe(monitor="loss", epochs=2, batch=60, seed=3)
FEW = Rules(optimisers=("sgd", "adam", "gradient-descent", "lbfgs"), rates=3, tuning_seeds=2, seeds=2)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(module, "seconds_a_step", lambda recipe, images: 0.25)


@pytest.fixture(scope="module")
def raced(pictures):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "seconds_a_step", lambda recipe, images: 0.25)
        return race(pictures, BASE, FEW)


def contents(raced):
    """Return the record without seconds, which no two trainings share."""
    return json.loads(json.dumps(raced.row()), object_hook=lambda row: {name: value for name, value in row.items() if name != "seconds"})


def test_tuning_gives_everyone_the_same_seeds_values_and_epochs_and_the_race_other_seeds(raced):
    for one in raced.contestants[:3]:
        rates = [trial.settings["rate"] for trial in one.trials]
        assert (len(set(rates)), len(rates)) == (3, 6)
        assert {trial.seed for trial in one.trials} == {3, 4}
        assert {trial.epoch for trial in one.trials} == {2}
    assert raced.contestants[3].trials == ()
    assert raced.seeds == (5, 6)
    assert all([run.seed for run in one.runs] == [5, 6] for one in raced.contestants)


def test_the_race_is_run_at_the_argmin_of_the_trials(raced):
    for one in raced.contestants[:3]:
        ends: dict[float, list[float]] = {}
        for trial in one.trials:
            assert trial.rows[-1].validation is not None
            ends.setdefault(trial.settings["rate"], []).append(trial.rows[-1].validation.loss)
        best = min(ends, key=lambda rate: np.mean(ends[rate]))
        assert one.settings == {"rate": best}
        assert [raced.population.recipes[run.number].optimiser.knobs["rate"] for run in one.runs] == [best, best]
    assert raced.contestants[3].settings == {}


def test_from_each_seed_all_start_with_the_same_weights(raced, pictures):
    for place in range(2):
        starts = {one.runs[place].rows[0].validation for one in raced.contestants}
        assert len(starts) == 1
    assert raced.contestants[0].runs[0].rows[0].validation != raced.contestants[0].runs[1].rows[0].validation
    recipes = [raced.population.recipes[one.runs[0].number] for one in raced.contestants]
    weights = [settle_down(recipe, pictures).module.weight for recipe in recipes]
    assert all(torch.equal(weight, weights[0]) for weight in weights)


def test_all_mini_batch_methods_see_the_same_batches_whatever_the_seed(pictures, monkeypatch):
    seen: dict[tuple[str, bool, int], set[bytes]] = {}
    batch = Setting.batch

    def spied(self, rows, *, step, augmented=True):
        key = (self.recipe.optimiser.name, self.recipe.measure == "all", step)
        seen.setdefault(key, set()).add(rows.numpy().tobytes())
        return batch(self, rows, step=step, augmented=augmented)

    monkeypatch.setattr(Setting, "batch", spied)
    race(pictures, BASE, replace(FEW, optimisers=("sgd", "adam", "nesterov")))
    by_step: dict[int, set[bytes]] = {}
    for (_, _, step), rows in seen.items():
        by_step.setdefault(step, set()).update(rows)
    assert len(seen) == 3 * 2 * 8  # three optimisers, tuning and race, 2 epochs of 240 / 60 steps
    assert [len(rows) for rows in by_step.values()] == [1] * 8
    assert len(set().union(*by_step.values())) == 8


def test_a_member_is_what_its_recipe_becomes_alone(raced, pictures):
    run = raced.run("adam", 6)
    alone = train(pictures, run.recipe)
    assert (run.recipe.seed, run.recipe.shared_seed, run.recipe.optimiser.name) == (6, 3, "adam")
    assert run.figures["test"].loss == pytest.approx(alone.figures["test"].loss, rel=1e-5)
    with pytest.raises(ConfigError, match=r"there is no run of 'adam' with seed 3 in this race\. .*seeds: 5, 6\."):
        raced.run("adam", 3)


def test_seconds_are_steps_at_the_pace_of_a_single_run_and_examples_count_what_was_looked_at(raced):
    sgd, _, whole, _ = (one.runs[0] for one in raced.contestants)
    assert (sgd.step, sgd.seconds, sgd.rows[-1].examples) == (8, 2.0, 480)
    assert (whole.step, whole.seconds, whole.rows[-1].examples) == (2, 0.5, 480)


def test_without_a_validation_part_the_training_figure_chooses(pictures):
    split = pictures.split
    everything = replace(pictures, split=Split(np.sort(np.concatenate([split.train, split.validation])), split.validation[:0], split.test))
    (one,) = race(everything, BASE, replace(FEW, optimisers=("sgd",), seeds=1)).contestants
    worth = {trial.settings["rate"]: last(trial, "loss") for trial in one.trials if trial.seed == 3}
    assert set(worth) == {0.0316, 0.1, 0.316}
    assert all(row.train is not None and row.validation is None for trial in one.trials for row in trial.rows)
    assert one.settings == {"rate": max(worth, key=lambda rate: worth[rate])}


def test_who_cannot_train_is_named_and_said(pictures):
    lines = []

    class Heard(Silent):
        def say(self, line):
            lines.append(line)

    rules = replace(FEW, optimisers=None, rates=1, tuning_seeds=1, seeds=1)
    found = race(pictures, BASE.with_changes(epochs=1, penalty={"l1": 1e-3}), rules, progress=Heard())
    assert [out.optimiser for out in found.left_out] == ["lbfgs", "local-search", "newton", "random-search", "saddle-free-newton"]
    assert "left out: lbfgs: penalty 'l1' is not smooth" in "\n".join(lines)
    assert {one.optimiser for one in found.contestants}.isdisjoint(out.optimiser for out in found.left_out)


class Interrupting(Silent):
    """Ends a race after so many steps: by Ctrl-C, or (`crash`) at once and without a word."""

    def __init__(self, steps, *, crash=False):
        self.left, self.crash = steps, crash

    def advance(self, count=1, **figures):
        self.left -= bool(figures)
        if self.left or not figures:
            return
        if self.crash:
            raise ZeroDivisionError
        os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.parametrize("steps", [2, 11, 21, 30])  # in the tuning of sgd and of adam, in the race of sgd and of adam
def test_after_an_interruption_the_same_call_goes_on_to_the_same_record(pictures, raced, tmp_path, steps):
    with pytest.raises(Interrupted):
        race(pictures, BASE, FEW, folder=tmp_path / "race", progress=Interrupting(steps))
    assert contents(race(pictures, BASE, FEW, folder=tmp_path / "race")) == contents(raced)


def test_after_crashes_the_same_call_goes_on_to_the_same_record(pictures, raced, tmp_path):
    base = BASE.with_changes(checkpoint_steps=1)
    for steps in (1, 3, 7, 7, 7):
        with pytest.raises(ZeroDivisionError):
            race(pictures, base, FEW, folder=tmp_path, progress=Interrupting(steps, crash=True))
    found = contents(race(pictures, base, FEW, folder=tmp_path))
    assert {**found, "recipe": None} == {**contents(raced), "recipe": None}


def test_an_ended_race_answers_at_once_and_keeps_its_seconds(pictures, tmp_path, monkeypatch):
    first = race(pictures, BASE, FEW, folder=tmp_path)
    monkeypatch.setattr(module, "seconds_a_step", lambda recipe, images: pytest.fail("timed again"))
    again = race(pictures, BASE, FEW, folder=tmp_path, progress=Interrupting(1, crash=True))
    assert again.row() == first.row()
    monkeypatch.setattr(module, "seconds_a_step", lambda recipe, images: 0.5)
    (tmp_path / module.PACE).write_text("[damaged")
    assert race(pictures, BASE, FEW, folder=tmp_path).contestants[0].runs[0].seconds == 4.0
    with pytest.raises(ZeroDivisionError):
        race(pictures, BASE, FEW, folder=tmp_path, fresh=True, progress=Interrupting(1, crash=True))


def test_a_folder_of_somebody_elses_or_of_another_race_is_left_alone(pictures, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ModelError, match=r"exists and holds no race \(it holds notes\.txt\); choose another --run"):
        race(pictures, BASE, FEW, folder=tmp_path)
    race(pictures, BASE, replace(FEW, optimisers=("lbfgs",)), folder=tmp_path / "race")
    with pytest.raises(ModelError, match="holds another sweep"):
        race(pictures, BASE.with_changes(epochs=1), replace(FEW, optimisers=("lbfgs",)), folder=tmp_path / "race")


@pytest.mark.parametrize(
    ("changes", "rules", "message"),
    [
        ({"epochs": 0}, {}, "a race needs at least one epoch; got 0"),
        ({"start": "runs/a"}, {}, r"a race begins with the weights that each seed draws; leave out from \(runs/a\)"),
        ({}, {"seeds": 0}, "seeds must be a whole number of at least 1; got 0"),
        ({}, {"tuning_seeds": 0}, "tuning-seeds must be a whole number of at least 1; got 0"),
        ({}, {"rates": 4}, "rates must be an odd number"),
    ],
)
def test_wrong_rules_are_refused(pictures, changes, rules, message):
    with pytest.raises(ConfigError, match=message):
        race(pictures, BASE.with_changes(**changes), replace(FEW, **rules))
