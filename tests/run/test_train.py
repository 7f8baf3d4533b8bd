"""A folder remembers what was trained in it; every entry of every catalogue trains and leaves strict JSON."""

import dataclasses
import hashlib
import json
import math
import shutil

import numpy as np
import pytest
import torch

from thalweg.core.errors import BusyError, ConfigError, DataError, ModelError, StorageError
from thalweg.core.imageset import Split
from thalweg.core.outcome import Ending
from thalweg.core.progress import Silent
from thalweg.prepare import PREPARATIONS
from thalweg.run.checkpoint_folder import CheckpointFolder
from thalweg.run.recipe import CATALOGUES, Recipe
from thalweg.run.run import open_run
from thalweg.run.store import Store
from thalweg.run.train import train
from thalweg.run.versions import versions

QUICK = {"epochs": 2, "batch": 60}


class Lines(Silent):
    def __init__(self):
        self.lines = []

    def say(self, line):
        self.lines.append(line)


class Interrupt(Silent):
    """Raises in the training process after so many steps, as a crash would that leaves Python alive."""

    def __init__(self, steps):
        self.left = steps

    def advance(self, count=1, **figures):
        if "loss" in figures:
            self.left -= 1
            if self.left == 0:
                raise RuntimeError("power cut")


def make(**settings):
    return Recipe.make(**{**QUICK, **settings})


def contents(folder, *, without=()):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in (".lock", *without)
    }


def strict(folder):
    """Read every JSON file of a run as strict JSON; return the manifest."""

    def refuse(word):
        raise AssertionError(f"{word} is no JSON")

    for path in [*folder.rglob("*.json"), *folder.rglob("*.jsonl")]:
        for line in path.read_text().splitlines() if path.suffix == ".jsonl" else [path.read_text()]:
            json.loads(line, parse_constant=refuse)
    return json.loads((folder / "manifest.json").read_text())


def check(run, folder, pictures):
    """What must be true of any run in a folder."""
    strict(folder)
    again = open_run(folder)
    assert again.metrics == run.metrics
    assert again.outcome == run.outcome
    assert again.figures == run.figures
    assert again.recipe == run.recipe
    assert np.array_equal(again.scores(pictures.images), run.scores(pictures.images))
    for part in run.figures.values():
        assert all(math.isfinite(value) for value in dataclasses.astuple(part))
        assert 0 <= part.accuracy <= 1
        assert part.total == part.loss + part.penalty
    return again


@pytest.mark.parametrize("name", CATALOGUES["optimiser"].names())
def test_every_optimiser_trains(pictures, tmp_path, name):
    small = {"newton": {"iterations": 5, "rate": 0.1, "damping": 1.0}, "saddle-free-newton": {"rate": 0.1}}.get(name, {})
    full = CATALOGUES["optimiser"].get(name).full_batch
    aims = CATALOGUES["optimiser"].get(name).reached is not None
    more = {"penalty": {"l2": 1e-3}} if aims else {}
    run = train(pictures, make(optimiser={"name": name, **small}, batch=None if full else 60, **more), folder=tmp_path / "run")
    assert run.outcome.ending is (Ending.CONVERGED if aims else Ending.FINISHED)
    assert [row.epoch for row in run.metrics] == ([0, 1] if aims else [0, 1, 2])
    assert min(row.train.loss for row in run.metrics[1:]) < run.metrics[0].train.loss
    check(run, tmp_path / "run", pictures)


@pytest.mark.parametrize("name", [each.name for each in CATALOGUES["optimiser"] if each.full_batch and each.reached is None])
def test_every_whole_set_optimiser_trains_a_network_in_chunks(pictures, name, monkeypatch):
    monkeypatch.setattr("thalweg.run.batches.CHUNK_NUMBERS", 64 * 100)
    small = {"newton": {"iterations": 3, "rate": 0.1, "damping": 1.0}, "saddle-free-newton": {"rate": 0.1}}.get(name, {})
    run = train(pictures, make(optimiser={"name": name, **small}, batch=None, score={"name": "mlp", "widths": [6], "activation": "tanh"}))
    assert run.outcome.ending is Ending.FINISHED
    assert min(row.train.loss for row in run.metrics[1:]) <= run.metrics[0].train.loss


