"""The rate finder as a person meets it: what it prints, writes and refuses, and the same from Python."""

import json
from pathlib import Path

import pytest

import thalweg as tw
from thalweg.core.errors import ConfigError
from thalweg.faces.rate import find_rate, rate_command
from thalweg.run.recipe import Recipe

QUICK = {"seeds": 2, "steps": 60}


def test_it_prints_a_rate_and_the_command_that_uses_it(here, capsys):
    rate_command("digits", {"optimiser": "sgd", "rate": "0.05"}, **QUICK, quiet=True)
    out = capsys.readouterr().out
    assert "predicted" in out.splitlines()[0]
    line = next(line for line in out.splitlines() if line.startswith("train with"))
    assert line.startswith("train with  thalweg train digits --optimiser sgd --rate 0.")
    folder = Path(out.rsplit("report  ", 1)[1].strip()).parent
    assert folder.name.startswith("digits-rate-")
    kept = json.loads((folder / "rate.json").read_text())
    assert kept["suggestion"] == kept["band"]["suggestion"] > kept["band"]["low"]
    assert len(kept["losses"]) == 2
    assert kept["rates"][0] == pytest.approx(0.05e-5)
    assert kept["predicted"][0] == pytest.approx(2 / kept["curvatures"][0]["value"])
    page = (folder / "rate.html").read_text()
    assert "thalweg rate digits --optimiser sgd --rate 0.05 --seeds 2 --steps 60" in page
    assert "On a quadratic of the curvature at the start sgd diverges above" in page


def test_the_suggestion_trains(digits):
    found = find_rate(digits, optimiser="sgd", **QUICK)
    run = tw.train(digits, optimiser="sgd", rate=found.suggestion, epochs=2)
    assert run.outcome.exit_code == 0
    assert run.figures["test"].accuracy > 0.8
    assert found.train == f"tw.train(images, optimiser='sgd', rate={found.suggestion:.2g})"


def test_python_and_command_agree_and_repeat(here, digits, capsys):
    found = [find_rate(digits, optimiser="momentum", **QUICK) for _ in range(2)]
    assert {**found[0].row(), "again": ""} == {**found[1].row(), "again": ""}
    rate_command("digits", {"optimiser": "momentum"}, **QUICK, as_json=True, quiet=True)
    said = json.loads(capsys.readouterr().out)
    assert said["band"] == json.loads(json.dumps(found[0].band.row()))
    assert found[0].figures()["band"].alt in Path(found[0].report()).read_text()


def test_none_found_says_why_and_gives_no_command(here, digits):
    found = find_rate(digits, optimiser="adam", low=10.0, high=100.0, steps=20, seeds=1)
    assert (found.suggestion, found.train) == (None, "")
    assert "No rate is suggested" in found.report().read_text()
    assert found.notes == ("Adam has no fixed limit on a quadratic, so nothing is predicted.",)


def test_flat_pieces_predict_nothing(digits):
    found = find_rate(digits, optimiser="sgd", loss="svm-sum", **QUICK)
    assert "has no curvature that could tell" in found.notes[0]
    assert found.band.limit is None
    bare = find_rate(digits, optimiser="sgd", loss="svm-sum", penalty=None, **QUICK)
    assert bare.notes == ("The loss has no positive curvature at the start, so nothing is predicted.",)


def test_a_recipe_file_is_a_question_too(here, capsys):
    Path("mine.toml").write_text(Recipe.make(optimiser="sgd").to_toml())
    rate_command("mine.toml", {}, **QUICK, folder=here / "out", quiet=True)
    assert "train with  thalweg train mine.toml  # with rate = 0." in capsys.readouterr().out
    assert (here / "out" / "rate.html").is_file()


@pytest.mark.parametrize(
    ("loose", "words"),
    [
        ({"optimiser": "lbfgs"}, "optimiser 'lbfgs' has no rate to find"),
        ({"losss": "softmax"}, "unknown option 'losss'. Did you mean 'loss'"),
        ({"optimiser": "sdg"}, "Did you mean 'sgd'"),
        ({"epochs": "many"}, "epochs"),
    ],
)
def test_what_it_refuses(here, loose, words):
    with pytest.raises(ConfigError, match=words) as refusal:
        rate_command("digits", loose, quiet=True)
    assert "\n" not in str(refusal.value)
    assert not list(here.iterdir())


def test_somebodys_code_runs_on_consent_only(here):
    Path("theirs.toml").write_text(Recipe.make(score={"name": "module", "factory": "torch.nn:Linear"}).to_toml())
    with pytest.raises(ConfigError, match="--trust-code"):
        rate_command("theirs.toml", {}, quiet=True)
