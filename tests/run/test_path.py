"""What a run records of its path: nothing of the training changes for it, and nothing of it changes by an interruption."""

import json
import shutil

import pytest
import torch

from thalweg.core.errors import ModelError
from thalweg.core.progress import Silent
from thalweg.core.tree import flatten
from thalweg.optimise import OPTIMISERS
from thalweg.run.files import PATH
from thalweg.run.path_file import path_bytes, read_path
from thalweg.run.recipe import Recipe
from thalweg.run.run import open_run
from thalweg.run.state import FACTS, State
from thalweg.run.train import train

RECIPES = {
    "linear": {"epochs": 3, "batch": 60},
    "mlp": {
        "epochs": 3, "batch": 60, "score": {"name": "mlp", "widths": [6], "dropout": 0.2, "batch_norm": True}, "optimiser": "adam",
        "average": "ema",
    },
    "whole": {"epochs": 5, "optimiser": "lbfgs", "penalty": {"l2": 0.1}},
}  # fmt: skip


class PowerCut(Silent):
    def __init__(self, steps):
        self.left = steps

    def advance(self, count=1, **figures):
        self.left -= "loss" in figures
        if not self.left:
            raise RuntimeError("power cut")


@pytest.mark.parametrize("name", RECIPES)
def test_recording_leaves_the_training_bit_for_bit_as_it_is(pictures, name):
    recipe = Recipe.make(**RECIPES[name])
    with_path, without = train(pictures, recipe), train(pictures, recipe.with_changes(path_points=0))
    assert without.trajectory is None
    assert with_path.trajectory is not None
    assert with_path.metrics == without.metrics
    assert with_path.figures == without.figures
    assert with_path.model.to_bytes() == without.model.to_bytes()


def test_points_are_the_weights_before_steps_with_the_loss_of_their_batch_and_the_end(pictures):
    recipe = Recipe.make(epochs=2, batch=60, path_points=2, keep="last", optimiser={"name": "sgd", "rate": 0.1})
    run = train(pictures, recipe)
    path = run.trajectory
    assert path.steps == (0, 2, 4, 6, 8)
    assert path.epochs == (0.0, 0.5, 1.0, 1.5, 2.0)
    assert path.losses[-1] is None
    assert path.losses[0] == pytest.approx(2.302585, abs=0.05)  # log 10 at small weights
    assert torch.equal(flatten(path.points[-1].weights), flatten(run.start.params))
    half = train(pictures, recipe.with_changes(epochs=1))
    assert torch.equal(flatten(path.points[2].weights), flatten(half.start.params))


def test_the_path_is_of_the_trained_weights_where_the_model_is_their_average(pictures):
    recipe = Recipe.make(epochs=2, batch=60, keep="last", optimiser={"name": "sgd", "rate": 0.1}, average="polyak")
    run, plain = train(pictures, recipe), train(pictures, recipe.with_changes(average=None))
    assert path_bytes(run.trajectory) == path_bytes(plain.trajectory)
    assert not torch.equal(flatten(run.trajectory.points[-1].weights), flatten(run.start.params))


@pytest.mark.parametrize(("name", "steps"), [("linear", 3), ("linear", 7), ("mlp", 6), ("whole", 3)])
def test_a_path_that_was_interrupted_is_the_uninterrupted_one_bit_for_bit(pictures, tmp_path, name, steps, monkeypatch):
    monkeypatch.setattr("thalweg.core.trajectory.MOST", 8)
    monkeypatch.setattr("thalweg.core.trajectory.FEWEST", 4)
    recipe = Recipe.make(**RECIPES[name], checkpoint_steps=2)
    whole = train(pictures, recipe, folder=tmp_path / "whole")
    folder = tmp_path / "run"
    with pytest.raises(RuntimeError, match="power cut"):
        train(pictures, recipe, folder=folder, progress=PowerCut(steps))
    train(pictures, recipe.with_changes(path_points=1), folder=folder)  # as it was begun, so it goes on
    assert (folder / PATH).read_bytes() == (tmp_path / "whole" / PATH).read_bytes()
    assert path_bytes(open_run(folder).trajectory) == path_bytes(whole.trajectory)
    assert PATH in json.loads((folder / "manifest.json").read_bytes())["sha256"]


