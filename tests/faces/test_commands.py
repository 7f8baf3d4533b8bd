"""The commands as a person gives them: what comes out, what goes wrong and how it is said."""

import csv
import io
import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Ask = Callable[..., Any]
FIGURES = {"loss", "penalty", "total", "accuracy"}
QUICK = ("--epochs", "2", "--score", "linear")


def test_three_commands_from_pictures_to_predictions(ask: Ask, painted: Path) -> None:
    described = ask("data", str(painted), "--json").json
    assert described["examples"] == 24
    assert sum(described["counts"][part][name] for part in described["counts"] for name in ("bright", "dark")) == 24

    trained = ask("train", str(painted), "--epochs", "20", "--score", "linear", "--run", "run", "--json")
    assert trained.code == 0
    facts = trained.json
    assert {"outcome", "epochs", "seconds", "train", "validation", "test", "run"} <= set(facts)
    assert set(facts["train"]) == FIGURES
    assert facts["outcome"] == "finished"
    assert facts["train"]["total"] == facts["train"]["loss"] + facts["train"]["penalty"]
    assert facts["test"]["accuracy"] == 1.0
    assert Path(facts["report"]).stat().st_size > 100_000

    answers = ask("predict", "run", str(painted / "dark" / "000.png"), str(painted / "bright"), "--json").json
    assert [row["class"] for row in answers["predictions"]] == ["dark"] + ["bright"] * 12
    assert abs(sum(answers["predictions"][0]["probabilities"].values()) - 1) < 1e-6


def test_evaluate_says_what_train_said(ask: Ask) -> None:
    trained = ask("train", "digits", *QUICK, "--run", "run", "--json").json
    evaluated = ask("evaluate", "run", "--json").json
    assert {part: evaluated[part] for part in ("train", "validation", "test")} == {
        part: trained[part] for part in ("train", "validation", "test")
    }


def test_evaluate_on_other_pictures_takes_all_of_them(ask: Ask, painted: Path) -> None:
    ask("train", str(painted), *QUICK, "--run", "run")
    assert set(ask("evaluate", "run", str(painted), "--json").json) == {"run", "data", "all"}


def test_hinge_scores_are_not_called_probabilities(ask: Ask, painted: Path) -> None:
    ask("train", str(painted), *QUICK, "--loss", "svm-sum", "--margin", "2", "--run", "run")
    picture = str(painted / "dark" / "000.png")
    answer = ask("predict", "run", picture, "--json").json
    assert answer["predictions"][0]["probabilities"] is None
    assert "not probabilities" in answer["note"]
    assert "not probabilities" in ask("predict", "run", picture).out
    rows = list(csv.reader(io.StringIO(ask("predict", "run", picture, "--csv").out)))
    assert rows[0] == ["path", "class", "score bright", "score dark"]
    assert rows[1][:2] == [picture, "dark"]


def test_knobs_are_options_and_stand_in_the_recipe(ask: Ask) -> None:
    ask(
        "train",
        "digits",
        *QUICK,
        "--loss",
        "svm-sum",
        "--margin",
        "2",
        "--l2",
        "1e-3",
        "--rate=0.01",
        "--optimiser",
        "nesterov",
        "--run",
        "run",
    )
    recipe = tomllib.loads(Path("run/recipe.toml").read_text())
    assert recipe["loss"] == {"name": "svm-sum", "margin": 2.0}
    assert recipe["penalty"] == [{"name": "l2", "strength": 1e-3, "half": False}]
    assert recipe["optimiser"]["rate"] == 0.01


def test_a_recipe_file_trains_the_same_run(ask: Ask) -> None:
    first = ask("train", "digits", *QUICK, "--run", "first", "--json").json
    second = ask("train", "first/recipe.toml", "--run", "second", "--json").json
    assert first["test"] == second["test"]
    assert Path("first/model.safetensors").read_bytes() == Path("second/model.safetensors").read_bytes()


def test_the_same_command_shows_the_ended_run_again(ask: Ask) -> None:
    first = ask("train", "digits", *QUICK, "--json").json
    again = ask("train", "digits", *QUICK)
    assert "has ended already" in again.err
    assert first["run"] in again.out


