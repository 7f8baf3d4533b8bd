"""`thalweg sweep` and `tw.sweep`: members, files, words, faults."""

import csv
import io
import json
import os
import signal
from pathlib import Path

import pytest

import thalweg as tw
from thalweg.core.errors import ConfigError, Interrupted, ModelError
from thalweg.faces import sweep as module
from thalweg.faces.sweep_plan import Rules
from thalweg.run.recipe import Recipe

ASKED = ("sweep", "digits", "--rate", "0.01,0.1", "--optimiser", "sgd,adam", "--epochs", "2", "--run", "out")


def test_the_command_leaves_a_folder_with_all_it_says(ask, tmp_path):
    answer = ask(*ASKED, "--seeds", "2", "--json")
    assert answer.code == 0, answer.err
    facts = answer.json
    assert (facts["candidates"], facts["members"], facts["complete"], facts["diverged"]) == (4, 8, True, 0)
    for name in ("report", "table", "record", "best"):
        assert (tmp_path / facts[name]).is_file()
    rows = list(csv.DictReader(io.StringIO((tmp_path / facts["table"]).read_text())))
    assert [row["rank"] for row in rows] == ["1", "2", "3", "4"]
    record = json.loads((tmp_path / facts["record"]).read_text(), parse_constant=lambda word: pytest.fail(word))
    assert [member["number"] for member in record["members"]] == list(range(8))
    assert facts["winner"]["rate"] == float(rows[0]["rate"])
    best = Recipe.read(tmp_path / facts["best"])
    assert (best.optimiser.name, best.optimiser.knobs["rate"]) == (facts["winner"]["optimiser"], facts["winner"]["rate"])
    assert (best.measure, best.data.fold) == ("all", None)


def test_it_says_its_size_before_the_first_step_and_answers_again_at_once(ask):
    first = ask(*ASKED, "--folds", "3")
    assert first.code == 0
    assert "4 candidates x 3 folds = 12 members in 2 groups, 24 epochs of a member; up to" in first.err
    assert first.err.index("12 members") < first.err.index("epoch 0/2")
    assert first.out.splitlines()[0].split()[:3] == ["rank", "rate", "optimiser"]
    again = ask(*ASKED, "--folds", "3")
    assert again.out == first.out
    assert "epoch 0/2" not in again.err


def test_the_best_recipe_trains_with_one_command_and_members_open_as_runs(ask):
    ask(*ASKED, "--seeds", "2")
    trained = ask("train", "out/best.toml", "--run", "best", "--json", "--no-report")
    assert trained.code == 0, trained.err
    shown = ask("show", "out#5", "--json")
    assert shown.code == 0, shown.err
    assert shown.json["recipe"]["seed"] == 1
    assert shown.json["recipe"]["data_seed"] == 0
    measured = ask("evaluate", "out#5", "--json")
    assert measured.json["test"] == pytest.approx(shown.json["figures"]["test"], abs=1e-6)
    compared = ask("compare", "out#0", "out#5", "best", "--json")
    assert compared.code == 0, compared.err
    assert ask("show", "out#99").code == 5
    assert "no member 99; its members are numbered 0 to 7" in ask("show", "out#99").err


def test_a_member_of_a_fold_is_measured_on_its_own_fold(ask):
    ask(*ASKED, "--folds", "3")
    shown, measured = ask("show", "out#4", "--json").json, ask("evaluate", "out#4", "--json").json
    for part in ("train", "validation", "test"):
        assert measured[part]["accuracy"] == pytest.approx(shown["figures"][part]["accuracy"], abs=1e-6), part


def test_halving_and_random_say_what_they_do(ask):
    answer = ask(
        "sweep", "digits", "--method", "halving", "--trials", "9", "--rate", "1e-4..1e0:log", "--epochs", "9", "--run", "out", "--json"
    )  # fmt: skip
    assert answer.code == 0, answer.err
    record = json.loads(Path("out/sweep.json").read_text())
    assert sorted(member["epoch"] for member in record["members"]) == [1] * 6 + [3] * 2 + [9]
    assert "Successive halving of 9 candidates: 9 to epoch 1, 3 to epoch 3, 1 to epoch 9" in Path("out/sweep.html").read_text()
    drawn = ask(
        "sweep", "digits", "--method", "random", "--trials", "3", "--rate", "1e-3..1e0:log", "--epochs", "1", "--run", "r", "--json"
    )
    assert drawn.json["candidates"] == 3


def test_all_diverged_is_exit_code_4_and_no_best(ask):
    answer = ask("sweep", "digits", "--optimiser", "sgd", "--rate", "1e37,1e38", "--epochs", "1", "--run", "out", "--json")
    assert answer.code == 4
    assert answer.json["winner"] is None
    assert "best" not in answer.json
    assert not Path("out/best.toml").exists()
    assert "diverged" in Path("out/sweep.html").read_text()


