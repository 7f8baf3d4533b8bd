"""`thalweg export` and `tw.export`: what is written where, what is refused, and that nothing wrong ever appears."""

import importlib.util
import json
import re
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

import thalweg as tw
from thalweg.core.errors import ConfigError, DataError, ModelError
from thalweg.faces.export import FORMATS, _choice
from thalweg.faces.export._check import answers_of, compare, draw_sample
from thalweg.sklearn import ThalwegClassifier


@pytest.fixture(scope="module")
def run(digits, tmp_path_factory):
    return tw.train(digits, folder=tmp_path_factory.mktemp("run") / "r", epochs=0)


@pytest.fixture
def without_onnx(monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "onnxscript" else found(name))


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_command_writes_files_and_a_card_and_says_how_near_they_are(ask, here, run):
    answer = ask("export", str(run.folder), "--numpy", "out/net.py", "--safetensors", "out/net.safetensors", "--quiet")
    assert answer.code == 0
    assert names(here / "out") == ["README.md", "net.npz", "net.py", "net.safetensors"]
    assert re.search(r"out/net.py, out/net.npz +[\d,]+ +\S+e-0[678] ", answer.out)
    assert "scores compared with the run's on 359 test, 144 validation and 497 train" in answer.out
    again = ask("export", str(run.folder), "--numpy", "out/net.py", "--json", "--check", "20", "--no-card")
    (file,) = again.json["files"]
    assert (file["check"]["examples"], file["check"]["parts"]["test"], file["beside"]) == (20, 20, ["out/net.npz"])
    assert file["check"]["difference"] <= file["check"]["allowed"] == file["check"]["tolerance"] == 1e-5
    assert again.json["cards"] == []


def test_a_folder_gets_everything_that_suits(run, here, without_onnx):
    found = tw.export(run, "out", check=50)
    assert names(here / "out") == [
        "README.md", "config.json", "model.safetensors", "model_numpy.npz", "model_numpy.py", "model_torch.pt", "model_torch.py",
    ]  # fmt: skip
    assert found.notes == ("no onnx: it needs onnxscript: pip install 'thalweg[onnx]'",)
    config = json.loads((here / "out/config.json").read_text())
    assert config["id2label"]["3"] == "3"
    assert config["label2id"]["3"] == 3
    card = (here / "out/README.md").read_text()
    assert "`model_torch.py`" in card
    assert "model.onnx" not in card
    before = {path.name: path.read_bytes() for path in (here / "out").iterdir()}
    tw.export(run, "out", check=50)
    assert {path.name: path.read_bytes() for path in (here / "out").iterdir()} == before


def test_what_is_missing_is_named_with_its_extra(run, here, without_onnx):
    with pytest.raises(ConfigError, match=r"--onnx needs onnxscript, which is not installed: pip install 'thalweg\[onnx\]'"):
        tw.export(run, onnx="net.onnx")


def test_what_is_no_export_is_left_alone(ask, here, run):
    (here / "net.py").write_text("import thalweg\n")
    (here / "README.md").write_text("# mine\n")
    answer = ask("export", str(run.folder), "--numpy", "net.py", "--quiet")
    assert answer.code == 2
    assert "net.py is there already and is no export; choose another name, or replace it with --force." in answer.err
    assert names(here) == ["README.md", "net.py"]
    assert ask("export", str(run.folder), "--numpy", "net.py", "--quiet", "--force").code == 0
    assert (here / "README.md").read_text() == "# mine\n"
    assert "library_name: thalweg" in (here / "MODEL_CARD.md").read_text()
    (here / "other.npz").write_bytes(b"mine")
    assert ask("export", str(run.folder), "--numpy", "other.py", "--quiet").code == 2
    assert (here / "other.npz").read_bytes() == b"mine"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "say what to write: a folder for everything that suits (thalweg export RUN DIR), or files (--numpy PATH, --onnx PATH"),
        (("out", "--numpy", "net.py"), "give a folder for everything, or a file for each format"),
        (("--numpy", "net.txt"), "--numpy: the file's name must end in .py; got 'net.txt'."),
        (("--torch", "net"), "--torch: the file's name must end in .py or .pt2; got 'net'."),
        (("--numpy", "net.py", "--torch", "net.py"), "two files of this export would be net.py; give them different names."),
        (("--numpy", "numpy.py"), "a file called numpy.py would hide the Python module of that name; choose another."),
        (("--torch", "io.py"), "a file called io.py would hide the Python module of that name; choose another."),
        (("--numpy", "net.py", "--check", "0"), "check must be a whole number in [1, inf)"),
    ],
)
def test_what_makes_no_sense_is_refused(ask, here, run, words, said):
    answer = ask("export", str(run.folder), *words, "--quiet")
    assert answer.code == 2
    assert said in answer.err
    assert names(here) == []