def test_show_and_report(ask: Ask) -> None:
    ask("train", "digits", *QUICK, "--run", "run", "--no-report")
    assert not Path("run/report.html").exists()
    assert "validation" in ask("show", "run").out
    assert len(ask("show", "run", "--json").json["metrics"]) == 3
    assert ask("report", "run", "--output", "page.html", "--json").json["report"] == "page.html"
    assert Path("page.html").read_text().startswith("<!doctype html>")


def test_list_shows_every_catalogue(ask: Ask) -> None:
    everything = ask("list", "--json").json
    assert {"format", "score", "loss", "penalty", "optimiser", "schedule", "average", "prepare", "augment"} <= set(everything)
    assert "--margin 1.0" in ask("list", "svm-sum").out


def test_continue_from_a_run_on_a_part_of_the_classes(ask: Ask, painted: Path, tmp_path: Path) -> None:
    ask("train", str(painted), *QUICK, "--classes", "bright,dark,grey", "--run", "first")
    answer = ask("train", str(painted), *QUICK, "--from", "first", "--run", "second", "--json")
    assert answer.code == 0
    assert set(ask("predict", "second", str(painted / "dark"), "--json").json["classes"]) == {"bright", "dark", "grey"}


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("train", "digits", "--margn", "2"), 2, "Did you mean 'margin'?"),
        (("train", "digits", "--margin", "2"), 2, "'margin' is a knob of loss svm-max"),
        (("train", "digits", "--score", "lineer"), 2, "Did you mean 'linear'?"),
        (("train", "digits", "--rate", "-1"), 2, "rate must be a number in (0, inf); got -1.0."),
        (("train", "digits", "--rate"), 2, "--rate needs a value"),
        (("train", "digits", "--rate", "1", "--rate", "2"), 2, "given twice"),
        (("train", "digits", "--epochs", "-1"), 2, "epochs"),
        (("train", "digits", "--size", "big"), 2, "--size must be"),
        (("train", "digits", "--device", "tpu9"), 2, "tpu9"),
        (("train", "digits", "--optimiser", "lbfgs", "--batch", "32"), 2, "whole training set"),
        (("train", "digits", "--optimiser", "lbfgs", "--l1", "0.1"), 2, "no proximal step"),
        (("train", "digits", "--optimiser", "lbfgs", "--schedule", "cosine"), 2, "no rate"),
        (("train", "nowhere"), 3, "nowhere"),
        (("train", "digit"), 3, "digits"),
        (("train", "nosuch.toml"), 2, "nosuch.toml"),
        (("evaluate", "nosuch"), 5, "no such folder"),
        (("predict", "nosuch", "x.png"), 5, "no such folder"),
        (("show", "."), 5, "not a run"),
        (("show", "file"), 5, "a file, not the folder of a run"),
        (("train", "digits", "--from", "nosuch"), 5, "no such folder"),
        (("train", "digits", "--device", "mps"), 2, "this machine has cpu"),
        (("report", "nosuch"), 5, "no such folder"),
        (("data", "nowhere"), 3, "nowhere"),
        (("list", "sofmax"), 2, "Did you mean 'softmax'?"),
        (("frobnicate",), 2, "frobnicate"),
    ],
)
def test_errors_are_one_line_and_an_exit_code(ask: Ask, words: tuple[str, ...], code: int, says: str) -> None:
    Path("file").write_text("text")
    answer = ask(*words)
    assert answer.code == code
    assert says in answer.err
    assert "Traceback" not in answer.err
    assert answer.out == ""
    assert not list(Path().glob("runs/*"))


def test_bad_pictures_are_all_named(ask: Ask, painted: Path) -> None:
    (painted / "dark" / "bad1.png").write_bytes(b"not a picture")
    (painted / "bright" / "bad2.jpg").write_bytes(b"")
    answer = ask("train", str(painted), *QUICK)
    assert answer.code == 3
    assert "bad1.png" in answer.err
    assert "bad2.jpg" in answer.err
    kept = ask("train", str(painted), *QUICK, "--skip-bad", "--run", "run", "--json")
    assert kept.code == 0
    assert "bad1.png" in Path("run/report.html").read_text()


def test_predict_names_every_bad_file(ask: Ask, painted: Path) -> None:
    ask("train", str(painted), *QUICK, "--run", "run")
    (painted / "bad.png").write_bytes(b"nothing")
    answer = ask("predict", "run", str(painted / "bad.png"), "missing.png")
    assert answer.code == 3
    assert "bad.png" in answer.err
    assert "missing.png" in answer.err