def test_a_damaged_path_is_named(pictures, tmp_path):
    folder = tmp_path / "run"
    train(pictures, Recipe.make(epochs=1), folder=folder)
    opened = open_run(folder)
    (folder / PATH).write_bytes(b"x" + (folder / PATH).read_bytes()[1:])
    with pytest.raises(ModelError, match=rf"{PATH}: not the path of a run"):
        _ = opened.trajectory
    with pytest.raises(ModelError, match=rf"{PATH}: SHA-256 is"):
        open_run(folder)
    (folder / PATH).unlink()
    with pytest.raises(ModelError, match=rf"{PATH}: cannot be read"):
        open_run(folder)


def test_another_file_is_no_path(pictures, tmp_path):
    run = train(pictures, Recipe.make(epochs=0), folder=tmp_path / "run")
    with pytest.raises(ModelError, match=r"model\.safetensors: not the path of a run"):
        read_path(run.folder / "model.safetensors")


def test_training_afresh_without_a_path_leaves_none_of_the_earlier_one(pictures, tmp_path):
    folder = tmp_path / "run"
    train(pictures, Recipe.make(epochs=1), folder=folder)
    again = train(pictures, Recipe.make(epochs=1, path_points=0), folder=folder, fresh=True)
    assert not (folder / PATH).exists()
    assert again.trajectory is None
    assert open_run(folder).trajectory is None


def test_the_path_says_nothing_of_what_comes_out(pictures, tmp_path):
    assert Recipe.make(path_points=0).fingerprint == Recipe().fingerprint
    # SHA-256 of the default recipe before paths were recorded: folders of then are found again
    assert Recipe().fingerprint == "f5d53669ed0c4fb18a19d9379c89be24cb18dcfc20519e6415415327d2969b17"
    old = Recipe().to_toml().replace("path_points = 4\n", "")
    assert Recipe.from_toml(old) == Recipe()


def test_a_checkpoint_and_a_folder_of_before_paths_were_recorded_are_read(pictures, tmp_path):
    folder = tmp_path / "run"
    recipe = Recipe.make(epochs=1, path_points=0)
    train(pictures, recipe, folder=folder)
    newest = sorted((folder / "checkpoints").iterdir())[-1]
    files = {name: (newest / name).read_bytes() for name in (FACTS, "state.safetensors")}
    facts = json.loads(files[FACTS])
    del facts["path"]
    state = State.from_files({**files, FACTS: json.dumps(facts).encode()}, device=torch.device("cpu"))
    assert state.path is None
    shutil.copytree(folder, tmp_path / "copy")
    assert train(pictures, recipe.with_changes(path_points=8), folder=tmp_path / "copy").trajectory is None


SMALL = {
    "exact": {"gap": 1e-9, "iterations": 1},
    "newton": {"iterations": 3, "rate": 0.1, "damping": 1.0},
    "saddle-free-newton": {"rate": 0.1},
}


@pytest.mark.parametrize("name", OPTIMISERS.names())
def test_no_optimiser_changes_the_weights_that_a_point_holds(pictures, name):
    batch = None if OPTIMISERS.get(name).full_batch else 120
    optimiser, penalty = {"name": name, **SMALL.get(name, {})}, {"l2": 1e-3} if name == "exact" else {}
    recipe = Recipe.make(epochs=2, batch=batch, keep="last", optimiser=optimiser, penalty=penalty, measure="validation")
    path, half = train(pictures, recipe).trajectory, train(pictures, recipe.with_changes(epochs=1)).trajectory
    place = path.epochs.index(1.0)
    assert torch.equal(path.tensor()[: place + 1], half.tensor())