def test_a_folder_in_the_way_and_an_unknown_format(run, here):
    (here / "net.py").mkdir()
    with pytest.raises(ConfigError, match=r"net\.py is a folder; give the name of a file"):
        tw.export(run, numpy="net.py")
    with pytest.raises(ConfigError, match=r"unknown export format 'nump'\. Did you mean 'numpy'"):
        tw.export(run, nump="net.py")
    (here / "file").write_text("x")
    with pytest.raises(ConfigError, match="file is a file; give a folder"):
        tw.export(run, "file")


def test_the_run_s_own_folder_is_left_alone(run):
    for options in ({"folder": run.folder}, {"safetensors": run.folder / "model.safetensors"}):
        with pytest.raises(ConfigError, match=r"would lie in the run's own folder, beside the files of the run; choose another"):
            tw.export(run, force=True, **options)
    tw.open(run.folder)


def test_a_file_that_answers_otherwise_never_appears(run, here, monkeypatch):
    entry = FORMATS.get("numpy")

    def wrong(run, name):
        contents = entry.write(run, name)
        return {**contents, name: contents[name].replace(b"    return x\n", b"    return x + np.float32(0.001)\n", 1)}

    monkeypatch.setattr(_choice, "FORMATS", {"numpy": replace(entry, write=wrong)})
    with pytest.raises(
        ModelError, match=r"net\.py: its scores differ from the run's by up to 0\.001, where .* allowed\. Nothing was written"
    ):
        tw.export(run, numpy="net.py")
    assert names(here) == []


def test_the_check_sees_scores_probabilities_and_classes(run, digits):
    sample = draw_sample(run, 30, digits)

    def answering(**changes):
        def answers(images):
            rows = [np.flatnonzero((sample.images == image).all((1, 2, 3)))[0] for image in images]
            right = type(sample.expected)(*(part[rows] for part in sample.expected))
            return right._replace(**{name: change(getattr(right, name)) for name, change in changes.items()})

        return answers

    assert compare(answering(), sample, tolerance=1e-5).difference == 0
    for changes, said in [
        ({"scores": lambda x: x * np.float32(np.nan)}, "scores differ"),
        ({"scores": lambda x: x[:, :-1]}, "it answers with scores"),
        ({"probabilities": lambda x: x + 1e-3}, "its probabilities differ"),
        ({"probabilities": lambda x: None}, "its probabilities differ"),
        ({"numbers": lambda x: (x + 1) % 10}, "the class it gives is not the one with the highest"),
    ]:
        with pytest.raises(ModelError, match=said):
            compare(answering(**changes), sample, tolerance=1e-5)


