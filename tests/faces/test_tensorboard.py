"""Event files say what the log says, by TensorBoard's own reader; they change nothing, and survive resuming and a full disk."""

import sys
import warnings

import numpy as np
import pytest

import thalweg as tw
from thalweg.core.errors import ConfigError, StorageError
from thalweg.core.progress import Silent
from thalweg.evidence import templates
from thalweg.faces import tensorboard
from thalweg.views import templates as view

pytest.importorskip("tensorboardX")
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # TensorBoard's own imports
    reader = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")

SETTINGS = {"epochs": 3, "penalty": {"l2": 1e-3}, "checkpoint_steps": 1}


def read(folder):
    found = reader.EventAccumulator(str(folder), size_guidance=dict.fromkeys(("scalars", "images", "histograms", "tensors"), 0))
    return found.Reload()


def only(folder):
    (found,) = folder.iterdir()
    return found


@pytest.fixture(scope="module")
def logged(tmp_path_factory):
    folder = tmp_path_factory.mktemp("logs")
    return tw.train("digits", tensorboard=folder, **SETTINGS), only(folder)


def test_figures_are_those_of_the_log_at_its_steps(logged):
    run, folder = logged
    found = read(folder)
    for part in ("train", "validation"):
        for name in ("loss", "penalty", "total", "accuracy"):
            told = [(event.step, event.value) for event in found.Scalars(f"{name}/{part}")]
            assert [step for step, _ in told] == [row.step for row in run.metrics]
            assert [value for _, value in told] == pytest.approx([getattr(getattr(row, part), name) for row in run.metrics])
    assert [event.value for event in found.Scalars("rate")] == pytest.approx([row.rate for row in run.metrics])
    assert [event.value for event in found.Scalars("epoch")] == [0, 1, 2, 3]


def test_weights_are_there_as_pictures_and_as_histograms(logged):
    run, folder = logged
    found = read(folder)
    drawn = view.draw(templates.measure(run.model.first_weight, (8, 8, 1), run.classes))
    for place, picture in enumerate(drawn.pictures):
        events = found.Images(f"templates/{place:03}_{place}")
        assert len(events) == 4
        assert events[-1].encoded_image_string == picture.png  # the last epoch's weights are the kept ones here
    last = found.Histograms("weights/weight")[-1].histogram_value
    trained = run.start.params["weight"].numpy()
    assert (last.min, last.max, last.num) == (pytest.approx(trained.min()), pytest.approx(trained.max()), trained.size)


def test_looking_on_changes_no_bit(logged):
    run, _ = logged
    plain = tw.train("digits", **SETTINGS)
    assert plain.model.to_bytes() == run.model.to_bytes()
    assert (plain.metrics, plain.recipe.fingerprint) == (run.metrics, run.recipe.fingerprint)


class Killed(Silent):
    def say(self, line):
        if line.startswith("epoch 2"):
            raise RuntimeError("killed")


def test_a_resumed_run_repeats_no_step(tmp_path):
    logs = tmp_path / "logs"
    with pytest.raises(RuntimeError, match="killed"):
        tw.train("digits", folder=tmp_path / "run", tensorboard=logs, progress=Killed(), **SETTINGS)
    assert [event.step for event in read(only(logs)).Scalars("loss/train")] == [0, 11, 22]
    run = tw.train("digits", folder=tmp_path / "run", tensorboard=logs, **SETTINGS)
    found = read(only(logs))
    for steps in (found.Scalars("loss/train"), found.Histograms("weights/bias"), found.Images("templates/000_0")):
        assert [event.step for event in steps] == [row.step for row in run.metrics]
    tw.train("digits", folder=tmp_path / "run", tensorboard=tmp_path / "later", **SETTINGS)  # it had ended: its log is written
    assert [event.step for event in read(only(tmp_path / "later")).Scalars("loss/train")] == [0, 11, 22, 33]
    tw.train("digits", folder=tmp_path / "run", tensorboard=logs, fresh=True, **SETTINGS)
    assert [event.step for event in read(only(logs)).Scalars("loss/train")] == [0, 11, 22, 33]


def test_where_the_disk_is_full_training_goes_on_and_says_so(tmp_path, monkeypatch):
    said = []

    class Listening(Silent):
        def say(self, line):
            said.append(line)

    def full(self):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tensorboard.Events, "flush", full)
    run = tw.train("digits", tensorboard=tmp_path / "logs", progress=Listening(), epochs=2)
    assert run.complete
    assert sum("nothing more is written" in line and "No space left" in line for line in said) == 1


def test_without_the_library_one_line_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboardX.event_file_writer", None)
    with pytest.raises(ConfigError, match=r"pip install 'thalweg\[tensorboard\]'"):
        tw.train("digits", folder=tmp_path / "run", tensorboard=tmp_path / "logs", epochs=1)
    assert not (tmp_path / "run").exists()


def test_a_folder_that_cannot_be_made_is_said_before_training(tmp_path):
    (tmp_path / "logs").write_text("")
    with pytest.raises(StorageError, match="logs"):
        tw.train("digits", tensorboard=tmp_path / "logs", epochs=1)


@pytest.mark.slow
def test_every_member_of_a_sweep_has_a_folder(tmp_path):
    given = {"rate": [0.01, 0.1], "epochs": 1, "folder": tmp_path / "sweep"}
    swept = tw.sweep("digits", tensorboard=tmp_path / "logs", **given)
    folders = sorted(only(tmp_path / "logs").iterdir())
    assert [folder.name for folder in folders] == ["0000", "0001"]
    for folder, result in zip(folders, swept.results, strict=True):
        told = [event.value for event in read(folder).Scalars("accuracy/validation")]
        assert told == pytest.approx([row.validation.accuracy for row in result.rows])
    tw.sweep("digits", tensorboard=tmp_path / "later", **given)
    assert len(list(only(tmp_path / "later").iterdir())) == 2


def test_settings_are_told_by_name():
    found = tensorboard.flat_settings(tw.Recipe.model_validate({"penalty": [{"name": "l2", "strength": 0.5}]}))
    assert found["penalty.l2.strength"] == 0.5
    assert found["optimiser.name"]
    assert found["prepare.name"] == "scale"
    assert not [value for value in found.values() if not isinstance(value, str | float)]
    assert np.isfinite([value for value in found.values() if isinstance(value, float)]).all()


def test_names_stay_in_their_folder():
    assert tensorboard.tag("../../etc") == "_.._etc"
    assert tensorboard.tag("a/b\x1b") == "a_b_x1b"
