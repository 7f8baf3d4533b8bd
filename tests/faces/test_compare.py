"""Comparing as a person does: by command and from Python, with runs that fit and runs that do not."""

import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

import thalweg as tw
from thalweg.core.errors import ConfigError, DataError
from thalweg.core.imageset import Split
from thalweg.core.outcome import Ending

SETTINGS = {"score": "linear", "optimiser": "momentum", "rate": 0.05, "epochs": 2}


@pytest.fixture(scope="module")
def runs(digits, tmp_path_factory):
    """Three runs in folders, on the same pictures: softmax, hinge, and softmax with its classes in another order."""
    home = tmp_path_factory.mktemp("runs")
    chosen = {"soft": {}, "hinge": {"loss": "svm-sum"}, "turned": {"classes": list("9876543210")}}
    return {name: tw.train(digits, folder=home / name, **SETTINGS, **more) for name, more in chosen.items()}


def folders(runs, *names):
    return [str(runs[name].folder) for name in names]


def test_numbers_are_those_of_the_runs_themselves(runs, digits):
    found = tw.compare(*folders(runs, "soft", "hinge"))
    rows = digits.split.test
    right = [runs[name].predict(digits.images[rows]) == digits.labels[rows] for name in ("soft", "hinge")]
    (one,) = found.record.pairs
    assert found.record.names == ("soft", "hinge")
    assert (found.record.part, found.record.count) == ("test", len(rows))
    assert one.agreement.only_first == int((right[0] & ~right[1]).sum())
    assert one.agreement.only_second == int((~right[0] & right[1]).sum())
    assert [share.value for share in found.record.accuracies] == pytest.approx(
        [runs[name].figures["test"].accuracy for name in ("soft", "hinge")]
    )
    assert found.record.losses == pytest.approx([runs[name].figures["test"].loss for name in ("soft", "hinge")], rel=1e-5)
    assert found.figures()["hinge"]["test"] == runs["hinge"].figures["test"]
    assert [setting.name for setting in found.record.differing] == ["loss", "loss.smoothing", "loss.margin"]


def test_another_order_of_the_classes_is_no_difference(runs):
    found = tw.compare(runs["soft"], runs["turned"])
    first, second = found.record.confusions
    assert np.abs(first - second).sum() <= 4  # another order of columns draws other initial weights
    assert found.record.classes == tuple("0123456789")
    assert found.record.losses[0] == pytest.approx(found.record.losses[1], rel=0.01)


def test_runs_in_memory_and_from_folders_mix_and_names_stay_apart(runs, digits):
    own = tw.train(digits, **{**SETTINGS, "epochs": 1})
    found = tw.compare(own, runs["soft"], tw.train(digits, **SETTINGS))
    assert found.record.names == ("linear + softmax (1)", "soft", "linear + softmax (2)")
    assert found.record.pairs[2].agreement.only_first == found.record.pairs[2].agreement.only_second == 0


def test_rows_and_frame(runs, monkeypatch):
    found = tw.compare(runs["soft"], runs["hinge"])
    rows = found.rows()
    assert [(row["run"], row["loss"], row["loss.margin"]) for row in rows] == [("soft", "softmax", None), ("hinge", "svm-sum", 1.0)]
    assert rows[1]["mean loss"] == found.record.losses[1]
    assert rows[0]["validation accuracy"] == runs["soft"].figures["validation"].accuracy
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ConfigError, match="pip install pandas"):
        found.frame()
    frames = SimpleNamespace(DataFrame=lambda given: SimpleNamespace(set_index=lambda name: (name, given)))
    monkeypatch.setitem(sys.modules, "pandas", frames)
    assert found.frame() == ("run", rows)


def test_other_pictures_measure_all_runs(runs, digits, tmp_path):
    noisy = np.clip(digits.images[:300].astype(int) + np.random.default_rng(0).integers(-40, 40, digits.images[:300].shape), 0, 255)
    np.savez(tmp_path / "noisy.npz", images=noisy.astype(np.uint8), labels=digits.labels[:300])
    found = tw.compare(runs["soft"], runs["turned"], images=tmp_path / "noisy.npz")
    assert (found.record.part, found.record.count) == ("all", 300)
    predicted = runs["turned"].predict(noisy.astype(np.uint8))
    named = np.array([runs["turned"].classes[k] for k in predicted])
    assert found.record.accuracies[1].right == int((named == digits.labels[:300].astype(str)).sum())


def test_pictures_that_a_run_was_trained_on_are_its_own_or_refused(runs, digits):
    moved = tw.compare(runs["soft"], runs["hinge"], images="digits")
    assert moved.record.part == "test"
    other = tw.train("blobs3", epochs=1)
    points = tw.load("blobs3")
    none = np.empty(0, dtype=np.int64)
    points = replace(points, split=Split(np.arange(len(points)), none, none))
    again = tw.train(replace(points, fingerprint="moved"), epochs=1)
    with pytest.raises(DataError, match=r"blobs3: linear \+ softmax \(1\) was trained on some of these pictures"):
        tw.compare(other, again, images=points)


def test_other_test_rows_are_refused_and_another_validation_share_is_not(runs, digits):
    seeded = tw.train("digits", seed=1, **SETTINGS)
    with pytest.raises(DataError, match=r"linear \+ softmax: its test part holds other examples than that of soft .* --data DATA"):
        tw.compare(runs["soft"], seeded)
    with pytest.raises(DataError, match="it kept no test part, as soft did"):
        tw.compare(runs["soft"], tw.train("digits", test=0.0, **SETTINGS))
    wider = tw.train("digits", validation=0.2, **SETTINGS)
    assert tw.compare(runs["soft"], wider).record.count == len(digits.split.test)