def test_where_single_precision_is_coarse_the_bound_is_the_run_s_own_rounding(run, digits):
    weight = torch.full((10, 64), 1e6)
    module = deepcopy(run.model.module)
    with torch.no_grad():
        module.weight.copy_(weight + module.weight)
        module.bias.copy_(-weight[:, 0] * float(digits.images[:100].sum((1, 2, 3), dtype=np.float64).mean()))
    coarse = replace(run, model=replace(run.model, module=module))
    sample = draw_sample(coarse, 50, digits)
    exact = sample.images.reshape(50, -1).astype(np.float64) @ module.weight.detach().double().numpy().T
    exact += module.bias.detach().double().numpy()
    assert sample.rounding == pytest.approx(np.abs(sample.expected.scores - exact).max(), rel=1e-6)
    assert sample.rounding > 1

    def answers(images):
        return answers_of(coarse.scores(images), probabilities=True)

    assert compare(answers, sample, tolerance=1e-5).allowed == 8 * sample.rounding
    assert draw_sample(run, 50, digits).rounding < 1e-5


def test_pictures_that_are_not_at_hand_are_said_to_be_missing(ask, here, painted):
    assert ask("train", str(painted), "--epochs", "0", "--run", "r", "--quiet", "--no-report").code == 0
    painted.rename(here / "moved")
    answer = ask("export", "r", "--safetensors", "net.safetensors", "--check", "40", "--quiet")
    assert answer.code == 0
    assert "scores compared with the run's on 40 drawn at random" in answer.out
    assert "note: the run's own pictures are not at hand, so that the card has no figures of each class" in answer.out
    assert "Figures of each class were not measured" in (here / "README.md").read_text()
    assert str(here) not in (here / "README.md").read_text()
    answer = ask("export", "r", "--safetensors", "net.safetensors", "--data", "moved", "--quiet")
    assert "drawn at random" in answer.out
    assert "| bright |" in (here / "README.md").read_text()
    assert ask("export", "r", "--safetensors", "net.safetensors", "--data", "digits", "--quiet").code == 3


def test_other_pictures_are_not_the_run_s_own(run):
    with pytest.raises(DataError, match="not the pictures this run was trained on"):
        tw.export(run, numpy="net.py", images=tw.load("blobs3"))


@pytest.mark.slow
def test_a_member_of_a_sweep_is_exported(ask, here):
    words = ("sweep", "spiral", "--rate", "0.001,0.01", "--epochs", "1", "--run", "s", "--quiet")
    assert ask(*words).code == 0
    assert ask("export", "s#1", "--numpy", "net.py", "--quiet", "--check", "10").code == 0


def test_every_format_is_an_option(ask):
    out = ask("export", "--help").out
    assert all(f"--{name} PATH" in out for name in FORMATS.names())


def test_code_of_somebody_s_is_run_on_consent_only(ask, here, monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2]))
    factory = ("--score", "module", "--factory", "tests.faces.export.models:Small")
    assert ask("train", "spiral", *factory, "--epochs", "0", "--run", "r", "--quiet", "--no-report").code == 0
    answer = ask("export", "r", "--safetensors", "net.safetensors", "--quiet")
    assert answer.code == 5
    assert "--trust-code" in answer.err
    assert ask("export", "r", "--safetensors", "net.safetensors", "--quiet", "--trust-code", "--check", "10").code == 0
    answer = ask("export", "r", "--torch", "net.py", "--quiet", "--trust-code")
    assert answer.code == 2
    assert "score 'module' is a module that cannot be written out as Python; give a name that ends in .pt2" in answer.err


def test_an_estimator_is_exported_where_it_was_fitted_on_bytes_only(digits, here):
    images, labels = digits.images[:60], digits.labels[:60]
    given = {"score_function": "linear", "epochs": 1, "random_state": 0}
    pictures = ThalwegClassifier(**given).fit(images, labels)
    made = tw.export(pictures.run_, numpy=here / "net.py", images=pictures.pictures(images, labels), check=20)
    assert made.compared == "20 train"
    features = ThalwegClassifier(**given).fit(images.reshape(60, -1) / 16, labels)
    with pytest.raises(ConfigError, match=r"8-bit pixels, or points of the plane; this run was trained on float64 numbers"):
        tw.export(features.run_, numpy=here / "other.py")
    assert not (here / "other.py").exists()
