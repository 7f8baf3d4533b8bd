import csv
import json
import os
import signal
from pathlib import Path

import pytest

from thalweg.core.errors import ConfigError, DataError, Interrupted, ModelError
from thalweg.faces import race as module
from thalweg.faces import race_words
from thalweg.faces.api import load_data
from thalweg.faces.race import race, race_command
from thalweg.faces.race_words import base_recipe
from thalweg.faces.terminal import answering
from thalweg.optimise import OPTIMISERS
from thalweg.run import race as members
from thalweg.run.recipe import Recipe


@pytest.fixture(autouse=True)
def quick(monkeypatch, tmp_path):
    monkeypatch.setattr(members, "seconds_a_step", lambda recipe, images: 0.25)
    monkeypatch.chdir(tmp_path)


FEW = {"optimisers": "sgd,adam,lbfgs", "rates": "3", "seeds": 2, "quiet": True}


def command(data="digits", loose=None, **given):
    race_command(data, {"epochs": "1"} if loose is None else loose, **{**FEW, **given})


@pytest.fixture(scope="module")
def raced(digits):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(members, "seconds_a_step", lambda recipe, images: 0.25)
        return race(digits, optimisers=["sgd", "adam"], rates=3, seeds=2, epochs=1)


def test_the_command_prints_the_table_and_writes_page_numbers_and_sheet(tmp_path, capsys):
    command(folder=tmp_path / "a race")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "digits: linear + softmax, 1 epoch; mean ± deviation of 2 seeds"
    assert lines[2].split("  ")[0] == "optimiser"
    body = {line.split()[0]: line for line in lines[3:6]}
    assert set(body) == {"sgd", "adam", "lbfgs"}
    assert body["lbfgs"].endswith("nothing to tune")
    assert sum("Hessian products look at it more often" in line for line in lines) == 1
    assert body["sgd"].endswith("3 settings, 33 steps")
    assert all("250.0" in line for line in body.values())
    row = json.loads((tmp_path / "a race" / "race.json").read_text())
    means = {runner["optimiser"]: runner["final"]["mean"] for runner in row["race"]["runners"]}
    assert [runner["optimiser"] for runner in row["race"]["runners"]] == sorted(means, key=lambda name: means[name]) == list(body)
    ends = [run["rows"][-1]["validation"]["loss"] for one in row["contestants"] if one["optimiser"] == "adam" for run in one["runs"]]
    assert means["adam"] == pytest.approx(sum(ends) / 2, rel=1e-12)
    assert row["recipe"]["monitor"] == "loss"
    with open(tmp_path / "a race" / "race.csv", newline="") as file:
        sheet = list(csv.DictReader(file))
    assert [one["optimiser"] for one in sheet] == list(body)
    assert float(sheet[0]["validation loss"]) == row["race"]["runners"][0]["final"]["mean"]
    page = (tmp_path / "a race" / "race.html").read_text("utf-8")
    assert "thalweg race digits --optimisers sgd,adam,lbfgs --rates 3 --tuning-seeds 1 --seeds 2 --epochs 1" in page


def test_json_is_one_object_and_the_default_folder_is_the_same_for_the_same_command(tmp_path, capsys):
    command(as_json=True)
    first = json.loads(capsys.readouterr().out)
    assert first["figure"] == "validation loss"
    assert first["left_out"] == []
    folder = Path(first["folder"])
    assert folder.parent == Path("runs")
    assert folder.name.startswith("digits-race-")
    before = (folder / "race.json").read_bytes()
    command(as_json=True)
    assert json.loads(capsys.readouterr().out) == first
    assert (folder / "race.json").read_bytes() == before
    command(as_json=True, seeds=1)
    assert json.loads(capsys.readouterr().out)["folder"] != first["folder"]


def test_all_is_every_optimiser_and_those_left_out_are_named(capsys):
    command(loose={"epochs": "1", "augment": "flip"}, optimisers="all", rates="1", seeds=1, as_json=True)
    found = json.loads(capsys.readouterr().out)
    left = {out["optimiser"] for out in found["left_out"]}
    assert left == {entry.name for entry in OPTIMISERS if entry.full_batch}
    assert left | {row["optimiser"] for row in found["optimisers"]} == set(OPTIMISERS.names())
    text = (Path(found["folder"]) / "race.html").read_text("utf-8")
    assert all(f"Left out: {name}: " in text for name in left)