@pytest.mark.parametrize("name", [n for n in CATALOGUES["optimiser"].names() if CATALOGUES["optimiser"].get(n).proximal])
def test_every_proximal_optimiser_makes_zeros(pictures, name):
    batch = None if CATALOGUES["optimiser"].get(name).full_batch else 20
    run = train(pictures, make(optimiser=name, penalty={"l1": 10.0}, keep="last", batch=batch))
    assert run.outcome.ending in (Ending.FINISHED, Ending.CONVERGED)
    assert (run.model.first_weight == 0).mean() > 0.5
    assert run.figures["train"].penalty == run.penalty


@pytest.mark.parametrize("loss", CATALOGUES["loss"].names())
@pytest.mark.parametrize(
    "score",
    ["linear", {"name": "mlp", "widths": [8], "batch_norm": True}, {"name": "cnn", "channels": [4]}, {"name": "resnet", "width": 2}],
    ids=lambda score: score if isinstance(score, str) else score["name"],
)
def test_every_score_and_loss_trains(pictures, tmp_path, score, loss):
    recipe = make(score=score, loss=loss, optimiser={"name": "adam", "rate": 0.01}, penalty={"l2": 1e-4}, batch=24)
    run = check(train(pictures, recipe, folder=tmp_path / "run"), tmp_path / "run", pictures)
    assert run.metrics[-1].train.loss < run.metrics[0].train.loss
    if run.model.probabilities:
        assert np.allclose(run.probabilities(pictures.images[:5]).sum(1), 1)
    else:
        with pytest.raises(ConfigError, match=f"loss '{loss}' gives scores, not probabilities; train with loss softmax to have them"):
            run.probabilities(pictures.images[:5])


OTHERS = [(field, name) for field in ("prepare", "augment", "penalty", "schedule", "average") for name in CATALOGUES[field].names()]


@pytest.mark.parametrize(("field", "name"), OTHERS, ids=lambda value: value)
@pytest.mark.parametrize("precision", ["fp32", "bf16", "fp64"])
def test_every_other_entry_trains_in_every_precision(pictures, tmp_path, field, name, precision):
    score = {"name": "mlp", "widths": [6], "batch_norm": True}
    recipe = make(**{field: name if field == "average" else [name]}, score=score, optimiser="sgd", precision=precision, epochs=1)
    run = check(train(pictures, recipe, folder=tmp_path / "run"), tmp_path / "run", pictures)
    assert run.outcome.ending is Ending.FINISHED


@pytest.mark.parametrize("name", PREPARATIONS.names())
def test_the_figures_of_the_model_are_those_of_the_last_row(pictures, name):
    """The folded model on raw pixels in float32 against the module on prepared ones."""
    run = train(pictures, make(prepare=[name], keep="last", optimiser={"name": "sgd", "rate": 1e-4}, penalty={"l2": 0.1}))
    for part in ("train", "validation"):
        row, figures = getattr(run.metrics[-1], part), run.figures[part]
        assert figures.loss == pytest.approx(row.loss, rel=1e-4)
        assert figures.penalty == pytest.approx(row.penalty, rel=1e-5)
        assert figures.accuracy == pytest.approx(row.accuracy, abs=0.02)
    assert set(run.figures) == {"train", "validation", "test"}


def test_in_memory_and_in_a_folder_are_the_same(pictures, tmp_path):
    one, two = train(pictures, make()), train(pictures, make(), folder=tmp_path / "run")
    assert one.metrics == two.metrics
    assert one.figures == two.figures
    assert one.model.to_bytes() == two.model.to_bytes()
    assert (one.folder, two.folder) == (None, tmp_path / "run")


