"""Every format with every kind of model: what is written answers as the run does, bears its mark, and gives nothing of its maker away."""

from pathlib import Path

import pytest
from tests.faces.export.models import SETTINGS

from thalweg.core.entries import Entry
from thalweg.faces.export import FORMATS
from thalweg.faces.export._check import compare, draw_sample, tolerance_of
from thalweg.faces.export._places import is_export
from thalweg.score import SCORES

PRIVATE = (str(Path.cwd()).encode(), str(Path(__file__).parents[3]).encode(), str(Path.home()).encode())


def pairs():
    for entry in FORMATS:
        for file in entry.files:
            for name in SETTINGS:
                exported = entry.needs or file.endswith(".pt2")
                yield pytest.param(entry.name, file, name, marks=[pytest.mark.slow] if exported else [], id=f"{file}-{name}")


@pytest.mark.many_steps  # PyTorch's exporters follow the code that runs, which must not be that of the checks
@pytest.mark.parametrize(("name", "file", "kind"), list(pairs()))
def test_it_answers_as_the_run_does(run_of, tmp_path, name, file, kind):
    entry, run = FORMATS.get(name), run_of(kind)
    if entry.unsuited(run.model, Path(file).suffix):
        with pytest.raises(AssertionError):
            entry.write(run, file)
        return
    contents = entry.write(run, file)
    beside = entry.endings[Path(file).suffix]
    assert list(contents) == [file, *([str(Path(file).with_suffix(beside))] if beside else [])]
    for path, data in contents.items():
        (tmp_path / path).write_bytes(data)
        assert not any(private in data for private in PRIVATE if len(private) > 1)
    assert is_export(tmp_path / file)
    sample = draw_sample(run, 300, run.images)
    assert 0 < sample.rounding < 1e-5
    check = compare(entry.read(tmp_path / file), sample, tolerance=tolerance_of(run))
    assert check.difference <= 1e-5
    assert check.examples == 300
    assert (check.probability is not None) == run.model.probabilities
    if entry.name in ("numpy", "safetensors"):
        assert entry.write(run, file) == contents  # equal runs, equal bytes


def test_the_catalogue_says_what_each_needs():
    for entry in FORMATS:
        assert isinstance(entry, Entry)
        assert entry.summary
        assert bool(entry.needs) == bool(entry.extra)
        assert {Path(file).suffix for file in entry.files} == set(entry.endings)


def test_every_score_of_ours_is_written_out_for_pytorch(run_of):
    own = [entry.name for entry in SCORES if not entry.foreign]
    assert {run_of(kind).recipe.score.name for kind in ("linear", "mlp", "cnn", "resnet")} == set(own)
    for kind in SETTINGS:
        assert bool(FORMATS.get("torch").unsuited(run_of(kind).model, ".py")) == (kind == "module")