def test_ctrl_c_ends_with_130_and_the_same_command_goes_on(tmp_path, capsys, monkeypatch):
    class Interrupting(module.watcher(quiet=True).__class__):  # type: ignore[misc]
        left = 40

        def advance(self, count=1, **figures):
            self.left -= bool(figures)
            if figures and self.left == 0:
                os.kill(os.getpid(), signal.SIGINT)

    with monkeypatch.context() as patch:
        patch.setattr(module, "watcher", lambda quiet: Interrupting())
        with pytest.raises(Interrupted, match="run the same command again to go on") as end:
            command(folder=tmp_path / "race")
    assert end.value.exit_code == 130
    capsys.readouterr()
    command(folder=tmp_path / "race", as_json=True)
    resumed = json.loads(capsys.readouterr().out)
    command(folder=tmp_path / "whole", as_json=True)
    assert {**resumed, "folder": ""} == {**json.loads(capsys.readouterr().out), "folder": ""}


def test_where_all_diverge_the_table_is_printed_and_the_code_is_4(capsys):
    with pytest.raises(SystemExit) as end:
        command(loose={"epochs": "1", "sgd.rate": "1e30"}, optimisers="sgd")
    assert end.value.code == 4
    assert "2 of 2 diverged" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"optimisers": "sgd,adm"}, ConfigError, "unknown optimiser 'adm'. Did you mean 'adam'?"),
        ({"rates": "4"}, ConfigError, "rates must be an odd number in [1, 61], so that each optimiser's default is in the middle; got 4."),
        ({"rates": "few"}, ConfigError, "rates must be a whole number; got 'few'."),
        ({"seeds": 0}, ConfigError, "seeds must be a whole number of at least 1; got 0."),
        ({"loose": {"optimiser": "adam"}}, ConfigError, "a race takes optimisers, several with commas between or all"),
        ({"loose": {"rate": "0.1"}}, ConfigError, "leave out rate, or set a single optimiser's, as --sgd.rate 0.1."),
        ({"loose": {"beta1": "0.8"}}, ConfigError, "'beta1' is a knob of optimiser adam"),
        ({"loose": {"adam.beta1": "2"}}, ConfigError, "beta1 must be a number in [0, 1); got 2.0."),
        ({"loose": {"adam.beta": "2"}}, ConfigError, "adam cannot race here: optimiser 'adam' has no knob 'beta'."),
        ({"loose": {"newton.damping": "1"}}, ConfigError, "unknown optimiser of this race 'newton'"),
        ({"loose": {"epoch": "1"}}, ConfigError, "unknown option 'epoch'. Did you mean 'epochs'?"),
        ({"data": "rosenbrok"}, DataError, "Nor is it a surface. Did you mean 'rosenbrock'? Surfaces: beale"),
        ({"data": "digitz"}, DataError, "no data at 'digitz': there is no such file or folder, and no data set of that name. Did you mean"),
    ],
)  # fmt: skip
def test_faults_are_one_line(given, error, message):
    with pytest.raises(error) as found:
        command(**given)
    assert message in str(found.value)
    assert "\n" not in str(found.value)
    assert not Path("runs").exists()


def test_a_folder_of_somebody_elses_is_left_alone(tmp_path):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "race.html").write_text("mine")
    with pytest.raises(ModelError, match="holds no race"):
        command(folder=tmp_path / "own")
    assert (tmp_path / "own" / "race.html").read_text() == "mine"


def test_a_surface_is_raced_over(tmp_path, capsys):
    race_command("quadratic:10", {"steps": "20", "angle": "30"}, optimisers="newton,sgd", rates="0.1,1", folder=tmp_path, as_json=True)
    row = json.loads(capsys.readouterr().out)
    assert (row["surface"], row["angle"], row["steps"], row["runners"][0]["optimiser"]) == ("quadratic", 30.0, 20, "newton")


@pytest.mark.parametrize(
    ("loose", "given", "message"),
    [
        ({"epochs": "3"}, {}, "a race over a surface has no option epochs. Did you mean 'steps'? Its options: optimisers, rates, start"),
        ({}, {"seeds": 3}, "a race over a surface has no option seeds. Did you mean 'seed'?"),
        ({"angle": "much"}, {}, "angle must be a number of degrees, as 30; got 'much'."),
        ({"steps": "many"}, {}, "steps must be a whole number; got 'many'."),
    ],
)
def test_options_that_a_surface_has_no_use_for_are_refused(loose, given, message):
    with pytest.raises(ConfigError) as found:
        race_command("saddle", loose, **given)
    assert message.split(" Did you")[0] in str(found.value)
    assert message.partition("Did you")[2] in str(found.value)


