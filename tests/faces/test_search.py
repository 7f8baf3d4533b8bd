"""The search experiment as a person meets it: what it prints, writes and refuses, and the same from Python."""

import json
from pathlib import Path

import pytest

from thalweg.core.errors import ConfigError
from thalweg.faces.search import search, search_command

QUICK = {"evaluations": 61, "seeds": 2}
FIXED = {"random-search": {"scale": 0.1}, "local-search": {"rate": 0.03}, "gradient-descent": {"rate": 0.5}}
LOOSE = {f"{method}.{knob}": str(value) for method, own in FIXED.items() for knob, value in own.items()}


def test_it_prints_the_lectures_order_and_leaves_a_page_and_numbers(here, capsys):
    search_command("digits", {}, **QUICK, quiet=True)
    out = capsys.readouterr().out
    assert [line.split()[0] for line in out.splitlines()[1:4]] == ["random-search", "local-search", "gradient-descent"]
    assert "random-search > local-search > gradient-descent in 2 of 2 seeds" in out
    assert "A step along the gradient counts as 2 evaluations." in out
    folder = Path(out.rsplit("report  ", 1)[1].strip()).parent
    assert folder.name.startswith("digits-search-")
    kept = json.loads((folder / "search.json").read_text())
    assert len(kept["traces"]) == 6
    assert all(len(method["tried"]) == 11 for method in kept["methods"])
    page = (folder / "search.html").read_text()
    assert "thalweg search digits --evaluations 61 --seeds 2" in page
    assert "Beside those shown, 11 step sizes of 61 evaluations each were tried" in page


def test_python_and_command_agree(here, digits, capsys):
    found = search(digits, **QUICK, methods=FIXED)
    search_command("digits", LOOSE, **QUICK, as_json=True, quiet=True)
    said = json.loads(capsys.readouterr().out)
    assert said["course"] == json.loads(json.dumps(found.course.row()))
    assert not found.searches.methods[0].tried
    assert found.figures()["course"].alt in found.report().read_text()
    assert said["again"].endswith(
        "--random-search.scale 0.1 --local-search.rate 0.03 --gradient-descent.rate 0.5 --evaluations 61 --seeds 2"
    )
    assert found.again.startswith("tw.search(images, evaluations=61, seeds=2, methods=")


def test_a_subset_is_said(here, digits):
    found = search(digits, **QUICK, methods=FIXED, subset=100)
    assert found.notes[0].startswith("The objective is the mean over a fixed random 100 of 1,294 training examples")


def test_interrupted_it_writes_nothing(here, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("thalweg.run.search_course.Loop.step", interrupt)
    with pytest.raises(KeyboardInterrupt):
        search_command("digits", LOOSE, **QUICK, quiet=True)
    assert not list(here.iterdir())


@pytest.mark.parametrize(
    ("loose", "words"),
    [
        ({"optimiser": "adam"}, "has no use for optimiser"),
        ({"checkpoint-steps": "3"}, "has no use for checkpoint-steps"),
        ({"rate": "0.1"}, "rate must say whose it is, as --local-search.rate 0.1"),
        ({"gradient-descent.rat": "1"}, "Did you mean 'rate'"),
        ({"local-search.rate": "-1"}, r"rate must be a number in \(0, inf\)"),
        ({"losss": "softmax"}, "Did you mean 'loss'"),
        ({"l1": "0.1"}, "'l1' is not smooth"),
    ],
)
def test_what_it_refuses(here, loose, words):
    with pytest.raises(ConfigError, match=words) as refusal:
        search_command("digits", loose, quiet=True)
    assert "\n" not in str(refusal.value)
    assert not list(here.iterdir())


def test_from_python_too_an_option_without_use_is_refused(digits):
    with pytest.raises(ConfigError, match="has no use for epochs"):
        search(digits, epochs=3)