WRONG = [
    (("sweep", "nowhere"), 3, "nowhere"),
    (("sweep", "digits", "--rat", "0.1,0.2"), 2, "Did you mean 'rate'?"),
    (("sweep", "digits", "--rate", "0.1..x:log:3"), 2, "rate"),
    (("sweep", "digits", "--rate", "0..1:log:3"), 2, "rate"),
    (("sweep", "digits", "--rate", "0.1,0.1"), 2, "0.1"),
    (("sweep", "digits", "--rate", "-1,0.1"), 2, "rate must be a number in (0, inf)"),
    (("sweep", "digits", "--optimiser", "sgd,adm"), 2, "Did you mean 'adam'?"),
    (("sweep", "digits", "--method", "gird"), 2, "Did you mean 'grid'?"),
    (("sweep", "digits", "--method", "random", "--rate", "1e-3..1:log"), 2, "--trials"),
    (("sweep", "digits", "--trials", "3", "--rate", "0.1"), 2, "method random or halving"),
    (("sweep", "digits", "--rate", "1e-3..1:log"), 2, "random"),
    (("sweep", "digits", "--folds", "1", "--rate", "0.1,0.2"), 2, "folds must be at least 2"),
    (("sweep", "digits", "--folds", "999", "--rate", "0.1,0.2"), 3, "Ask for fewer folds"),
    (("sweep", "digits", "--seeds", "0", "--rate", "0.1,0.2"), 2, "seeds must be at least 1"),
    (("sweep", "digits", "--memory", "0", "--rate", "0.1"), 2, "memory must be a number of gigabytes"),
    (("sweep", "digits", "--precision", "fp32,fp64"), 2, "precision cannot vary"),
    (("sweep", "digits", "--method", "halving", "--epochs", "2,3"), 2, "got several: [2, 3]"),
    (("sweep", "digits", "--from", "runs/x", "--rate", "0.1"), 5, "runs/x"),
    (("sweep", "digits", "--rate"), 2, "rate needs a value"),
]


@pytest.mark.parametrize(("words", "code", "said"), WRONG, ids=[" ".join(words[1:4]) for words, _, _ in WRONG])
def test_what_is_wrong_is_said_in_one_line_and_leaves_nothing(ask, tmp_path, words, code, said):
    answer = ask(*words, "--run", "out")
    assert answer.code == code, answer.err
    last = answer.err.splitlines()[-1]
    assert said in answer.err
    assert last.startswith("thalweg: ") or code == 2
    assert "Traceback" not in answer.err
    assert not (tmp_path / "out").exists()


def test_a_folder_of_somebodys_is_never_touched(ask, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("mine")
    answer = ask(*ASKED)
    assert answer.code == 5
    assert "thesis.txt" in answer.err
    assert [path.name for path in (tmp_path / "out").iterdir() if not path.name.startswith(".")] == ["thesis.txt"]


def test_another_sweep_in_the_folder_is_refused_and_fresh_begins_again(ask):
    ask(*ASKED)
    other = (*ASKED[:3], "0.02,0.2", *ASKED[4:])
    assert ask(*other).code == 5
    assert ask(*other, "--fresh").code == 0


def test_ctrl_c_saves_and_the_same_call_goes_on(tmp_path):
    class Interrupting(module.Silent):
        left = 30

        def advance(self, count=1, **figures):
            self.left -= bool(figures)
            if figures and self.left == 0:
                os.kill(os.getpid(), signal.SIGINT)

    asked = {"rate": "1e-3..1e-1:log:4", "optimiser": "sgd,adam", "epochs": 3, "folder": tmp_path / "sweep"}
    stopped = tw.sweep("digits", progress=Interrupting(), **asked)
    assert not stopped.population.complete
    assert any(result.ending == "interrupted" for result in stopped.results)
    whole = tw.sweep("digits", **{**asked, "folder": None})
    again = tw.sweep("digits", **asked)
    assert again.population.complete
    assert [result.rows for result in again.results] == [result.rows for result in whole.results]


def test_from_python(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    digits = tw.load("digits")
    found = tw.sweep(digits, rate=[0.01, 0.1], optimiser=["sgd", "momentum"], folds=3, epochs=2)
    assert len(found.results) == 12
    assert [row["rank"] for row in found.rows()] == [1, 2, 3, 4]
    assert found.best.data.fold is None
    run = found.run(7)
    assert run.recipe.data.fold == 1
    assert run.predict(digits.images[:3]).shape == (3,)
    assert found.report().name == "sweep.html"
    arrays = (digits.images[:300], digits.labels[:300])
    small = tw.sweep(arrays, rate="0.01,0.1", epochs=1)
    assert len(small.results) == 2
    with pytest.raises(ConfigError):
        found.run(12)
    with pytest.raises(ConfigError, match="unknown method"):
        tw.sweep(digits, method="bayes", rate=[0.1])
    with pytest.raises(ModelError):
        tw.open(tmp_path / "nothing#1")


def test_a_data_frame_where_pandas_is_there(monkeypatch):
    found = tw.sweep("digits", rate=[0.01, 0.1], epochs=1)
    try:
        import pandas  # noqa: F401
    except ModuleNotFoundError:
        with pytest.raises(ConfigError, match="pip install pandas"):
            found.frame()
    else:
        assert list(found.frame()["rate"]) == [row["rate"] for row in found.rows()]


def test_rules_are_told_where_they_are_not_the_usual_ones():
    assert Rules().told() == {}
    assert Rules(method="random", trials=3, folds=2).told() == {"method": "random", "trials": 3, "folds": 2}


def test_an_interruption_before_anything_had_ended_says_so(monkeypatch):
    class Nothing:
        results = ()
        signal = 15

    monkeypatch.setattr(module, "train_population", lambda *_, **__: Nothing())
    with pytest.raises(Interrupted) as end:
        tw.sweep("digits", rate=[0.1], epochs=1)
    assert end.value.exit_code == 143
