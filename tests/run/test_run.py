import dataclasses
import json
import random

import numpy as np
import pytest
import torch

from thalweg.core.errors import ConfigError, DataError, ModelError
from thalweg.core.imageset import Split
from thalweg.run.recipe import Recipe
from thalweg.run.run import open_run
from thalweg.run.train import train


@pytest.fixture(scope="module")
def folder(pictures, tmp_path_factory):
    path = tmp_path_factory.mktemp("runs") / "run"
    train(pictures, Recipe.make(epochs=2, loss="svm-sum", penalty={"l2": 0.01}), folder=path)
    return path


def test_an_opened_run_says_what_it_is(folder, pictures):
    run = open_run(folder)
    assert run.complete
    assert run.classes == pictures.classes
    assert run.data.fingerprint == pictures.fingerprint
    assert run.expected_start == 9.0
    assert run.seconds > 0
    assert run.folder == folder


def test_predictions_are_the_first_of_the_highest_scores(folder, pictures):
    run = open_run(folder)
    scores = run.scores(pictures.images)
    assert np.array_equal(run.predict(pictures.images), scores.argmax(1))
    with torch.no_grad():
        run.model.module.weight.zero_()
        run.model.module.bias.zero_()
    assert run.predict(pictures.images[:3]).tolist() == [0, 0, 0]


def test_figures_by_numpy(folder, pictures):
    run = open_run(folder)
    for part, rows in pictures.split.parts().items():
        scores, labels = run.scores(pictures.images[rows]).astype(np.float64), pictures.labels[rows]
        right = scores[np.arange(len(rows)), labels][:, None]
        hinges = np.maximum(0, scores - right + 1).sum(1) - 1
        assert run.figures[part].loss == pytest.approx(hinges.mean(), rel=1e-5)
        assert run.figures[part].accuracy == (scores.argmax(1) == labels).mean()
        assert run.figures[part].penalty == run.penalty
    assert np.allclose(run.losses(run.scores(pictures.images[:4]), pictures.labels[:4]).shape, (4,))


def test_evaluation_finds_the_runs_own_figures_and_renumbers_classes(folder, pictures):
    run = open_run(folder)
    assert run.evaluate(pictures) == run.figures
    order = np.random.default_rng(0).permutation(10)
    renamed = dataclasses.replace(pictures, classes=tuple(pictures.classes[i] for i in order), labels=np.argsort(order)[pictures.labels])
    assert run.evaluate(renamed) == run.figures
    only = Split(train=np.arange(5), validation=np.zeros(0, dtype=np.int64), test=np.zeros(0, dtype=np.int64))
    assert set(run.evaluate(dataclasses.replace(pictures, split=only))) == {"train"}


def test_pictures_that_do_not_fit_are_refused(folder, pictures):
    run = open_run(folder)
    with pytest.raises(DataError, match=r"digits: pictures are \(7, 8, 1\) \(height, width, channels\), the run takes \(8, 8, 1\)"):
        run.evaluate(dataclasses.replace(pictures, images=pictures.images[:, :7]))
    with pytest.raises(DataError, match=r"class 'x' is not among the declared classes \(0, 1, 2"):
        run.evaluate(dataclasses.replace(pictures, classes=(*pictures.classes[:9], "x")))


def test_hinges_give_no_probabilities(folder, pictures):
    with pytest.raises(ConfigError, match="loss 'svm-sum' gives scores, not probabilities; train with loss softmax to have them"):
        open_run(folder).probabilities(pictures.images[:2])


def test_a_run_without_an_end_is_not_opened(folder, tmp_path):
    with pytest.raises(ModelError, match="no such folder"):
        open_run(tmp_path / "nowhere")
    with pytest.raises(ModelError, match="so it is not a run"):
        open_run(tmp_path)


@pytest.mark.parametrize("victim", ["model.safetensors", "metrics.jsonl", "recipe.toml"])
def test_every_sampled_flip_of_what_is_hashed_is_found_by_file(folder, victim):
    path = folder / victim
    data = path.read_bytes()
    chance = random.Random(victim)
    try:
        for place in [0, len(data) - 1, *chance.sample(range(len(data)), min(60, len(data)))]:
            changed = bytearray(data)
            changed[place] ^= 1 << chance.randrange(8)
            path.write_bytes(changed)
            with pytest.raises(ModelError, match=rf"{victim}: SHA-256 is [0-9a-f]{{12}}\.\.\., the manifest says [0-9a-f]{{12}}\.\.\."):
                open_run(folder)
        path.unlink()
        with pytest.raises(ModelError, match=rf"{victim}: cannot be read"):
            open_run(folder)
    finally:
        path.write_bytes(data)


def test_flips_of_the_manifest_end_in_a_run_or_in_one_line(folder, pictures):
    """The manifest itself has no hash; a flip may change a number in it, but not which weights are used, and is never a traceback."""
    path = folder / "manifest.json"
    data, own = path.read_bytes(), open_run(folder).scores(pictures.images[:3])
    chance, opened = random.Random(0), 0
    try:
        for place in chance.sample(range(len(data)), 300):
            changed = bytearray(data)
            changed[place] ^= 1 << chance.randrange(8)
            path.write_bytes(changed)
            try:
                run = open_run(folder)
            except ModelError:
                continue
            opened += 1
            assert np.array_equal(run.scores(pictures.images[:3]), own)
    finally:
        path.write_bytes(data)
    assert opened < 300


@pytest.mark.parametrize("name", ["figures", "sha256", "data", "kept_epoch", "seconds", "versions", "penalty", "expected_start"])
@pytest.mark.parametrize("value", ["drop", None, 3, [], {}])
def test_a_manifest_that_lacks_a_part_is_refused(folder, name, value):
    path = folder / "manifest.json"
    data = path.read_bytes()
    content = json.loads(data)
    if value == "drop":
        del content[name]
    else:
        content[name] = value
    path.write_text(json.dumps(content))
    try:
        if value == "drop" or (name in ("sha256", "data", "figures") and value in (None, 3)):
            with pytest.raises(ModelError, match="manifest"):
                open_run(folder)
    finally:
        path.write_bytes(data)