def test_the_same_command_again_returns_the_same_and_writes_nothing(pictures, tmp_path):
    folder = tmp_path / "run"
    first = train(pictures, make(), folder=folder)
    before, shown = contents(folder), Lines()
    again = train(pictures, make(checkpoint_steps=7), folder=folder, progress=shown)
    assert contents(folder) == before
    assert again.metrics == first.metrics
    assert again.seconds == first.seconds
    assert shown.lines == [f"{folder} has ended already (finished); --fresh trains it again."]


def test_fresh_trains_again_and_keeps_strangers_files(pictures, tmp_path):
    folder = tmp_path / "run"
    first = train(pictures, make(), folder=folder)
    (folder / "notes.txt").write_text("mine")
    again = train(pictures, make(), folder=folder, fresh=True)
    assert again.metrics == first.metrics
    assert again.seconds != first.seconds
    other = train(pictures, make(seed=1), folder=folder, fresh=True)
    assert other.metrics != first.metrics
    assert open_run(folder).recipe.seed == 1
    assert (folder / "notes.txt").read_text() == "mine"


def test_another_recipe_is_refused_with_what_differs_and_nothing_changes(pictures, tmp_path):
    folder = tmp_path / "run"
    train(pictures, make(), folder=folder)
    before = contents(folder)
    with pytest.raises(ModelError) as caught:
        train(pictures, make(seed=4, epochs=3), folder=folder)
    assert str(caught.value) == (
        f"{folder} holds a run of another recipe (seed: 0 there, 4 here; epochs: 2 there, 3 here). Choose another --run, or --fresh."
    )
    assert contents(folder) == before


CHANGES = {
    "seed": 9, "loss": "svm-max", "optimiser": {"rate": 0.051, "name": "momentum"}, "penalty": {"l2": 1e-9}, "prepare": [],
    "schedule": ["cosine"], "average": "ema", "clip": 1e9, "precision": "fp32", "keep": "last", "data": {"test": 0.21},
}  # fmt: skip


@pytest.mark.parametrize("field", CHANGES)
def test_every_setting_that_matters_is_compared(pictures, tmp_path, field):
    folder = tmp_path / "run"
    train(pictures, make(epochs=0), folder=folder)
    with pytest.raises(ModelError, match=rf"\({field}: "):
        train(pictures, make(epochs=0, **{field: CHANGES[field]}), folder=folder)


def test_other_pictures_and_another_split_are_refused_and_nothing_changes(pictures, tmp_path):
    folder = tmp_path / "run"
    train(pictures, make(), folder=folder)
    before = contents(folder)
    with pytest.raises(ModelError, match="was trained on other pictures than digits holds now"):
        train(dataclasses.replace(pictures, fingerprint="other"), make(), folder=folder)
    split = pictures.split
    swapped = Split(train=split.train, validation=split.test, test=split.validation)
    with pytest.raises(ModelError, match="was trained on another split of digits"):
        train(dataclasses.replace(pictures, split=swapped), make(), folder=folder)
    assert contents(folder) == before