def test_code_that_a_recipe_file_names_is_run_on_consent_only(tmp_path):
    path = tmp_path / "theirs.toml"
    path.write_text(Recipe(score={"name": "module", "factory": "evil:build"}).to_toml())
    with pytest.raises(ConfigError, match=r"would run code: 'evil:build'\. If you trust it, add --trust-code"):
        base_recipe(str(path), {})
    assert base_recipe(str(path), {}, trust_code=True)[0].score.name == "module"


def test_a_recipe_file_is_raced_as_it_is_but_for_the_optimiser(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(Recipe(monitor="accuracy", schedule=["cosine"], optimiser="nesterov").to_toml())
    recipe, settings = base_recipe(str(path), {"nesterov.momentum": "0.5"})
    assert (recipe.monitor, recipe.schedule[0].name, settings) == ("accuracy", "cosine", {"nesterov": {"momentum": 0.5}})


def test_what_suits_a_score_stays_but_for_optimiser_rate_schedule_and_batch():
    recipe, _ = base_recipe("digits", {"score": "linear"})
    assert ([part.name for part in recipe.prepare], recipe.schedule, recipe.batch) == (["standardise"], (), None)
    assert base_recipe("digits", {"schedule": "cosine", "monitor": "accuracy"})[0].schedule[0].name == "cosine"


def test_python_has_rows_figures_a_page_and_every_run(raced, digits, tmp_path):
    rows = raced.rows()
    assert [row["optimiser"] for row in rows] == [runner.optimiser for runner in raced.record.runners]
    assert rows[0]["validation loss"] <= rows[1]["validation loss"]
    assert rows[0]["settings tried"] == 3
    figures = raced.figures()
    assert set(figures["adam"]) == {1, 2}
    run = raced.run("adam", 2)
    assert run.figures["test"].accuracy == figures["adam"][2]["test"].accuracy
    assert run.evaluate(digits)["test"].loss == pytest.approx(figures["adam"][2]["test"].loss, rel=1e-5)
    assert raced.run("sgd").recipe.seed == 1
    assert raced.report(tmp_path / "there.html").read_text("utf-8").count("tw.race(images, optimisers=[") == 1
    assert raced.report() == Path("race.html")
    assert not any("Hessian" in note for note in raced.notes())


def test_test_accuracy_is_that_of_the_kept_weights(raced):
    (row,) = [row for row in raced.rows() if row["optimiser"] == "sgd"]
    figures = [parts["test"].accuracy for parts in raced.figures()["sgd"].values()]
    assert row["test accuracy"] == pytest.approx(sum(figures) / 2, rel=1e-12)
    assert row["test deviation"] == pytest.approx(abs(figures[0] - figures[1]) / 2**0.5, rel=1e-9, abs=1e-15)


def test_a_frame_needs_pandas(raced, monkeypatch):
    def absent(name):
        raise ModuleNotFoundError(name)

    monkeypatch.setattr("importlib.import_module", absent)
    with pytest.raises(ConfigError, match="pip install pandas"):
        raced.frame()


def test_python_takes_a_recipe_and_knobs_and_names(digits):
    recipe = Recipe(monitor="accuracy", epochs=1, data={"source": "digits"})
    found = race("digits", optimisers="momentum", rates=1, seeds=1, recipe=recipe, knobs={"momentum": {"momentum": 0.5}})
    assert found.run("momentum").recipe.optimiser.knobs == {"rate": 0.05, "momentum": 0.5}
    assert found.record.figure == "accuracy"
    assert found.command.startswith("tw.race('digits', optimisers='momentum', rates=1")
    with pytest.raises(ConfigError, match="give either a recipe or settings, not both"):
        race("digits", recipe=recipe, epochs=3)


def test_the_command_line_shows_faults_as_one_line(capsys):
    with pytest.raises(SystemExit) as end:
        answering(race_command)("nothing-here", {}, quiet=True)
    assert end.value.code == 3
    assert capsys.readouterr().err.count("\n") == 1


def test_data_that_is_there_but_cannot_be_read_is_not_taken_for_a_surface(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError) as found:
        race_words.pictures(Recipe(data={"source": str(tmp_path / "empty")}), progress=module.watcher(quiet=True))
    assert "surface" not in str(found.value)
    assert load_data(Recipe()).source == "digits"
