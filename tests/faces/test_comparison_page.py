"""The page of a comparison: its sections, closed to the network, equal for equal comparisons."""

import importlib.util
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from thalweg.evidence import comparison
from thalweg.evidence.comparison import Contender
from thalweg.faces.comparison_page import build

_spec = importlib.util.spec_from_file_location("report_cases", Path(__file__).with_name("test_report.py"))
cases = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(cases)


def text(record, **options):
    return cases.Page(build(record, source="pets", **options)).text


def test_a_page_has_the_numbers_first_and_every_section():
    page = cases.Page(build(comparison.example(), source="pets"))
    assert [one["id"] for one in json.loads(page.scripts[0])["charts"]] == ["curves", "differences", "matrix-1", "matrix-2"]
    for words in (
        "linear, wider and other loss examples 20 test pictures of pets runs 3",
        "+20.00 points of accuracy: wider answers 90.00% rightly, linear 70.00%.",
        "With 95% confidence the difference lies between -5.84 and +42.21 points.",
        "wider alone is right on 5 examples, linear alone on 1: McNemar's exact test gives p = 0.2188, 0.6562 corrected for 3 pairs.",
        "score linear mlp linear loss softmax softmax svm-sum",
        "wider train 80.00% 0.3000 0 0.3000",
        "Cochran's Q = 4.571",
        "Confusion matrix of wider less that of linear",
    ):
        assert words in page.text


def contender(name, predicted):
    return Contender(name=name, recipe={}, epochs=[], figures={}, predicted=predicted, losses=np.ones(len(predicted)))


def test_where_the_first_is_the_best_it_is_held_against_the_second_best():
    wrong = {"best": 2, "worst": 6, "second": 5}
    runs = [contender(name, (np.arange(20) < count).astype(np.int64)) for name, count in wrong.items()]
    shown = text(comparison.measure(runs, np.zeros(20, np.int64), ["cat", "dog"]))
    assert "-15.00 points of accuracy: second answers 75.00% rightly, best 90.00%." in shown
    assert "The recipes are the same." in shown


def test_notes_stand_on_top_and_points_are_called_points():
    shown = text(replace(comparison.example(), part="all"), noun="points", notes=("b: diverged after epoch 2.",))
    assert "examples 20 points of pets" in shown
    assert "B: diverged after epoch 2." in shown


def test_equal_comparisons_give_equal_bytes_and_point_nowhere():
    html = build(comparison.example(), source="pets")
    assert html == build(comparison.example(), source="pets")
    page = cases.Page(html)
    assert all(address.startswith("#") for address in page.attributes("href"))
    assert page.attributes("src") == []
    names = page.attributes("id")
    assert len(names) == len(set(names))
    assert {address[1:] for address in page.attributes("href")} <= set(names)


def test_hostile_names_stay_text():
    record = comparison.example()
    hostile = replace(record, names=cases.HOSTILE[:3], classes=cases.HOSTILE[3:5])
    page = cases.Page(build(hostile, source=cases.HOSTILE[5], notes=cases.HOSTILE))
    assert len(page.scripts) == 3
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    assert "<script>alert(1)</script>" in page.text


@pytest.mark.parametrize("runs", [2, 9])
def test_two_runs_and_many(runs):
    labels = np.arange(20) % 2
    chosen = [contender(f"r{k}", labels * (k % 3 > 0)) for k in range(runs)]
    shown = text(comparison.measure(chosen, labels, ["cat", "dog"]))
    assert ("r0 and r1" in shown) == (runs == 2)
    assert ("r0 and 8 others" in shown) == (runs == 9)
    assert ("The other 2 runs are left out here" in shown) == (runs == 9)