def test_seeds_compare_where_they_share_the_split(digits):
    one, other = (tw.train("digits", seed=seed, data_seed=0, **SETTINGS) for seed in (1, 2))
    found = tw.compare(one, other)
    assert [setting.name for setting in found.record.differing] == ["seed"]


def test_folds_share_the_test_part_but_not_the_validation_part():
    one, other = (tw.train("digits", folds=3, fold=fold, **SETTINGS) for fold in (0, 1))
    assert tw.compare(one, other).record.part == "test"
    bare = [tw.train("digits", folds=3, fold=fold, test=0.0, **SETTINGS) for fold in (0, 1)]
    with pytest.raises(DataError, match="its validation part holds other examples"):
        tw.compare(*bare)


def test_without_a_test_part_the_validation_part_is_compared_and_that_is_said():
    one, other = (tw.train("digits", test=0.0, **{**SETTINGS, "epochs": epochs}) for epochs in (1, 2))
    found = tw.compare(one, other)
    assert found.record.part == "validation"
    assert "no test part was kept" in found.notes[0]
    nothing = [tw.train("digits", test=0.0, validation=0.0, **{**SETTINGS, "epochs": epochs}) for epochs in (1, 2)]
    with pytest.raises(DataError, match="no examples were held out, neither for testing nor for validation"):
        tw.compare(*nothing)


def test_a_run_that_diverged_is_compared_and_named(digits, runs):
    broken = replace(runs["soft"], folder=None, outcome=replace(runs["soft"].outcome, ending=Ending.DIVERGED))
    assert tw.compare(runs["hinge"], broken).notes == ("linear + softmax: diverged after epoch 2.",)


def test_other_classes_and_other_pictures_are_told_apart(runs, digits):
    points = tw.train("blobs3", epochs=1)
    with pytest.raises(ConfigError, match=r"other classes than soft: without '0', '1', '2', \.\.\. and with 'class 0'"):
        tw.compare(runs["soft"], points)
    fewer = tw.train((digits.images[:900], digits.labels[:900]), **SETTINGS)
    with pytest.raises(DataError, match=r"trained on other pictures \(.*, 900 examples\) than soft \(digits, 1,797 examples\)"):
        tw.compare(runs["soft"], fewer)


def test_fewer_than_two_runs_and_the_same_run_twice_are_refused(runs):
    with pytest.raises(ConfigError, match="at least two runs; got 1"):
        tw.compare(runs["soft"])
    with pytest.raises(ConfigError, match="is given twice"):
        tw.compare(runs["soft"], str(runs["soft"].folder) + "/")


def test_the_command_prints_tables_and_writes_a_page(ask, runs):
    answer = ask("compare", *folders(runs, "soft", "hinge", "turned"))
    assert answer.code == 0
    assert "359 test pictures of digits" in answer.out
    assert "Cochran's Q" in answer.out
    assert answer.out.endswith("report  comparison.html\n")
    assert Path("comparison.html").read_text().startswith("<!doctype html>")


def test_json_is_one_strict_object_and_the_output_can_be_named(ask, runs):
    answer = ask("compare", *folders(runs, "soft", "hinge"), "--json", "--output", "sub/page.html")
    assert answer.json["report"] == "sub/page.html"
    assert answer.json["names"] == ["soft", "hinge"]
    assert answer.json["pairs"][0]["loss"]["reason"] == "the runs measure different losses"
    assert answer.err == ""
    assert Path("sub/page.html").exists()


def test_wrong_commands_end_with_one_line_and_their_code(ask, runs):
    soft = folders(runs, "soft")[0]
    for words, code, said in (
        ((soft,), 2, "at least two runs"),
        ((soft, soft), 2, "given twice"),
        ((soft, "nowhere"), 5, "nowhere: no such folder"),
        ((soft, folders(runs, "hinge")[0], "--data", "nowhere"), 3, "no data at 'nowhere'"),
    ):
        answer = ask("compare", *words)
        assert (answer.code, answer.out) == (code, "")
        assert said in answer.err
        assert answer.err.count("\n") == 1


def turned(source, target, *, each):
    """Write the first pictures of each class, turned by a right angle: other pictures with the same classes."""
    for folder in sorted(source.iterdir()):
        (target / folder.name).mkdir(parents=True)
        for file in sorted(folder.iterdir())[:each]:
            with Image.open(file) as picture:
                picture.rotate(90).save(target / folder.name / file.name)


def test_runs_at_several_sizes_are_measured_on_other_pictures(ask, painted, tmp_path):
    for size in ("8", "4"):
        assert ask("train", str(painted), "--size", size, "--epochs", "1", "--run", f"s{size}", "--no-report").code == 0
    answer = ask("compare", "s8", "s4")
    assert answer.code == 3
    assert "s4: trained on other pictures" in answer.err
    assert "s8 was trained on some of these" in ask("compare", "s8", "s4", "--data", str(painted)).err
    turned(painted, tmp_path / "other", each=5)
    found = ask("compare", "s8", "s4", "--data", "other", "--json").json
    assert (found["part"], found["count"]) == ("all", 10)


def test_runs_at_several_sizes_share_a_test_part_that_the_source_itself_has(ask, painted, tmp_path):
    turned(painted, tmp_path / "parted" / "test", each=6)
    painted.rename(tmp_path / "parted" / "train")
    for size in ("8", "4"):
        assert ask("train", "parted", "--size", size, "--epochs", "1", "--run", f"p{size}", "--no-report").code == 0
    found = ask("compare", "p8", "p4", "--data", "parted", "--json").json
    assert (found["part"], found["count"]) == ("test", 12)
