import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from thalweg.core.errors import ConfigError
from thalweg.faces.surface_race import race_surface_command
from thalweg.optimise import OPTIMISERS

FEW = ["newton", "gradient-descent"]


def run(name="quadratic:10", folder=None, **given):
    race_surface_command(name, **{"optimisers": FEW, "steps": 20, "folder": folder, "quiet": True, **given})


def test_it_prints_the_table_and_writes_page_animation_and_numbers(tmp_path, capsys):
    run(folder=tmp_path / "a b")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "quadratic: f(x, y) = (x^2 + kappa y^2) / 2, from (-4, 1), 20 steps"
    assert lines[2].split() == ["optimiser", "rate", "outcome", "evaluations", "final", "value", "end", "point", "verdict"]
    assert lines[3].startswith("newton")
    assert "reached the minimum at step 1" in lines[3]
    assert lines[-1].endswith("race.json")
    row = json.loads((tmp_path / "a b" / "race.json").read_text())
    assert row["knobs"] == {"kappa": 10.0}
    assert [runner["optimiser"] for runner in row["runners"]] == FEW
    assert np.array(row["runners"][0]["path"]).shape == (21, 2)
    with Image.open(tmp_path / "a b" / "race.gif") as image:
        assert image.format == "GIF"
    assert "<title>Race over quadratic" in (tmp_path / "a b" / "race.html").read_text("utf-8")


def test_json_is_one_object_the_best_runner_first_without_paths(tmp_path, capsys):
    run("saddle", folder=tmp_path, as_json=True, rates="0.5,1", start="1,0.1", angle=45)
    row = json.loads(capsys.readouterr().out)
    assert [runner["optimiser"] for runner in row["runners"]] == ["gradient-descent", "newton"]
    assert row["runners"][1]["finish"] == "stuck"
    assert "path" not in row["runners"][0]
    assert row["folder"] == str(tmp_path)


def test_without_a_folder_the_files_stand_under_races(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run("saddle", steps=2)
    assert sorted(path.name for path in Path("races/saddle").iterdir()) == ["race.gif", "race.html", "race.json"]


def test_without_names_all_race_that_can_on_any_function(tmp_path, capsys):
    run("saddle", folder=tmp_path, optimisers=None, steps=1, rates="0.1", as_json=True)
    names = {runner["optimiser"] for runner in json.loads(capsys.readouterr().out)["runners"]}
    assert names == set(OPTIMISERS.names()) - {"exact"}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"name": "rosenbrok"}, "unknown surface 'rosenbrok'. Did you mean 'rosenbrock'?"),
        ({"name": "quadratic:0"}, "kappa must be a number in [1, 1e+06]; got 0.0."),
        ({"optimisers": ["adamm"]}, "unknown optimiser 'adamm'. Did you mean 'adam'?"),
        ({"start": "1"}, "start must be two numbers, as -1.5,2; got '1'."),
        ({"start": "1,x"}, "start must be numbers with commas between, as -1.5,2; got '1,x'."),
        ({"start": "inf,0"}, "start must be two numbers in [-1e+06, 1e+06]"),
        ({"rates": "fast"}, "rates must be numbers with commas between, as 0.01,0.1,1; got 'fast'."),
        ({"rates": "0"}, "rates must be one or more numbers in (0, inf)"),
        ({"steps": 0}, "steps must be a whole number in [1, 1,000,000]; got 0."),
        ({"angle": float("inf")}, "angle must be a finite number of degrees; got inf."),
    ],
)
def test_bad_words_end_with_one_line_and_write_nothing(tmp_path, given, message):
    with pytest.raises(ConfigError) as caught:
        run(folder=tmp_path / "out", **given)
    assert message in str(caught.value)
    assert caught.value.exit_code == 2
    assert not (tmp_path / "out").exists()
