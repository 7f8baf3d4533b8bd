"""The Python face: one line trains, and a run answers in memory as it does from its folder."""

from pathlib import Path

import numpy as np
import pytest

import thalweg as tw
from thalweg.core.errors import ConfigError, DataError

SETTINGS = {"score": "linear", "loss": "svm-sum", "penalty": {"l2": 1e-4}, "optimiser": "momentum", "rate": 0.05, "epochs": 3}


def test_the_line_of_the_readme() -> None:
    run = tw.train(tw.load("digits"), **SETTINGS)
    assert [row.epoch for row in run.metrics] == [0, 1, 2, 3]
    assert run.figures["test"].accuracy > 0.85
    digits = tw.load("digits")
    assert run.scores(digits.images[:5]).shape == (5, 10)
    assert (run.predict(digits.images[:5]) == run.scores(digits.images[:5]).argmax(1)).all()
    with pytest.raises(ConfigError, match="scores, not probabilities"):
        run.probabilities(digits.images[:5])


def test_a_name_an_image_set_and_arrays_train_alike() -> None:
    digits = tw.load("digits")
    by_set, by_name = tw.train(digits, **SETTINGS), tw.train("digits", **SETTINGS)
    by_arrays = tw.train((digits.images, digits.labels), **SETTINGS)
    assert by_set.figures == by_name.figures
    assert by_arrays.figures["train"].accuracy > 0.85


def test_a_folder_keeps_the_run(tmp_path: Path) -> None:
    digits = tw.load("digits")
    run = tw.train(digits, folder=tmp_path / "run", **SETTINGS)
    found = tw.open(tmp_path / "run")
    assert found.figures == run.figures
    assert found.metrics == run.metrics
    assert np.array_equal(found.scores(digits.images), run.scores(digits.images))
    assert found.report() == tmp_path / "run" / "report.html"


def test_another_split_than_the_runs_is_not_reported_on(tmp_path: Path) -> None:
    run = tw.train(tw.load("digits", seed=0), folder=tmp_path / "run", seed=1, **SETTINGS)
    assert run.report().exists()
    with pytest.raises(DataError, match="another split"):
        tw.open(tmp_path / "run").report()
    tw.open(tmp_path / "run").report(images=tw.load("digits", seed=0))


def test_arrays_are_not_taken_for_a_data_set(tmp_path: Path) -> None:
    digits = tw.load("digits")
    run = tw.train((digits.images, digits.labels), folder=tmp_path / "run", **SETTINGS)
    assert run.recipe.data.source == "arrays"
    with pytest.raises(DataError, match="arrays"):
        tw.open(tmp_path / "run").report()


def test_a_run_in_memory_reports_into_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    digits = tw.load("digits")
    run = tw.train((digits.images, digits.labels), **SETTINGS)
    page = run.report()
    assert (page.parent, page.suffix) == (Path(), ".html")
    assert page.read_text().startswith("<!doctype html>")
    assert run.report(tmp_path / "page.html") == tmp_path / "page.html"
    assert (tmp_path / "page.html").read_text() == page.read_text()


def test_global_randomness_is_left_alone() -> None:
    import torch

    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    tw.train("digits", score={"name": "mlp", "widths": [8], "dropout": 0.5}, epochs=1)
    assert torch.equal(torch.rand(3), expected)


def test_recipe_or_settings_but_not_both() -> None:
    run = tw.train("digits", **SETTINGS)
    again = tw.train("digits", recipe=run.recipe)
    assert again.figures == run.figures
    with pytest.raises(ConfigError, match="either a recipe or settings"):
        tw.train("digits", recipe=run.recipe, epochs=3)


def test_pictures_of_another_shape_are_refused() -> None:
    run = tw.train("digits", **SETTINGS)
    with pytest.raises(DataError, match="the model takes images"):
        run.scores(np.zeros((2, 9, 9, 1), dtype=np.uint8))


def test_import_alone_loads_no_torch() -> None:
    import subprocess
    import sys

    code = "import sys, thalweg; assert 'torch' not in sys.modules; assert thalweg.__version__"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        tw.nothing  # noqa: B018