def test_divergence_is_an_outcome_with_exit_code_4(ask: Ask) -> None:
    answer = ask(
        "train", "digits", "--epochs", "3", "--rate", "1e30", "--optimiser", "sgd", "--loss", "svm-sum-squared", "--run", "run", "--json"
    )
    assert answer.code == 4
    assert answer.json["outcome"] == "diverged"
    assert "step" in answer.json["reason"]


def test_a_run_of_another_recipe_is_not_overwritten(ask: Ask) -> None:
    ask("train", "digits", *QUICK, "--run", "run")
    before = {path: path.read_bytes() for path in Path("run").rglob("*") if path.is_file()}
    answer = ask("train", "digits", *QUICK, "--run", "run", "--l2", "0.1")
    assert answer.code == 5
    assert "penalty" in answer.err
    assert {path: path.read_bytes() for path in Path("run").rglob("*") if path.is_file()} == before
    assert ask("train", "digits", *QUICK, "--run", "run", "--l2", "0.1", "--fresh").code == 0


def test_one_class_is_enough_where_the_classes_are_declared(ask: Ask, painted: Path) -> None:
    ask("train", str(painted), *QUICK, "--run", "first")
    (painted / "bright").rename(painted.parent / "away")
    assert "found 1 class" in ask("train", str(painted), *QUICK).err
    assert ask("train", str(painted), *QUICK, "--from", "first", "--run", "second", "--json").code == 0
    assert ask("train", str(painted), *QUICK, "--classes", "bright,dark", "--run", "third").code == 0
    assert set(ask("evaluate", "first", str(painted), "--json").json) == {"run", "data", "all"}


def test_a_continued_run_stands_without_the_run_it_began_from(ask: Ask) -> None:
    import shutil

    ask("train", "digits", *QUICK, "--run", "first")
    words = ("train", "digits", *QUICK, "--from", "first", "--run", "second", "--json")
    trained = ask(*words).json
    refused = ask("train", "digits", *QUICK, "--from", "first", "--classes", "a,b", "--run", "third")
    assert refused.code == 2
    assert "has the classes 0, 1" in refused.err
    shutil.rmtree("first")
    assert ask("train", "second/recipe.toml", "--run", "second", "--json").json["test"] == trained["test"]


def test_a_run_is_not_measured_on_pictures_it_was_not_trained_on(ask: Ask, painted: Path) -> None:
    ask("train", str(painted), *QUICK, "--run", "run", "--no-report")
    picture = painted / "dark" / "000.png"
    picture.write_bytes((painted / "bright" / "000.png").read_bytes())
    for words in (("evaluate", "run"), ("report", "run")):
        answer = ask(*words)
        assert answer.code == 3
        assert "not the pictures this run was trained on" in answer.err


def test_a_run_whose_pictures_have_moved_is_reported_from_their_new_place(ask: Ask, painted: Path) -> None:
    ask("train", str(painted), *QUICK, "--run", "run", "--no-report")
    moved = painted.rename(painted.parent / "moved")
    assert ask("report", "run").code == 3
    assert ask("report", "run", str(moved)).code == 0


@pytest.mark.parametrize("name", ["my.txt", "recipe.toml", "checkpoints/mine.bin", "report.html"])
@pytest.mark.parametrize("extra", [(), ("--fresh",)])
def test_a_folder_of_the_users_is_never_written_into(ask: Ask, name: str, extra: tuple[str, ...]) -> None:
    precious = Path("mine", name)
    precious.parent.mkdir(parents=True)
    precious.write_text("precious")
    answer = ask("train", "digits", *QUICK, "--run", "mine", *extra)
    assert answer.code == 5
    assert "is not a run" in answer.err
    assert precious.read_text() == "precious"
    assert {path for path in Path("mine").rglob("*") if path.is_file()} <= {precious, Path("mine/.lock")}


def test_where_accuracies_tie_trained_weights_win(ask: Ask, painted: Path) -> None:
    facts = ask("train", str(painted), "--epochs", "8", "--score", "linear", "--run", "run", "--json").json
    metrics = ask("show", "run", "--json").json
    tied = [row for row in metrics["metrics"] if row["validation"]["accuracy"] == facts["validation"]["accuracy"]]
    assert metrics["kept_epoch"] == min(tied, key=lambda row: row["validation"]["loss"])["epoch"]


