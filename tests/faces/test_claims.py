"""The claims as a person meets them: what is printed and written, exit codes, refusals, and the same from Python."""

import dataclasses
import json
from pathlib import Path

import pytest

import thalweg as tw
from thalweg.core.errors import ConfigError
from thalweg.faces.claims import claims
from thalweg.loss import LOSSES

QUICK = "F2,loss-comparison"


def test_each_claim_is_a_line_and_the_page_and_the_numbers_are_written(ask):
    answer = ask("claims", "--only", QUICK, "--quiet")
    assert answer.code == 0
    lines = answer.out.splitlines()
    assert lines[0].split("  ")[0] == "F2"
    assert lines[0].endswith("12 of 12 hold")
    assert lines[1].startswith("F4   softmax and hinge are comparable")
    assert lines[2].startswith("2 of 2 claims hold: 25 of 25 checks (digits: 1,294 of 1,294 training and 359 test pictures")
    page = Path(lines[3].removeprefix("report  "))
    assert page.parent.name.startswith("digits-claims-")
    text = page.read_text()
    assert "thalweg claims digits --only F2,loss-comparison" in text
    assert "F4. Softmax and hinge are comparable" in text
    kept = json.loads((page.parent / "claims.json").read_text())
    assert [found["number"] for found in kept["claims"]] == ["F2", "F4"]


def test_verbose_shows_prediction_measurement_tolerance_and_caveat(ask):
    out = ask("claims", "--only", "f4", "--verbose", "--quiet").out
    assert "But: Softmax outputs depend on the scale" in out
    row = next(line for line in out.splitlines() if "softmax of (10, 9, 9)" in line)
    assert row.split()[-5:] == ["9)", "0.5514447", "0.5514447", "1e-12", "holds"]


def test_json_is_one_object_with_times(ask, tmp_path):
    answer = ask("claims", "gauss", "--examples", "60", "--only", "2", "--json", "--output", str(tmp_path / "mine.html"), "--seed", "3")
    said = answer.json
    assert (answer.code, said["verdict"], said["seed"]) == (0, "holds", 3)
    assert said["claims"][0]["checks"][0]["predicted"] == 1.0
    assert said["claims"][0]["seconds"] >= 0
    assert Path(said["report"]).name == "mine.html"
    assert (tmp_path / "mine.json").exists()
    assert said["again"] == "thalweg claims gauss --examples 60 --only 2 --seed 3"


def test_a_claim_that_fails_ends_with_one_and_is_shown(ask, monkeypatch):
    hinge = LOSSES.get("svm-max")
    real = type(LOSSES).get
    wrong = dataclasses.replace(hinge, value=lambda scores, labels, margin: hinge.value(scores, labels, margin=margin) * 2)
    monkeypatch.setattr(type(LOSSES), "get", lambda self, name: wrong if name == "svm-max" else real(self, name))
    answer = ask("claims", "--only", "F2", "--quiet")
    assert answer.code == 1
    assert "10 of 12 hold  FAILS" in answer.out
    assert "svm-max: Δ with Δ = 1, C = 10: 1 was predicted (tolerance 1e-12), 2 measured." in answer.out
    assert "0 of 1 claim hold" in answer.out.replace("holds", "hold")


def test_bad_words_are_refused_before_anything_is_read(ask):
    answer = ask("claims", "nowhere", "--only", "F99")
    assert answer.code == 2
    assert answer.err == "thalweg: unknown claim 'F99': claims have the numbers F1 to F22, or names such as softmax-start.\n"
    assert "Did you mean 'exact-saddle'?" in ask("claims", "--only", "exact-sadle").err


def test_python_gives_the_same(here, digits):
    found = claims(digits, only=["F2"])
    assert found.verdict == "holds"
    assert found["hinge-start"] is found["F2"]
    assert "1 of 1 claim holds: 12 of 12 checks" in str(found)
    assert found.again == "tw.claims(images, only=['F2'])"
    assert "F2. The hinge losses" in found.report().read_text()
    with pytest.raises(ConfigError, match="unknown claim"):
        tw.claims("digits", only=["F0"])


def test_a_claim_that_cannot_be_measured_says_why_and_is_no_failure(ask):
    answer = ask("claims", "gauss", "--examples", "60", "--only", "F21", "--quiet")
    assert answer.code == 0
    lines = answer.out.splitlines()
    assert lines[0].endswith("  not applicable")
    assert lines[1].strip().startswith("200 training and 200 test pictures are needed; there are ")
    assert lines[2].startswith("0 of 1 claim holds, 1 not applicable: 0 of 0 checks")