@pytest.mark.parametrize("steps", [1, 4, 5, 9])
def test_a_run_that_broke_off_is_gone_on_with(pictures, tmp_path, steps):
    recipe = make(
        epochs=3,
        checkpoint_steps=2,
        score={"name": "mlp", "widths": [6], "dropout": 0.2, "batch_norm": True},
        average="ema",
        optimiser="adam",
    )
    whole = train(pictures, recipe, folder=tmp_path / "whole")
    folder = tmp_path / "run"
    with pytest.raises(RuntimeError, match="power cut"):
        train(pictures, recipe, folder=folder, progress=Interrupt(steps))
    with pytest.raises(ModelError, match="training has not come to an end here"):
        open_run(folder)
    shown = Lines()
    run = train(pictures, recipe, folder=folder, progress=shown)
    assert run.metrics == whole.metrics
    assert run.outcome == whole.outcome
    assert run.figures == whole.figures
    for name in ("model.safetensors", "metrics.jsonl", "recipe.toml"):
        assert (folder / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    assert any(line.startswith("going on from step") for line in shown.lines) == (steps > 2)


def test_the_log_goes_back_with_the_checkpoint_before_anything_is_added(pictures, tmp_path):
    folder, recipe = tmp_path / "run", make(epochs=3, checkpoint_minutes=0.0)
    with pytest.raises(RuntimeError, match="power cut"):
        train(pictures, recipe, folder=folder, progress=Interrupt(9))
    assert [row.epoch for row in Store(folder).log()] == [0, 1, 2]
    with pytest.raises(RuntimeError, match="power cut"):
        train(pictures, recipe, folder=folder, progress=Interrupt(5))
    assert [row.epoch for row in Store(folder).log()] == [0, 1]


def test_a_damaged_newest_checkpoint_costs_time_and_nothing_else(pictures, tmp_path):
    recipe = make(epochs=3, checkpoint_steps=2)
    whole = train(pictures, recipe, folder=tmp_path / "whole")
    folder = tmp_path / "run"
    with pytest.raises(RuntimeError, match="power cut"):
        train(pictures, recipe, folder=folder, progress=Interrupt(9))
    newest = sorted((folder / "checkpoints").iterdir())[-1]
    data = bytearray((newest / "state.safetensors").read_bytes())
    data[-1] ^= 1
    (newest / "state.safetensors").write_bytes(data)
    shown = Lines()
    run = train(pictures, recipe, folder=folder, progress=shown)
    assert shown.lines[0].startswith(f"checkpoint {newest} set aside: ")
    assert run.metrics == whole.metrics
    assert (folder / "model.safetensors").read_bytes() == (tmp_path / "whole" / "model.safetensors").read_bytes()


def test_a_disk_that_fills_up_leaves_a_run_to_go_on_with(pictures, tmp_path, monkeypatch):
    recipe = make(epochs=3, checkpoint_steps=2)
    whole = train(pictures, recipe, folder=tmp_path / "whole")
    real = CheckpointFolder.save

    def full(store, state):
        if state.step > 5:
            raise StorageError("cannot write: the disk is full")
        real(store, state)

    with monkeypatch.context() as patch:
        patch.setattr(CheckpointFolder, "save", full)
        with pytest.raises(StorageError):
            train(pictures, recipe, folder=tmp_path / "run")
    run = train(pictures, recipe, folder=tmp_path / "run")
    assert run.metrics == whole.metrics
    assert run.model.to_bytes() == whole.model.to_bytes()


def test_a_run_that_is_being_trained_is_left_alone(pictures, tmp_path):
    folder = tmp_path / "run"
    with Store(folder).locked(), pytest.raises(BusyError, match="already being trained by process"):
        train(pictures, make(), folder=folder)


@pytest.mark.parametrize("keep", ["best", "last"])
@pytest.mark.parametrize("loss", ["svm-sum-squared", "softmax"])
@pytest.mark.parametrize("rate", [1e6, 1e30])
def test_divergence_leaves_a_finite_run_that_opens(pictures, tmp_path, keep, loss, rate):
    folder = tmp_path / "run"
    recipe = make(
        loss=loss, optimiser={"name": "momentum", "rate": rate}, keep=keep, penalty={"l2": 1e-4}, score={"name": "mlp", "widths": [5]}
    )
    run = check(train(pictures, recipe, folder=folder), folder, pictures)
    assert run.outcome.ending is Ending.DIVERGED
    assert run.outcome.exit_code == 4
    state, problems = Store(folder).checkpoints.load(device=torch.device("cpu"))
    assert not problems
    assert all(torch.isfinite(tensor).all() for tensor in state.params.values())
    assert train(pictures, recipe, folder=folder).outcome == run.outcome


def test_a_start_that_is_not_finite_is_a_mistake_in_the_recipe(pictures, tmp_path):
    recipe = make(score={"name": "linear", "init": "normal", "scale": 1e38}, prepare=[])
    with pytest.raises(ConfigError, match=r"not finite .*: use a smaller initial scale, or --prepare standardise"):
        train(pictures, recipe, folder=tmp_path / "run")


@pytest.fixture
def trained(pictures, tmp_path):
    return train(pictures, make(optimiser="sgd", prepare=["standardise"]), folder=tmp_path / "first")


def test_a_run_starts_from_another_runs_weights_and_preparation(pictures, trained, tmp_path):
    recipe = make(optimiser="sgd", prepare=["standardise"], start=str(trained.folder), epochs=1)
    changed = dataclasses.replace(pictures, images=255 - pictures.images, fingerprint="negatives")
    run = train(pictures, recipe, folder=tmp_path / "second")
    assert run.metrics[0].train.loss == pytest.approx(trained.figures["train"].loss, rel=1e-5)
    assert run.metrics[1].train.loss < run.metrics[0].train.loss
    other = train(changed, recipe)
    first, _ = Store(trained.folder).checkpoints.load(device=torch.device("cpu"))
    second, _ = Store(tmp_path / "second").checkpoints.load(device=torch.device("cpu"))
    assert all(torch.equal(first.chain[name], second.chain[name]) for name in first.chain), "fitted once, on the first pictures"
    expected = trained.evaluate(changed)["train"].loss
    assert other.metrics[0].train.loss == pytest.approx(expected, rel=1e-4)


def test_a_run_that_starts_from_another_is_gone_on_with_as_well(pictures, trained, tmp_path):
    recipe = make(optimiser="sgd", prepare=["standardise"], start=str(trained.folder), checkpoint_steps=1)
    whole = train(pictures, recipe, folder=tmp_path / "whole")
    with pytest.raises(RuntimeError, match="power cut"):
        train(pictures, recipe, folder=tmp_path / "run", progress=Interrupt(3))
    assert train(pictures, recipe, folder=tmp_path / "run").model.to_bytes() == whole.model.to_bytes()


def test_a_start_is_the_kept_average_with_its_own_statistics(pictures, tmp_path):
    """With keep = last the kept weights are the average's, and batch-norm statistics are those made anew for it."""
    score = {"name": "mlp", "widths": [8], "batch_norm": True}
    first = train(pictures, make(score=score, average="polyak", keep="last", precision="fp32"), folder=tmp_path / "first")
    second = train(pictures, make(score=score, start=str(first.folder), precision="fp32", epochs=0))
    assert second.metrics[0].train.loss == pytest.approx(first.figures["train"].loss, rel=1e-5)


def test_a_start_from_a_diverged_run_is_its_model(pictures, tmp_path):
    recipe = make(loss="svm-sum-squared", optimiser={"name": "sgd", "rate": 1e6}, keep="last")
    first = train(pictures, recipe, folder=tmp_path / "first")
    assert first.outcome.ending is Ending.DIVERGED
    second = train(pictures, make(loss="svm-sum-squared", start=str(first.folder), epochs=0))
    assert second.metrics[0].train.loss == pytest.approx(first.figures["train"].loss, rel=1e-5)


def test_starts_that_do_not_fit_are_refused(pictures, trained, tmp_path):
    start = {"start": str(trained.folder), "prepare": ["standardise"]}
    with pytest.raises(ConfigError, match=r"first has score \[\{'name': 'linear', .*to go on they must be equal"):
        train(pictures, make(score="mlp", **start))
    with pytest.raises(ConfigError, match=r"first has prepare .*to go on they must be equal"):
        train(pictures, make(start=str(trained.folder)))
    with pytest.raises(ModelError, match="no such folder"):
        train(pictures, make(start=str(tmp_path / "nowhere")))
    fewer = dataclasses.replace(pictures, classes=(*pictures.classes[:9], "eleven"))
    with pytest.raises(DataError, match="class 'eleven' is not among the declared classes"):
        train(fewer, make(**start))
    shutil.rmtree(trained.folder / "checkpoints")
    with pytest.raises(ModelError, match="no checkpoint that verifies, so there is nothing to continue from"):
        train(pictures, make(**start))


@pytest.mark.parametrize("prepare", [["scale"], [{"name": "standardise", "per": "pixel"}]])
@pytest.mark.parametrize("score", ["linear", {"name": "mlp", "widths": [4]}])
def test_a_start_on_pictures_of_another_size_is_refused(pictures, tmp_path, prepare, score):
    first = train(pictures, make(prepare=prepare, score=score, epochs=0), folder=tmp_path / "first")
    smaller = dataclasses.replace(pictures, images=pictures.images[:, :6, :6].copy(), fingerprint="small")
    with pytest.raises(DataError, match="6"):
        train(smaller, make(prepare=prepare, score=score, start=str(first.folder)))


def test_classes_declared_up_front_may_be_missing_from_the_data(pictures, tmp_path):
    names = (*map(str, reversed(range(10))), "ten")
    run = check(train(pictures, make(classes=names), folder=tmp_path / "run"), tmp_path / "run", pictures)
    assert run.classes == names
    assert run.scores(pictures.images[:3]).shape == (3, 11)
    assert run.metrics[0].train.loss == pytest.approx(math.log(11), rel=0.1)
    assert run.figures["train"].accuracy > 0.3
    assert run.predict(pictures.images[:50]).max() <= 10
    few = {name: figures.accuracy for name, figures in run.evaluate(pictures).items()}
    assert few == {name: figures.accuracy for name, figures in run.figures.items()}
    with pytest.raises(DataError, match="class '9' is not among the declared classes"):
        train(pictures, make(classes=names[1:]))


@pytest.mark.parametrize("rows", [1, 2, 3])
@pytest.mark.parametrize("batch_norm", [False, True])
def test_very_few_examples_train_or_say_why_not(pictures, rows, batch_norm):
    split = Split(train=pictures.split.train[:rows], validation=np.zeros(0, dtype=np.int64), test=np.zeros(0, dtype=np.int64))
    few = dataclasses.replace(pictures, split=split)
    recipe = make(score={"name": "mlp", "widths": [4], "batch_norm": batch_norm}, batch=1 if not batch_norm else 2)
    if rows == 1 and batch_norm:
        with pytest.raises((ConfigError, DataError), match=r"batch.norm"):
            train(few, recipe)
    else:
        run = train(few, recipe)
        assert set(run.figures) == {"train"}
        assert run.metrics[0].validation is None


def test_batch_norm_with_batches_of_one_is_refused_before_training(pictures):
    with pytest.raises((ConfigError, DataError), match=r"batch.norm"):
        train(pictures, make(score={"name": "mlp", "widths": [4], "batch_norm": True}, batch=1))


def test_versions_name_what_decides_bits():
    assert set(versions()) == {"thalweg", "python", "torch", "numpy", "machine"}


@pytest.mark.parametrize("victim", ["manifest.json", "recipe.toml"])
def test_a_folder_whose_records_are_damaged_is_refused_in_one_line(pictures, tmp_path, victim):
    folder = tmp_path / "run"
    train(pictures, make(epochs=0), folder=folder)
    data = (folder / victim).read_bytes()
    for content in (b"", data[: len(data) // 2], b"\xff" + data[1:], b'{"data": {}}', b'{"data": 3}', b'{"data": {}, "outcome": {}}'):
        (folder / victim).write_bytes(content)
        with pytest.raises((ModelError, ConfigError)) as caught:
            train(pictures, make(epochs=0), folder=folder)
        assert "\n" not in str(caught.value)
        assert str(folder) in str(caught.value)