def test_a_full_disk_under_the_answer_is_one_line(tmp_path: Path) -> None:
    import subprocess
    import sys

    with open("/dev/full", "w") as full:
        code = "from thalweg.faces.cli import main; main(['list'])"
        done = subprocess.run([sys.executable, "-c", code], stdout=full, stderr=subprocess.PIPE, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 6
    assert "Traceback" not in done.stderr


def test_a_refused_training_leaves_other_folders_alone(ask: Ask) -> None:
    Path("mine").mkdir()
    assert ask("train", "digits", "--device", "tpu9", "--run", "mine/deep/run").code == 2
    assert list(Path("mine").iterdir()) == []


def test_a_run_called_train_is_a_run(ask: Ask) -> None:
    ask("train", "digits", *QUICK, "--run", "train", "--no-report")
    assert ask("report", "train", "--output", "page.html").code == 0
    assert Path("page.html").exists()
    assert not Path("train/report.html").exists()


def test_a_model_that_names_other_code_than_its_recipe_is_refused(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("nets_of_mine.py").write_text(NETS)
    monkeypatch.syspath_prepend(str(Path.cwd()))
    ask("train", "digits", "--epochs", "1", "--score", "module", "--factory", "nets_of_mine:small", "--run", "run")
    ask("train", "digits", *QUICK, "--run", "harmless")
    Path("ran").unlink()
    manifest = json.loads(Path("harmless/manifest.json").read_text())
    manifest["sha256"]["model.safetensors"] = json.loads(Path("run/manifest.json").read_text())["sha256"]["model.safetensors"]
    Path("harmless/manifest.json").write_text(json.dumps(manifest))
    Path("harmless/model.safetensors").write_bytes(Path("run/model.safetensors").read_bytes())
    for words in (("train", "digits", *QUICK, "--run", "harmless"), ("train", "digits", "--from", "harmless"), ("show", "harmless")):
        answer = ask(*words)
        assert answer.code == 5
        assert "not the one of the recipe" in answer.err
    assert not Path("ran").exists()


def test_exact_zeros_are_counted(ask: Ask) -> None:
    words = ("train", "digits", *QUICK, "--optimiser", "sgd", "--rate", "0.05", "--run", "run")
    facts = ask(*words, "--l1", "0.05", "--json").json
    assert facts["weights"] == 640
    assert 0 < facts["zero_weights"] < 640
    assert f"{facts['zero_weights']} of 640 weights are exactly zero" in ask(*words, "--l1", "0.05").out
    assert f"{facts['zero_weights']} of 640 weights are exactly zero" in Path("run/report.html").read_text()
    assert ask(*words, "--fresh", "--json").json["zero_weights"] == 0


def test_points_are_trained_but_not_predicted_from_files(ask: Ask) -> None:
    assert ask("train", "spiral", "--score", "mlp", "--epochs", "2", "--run", "run").code == 0
    assert ask("predict", "run", "x.png").code == 2


NETS = """
from pathlib import Path
from torch import nn

def small(shape, classes):
    Path("ran").touch()
    return nn.Sequential(nn.Flatten(), nn.Linear(shape[0] * shape[1] * shape[2], classes))
"""


def test_a_module_of_ones_own_trains_and_is_opened_on_consent_only(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("nets_of_mine.py").write_text(NETS)
    monkeypatch.syspath_prepend(str(Path.cwd()))
    assert ask("train", "digits", "--epochs", "1", "--score", "module", "--factory", "nets_of_mine:small", "--run", "run").code == 0
    Path("ran").unlink()
    for words in (("show", "run"), ("evaluate", "run"), ("predict", "run", "x.png"), ("report", "run")):
        refused = ask(*words)
        assert refused.code == 5
        assert "nets_of_mine:small" in refused.err
    refused = ask("train", "run/recipe.toml", "--run", "again")
    assert refused.code == 2
    assert "--trust-code" in refused.err
    assert ask("train", "digits", "--from", "run", "--epochs", "1", "--run", "next").code == 2
    assert not Path("ran").exists()
    assert ask("show", "run", "--trust-code").code == 0
    assert ask("train", "run/recipe.toml", "--run", "again", "--trust-code").code == 0
    assert Path("ran").exists()
