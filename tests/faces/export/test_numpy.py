"""The NumPy export: numbers worked by hand, and a fresh process that has neither Thalweg nor PyTorch."""

import runpy

import numpy as np
import pytest

from thalweg.faces.export import FORMATS

ENTRY = FORMATS.get("numpy")


def put(run, folder, name="net.py"):
    for path, data in ENTRY.write(run, name).items():
        (folder / path).write_bytes(data)
    return folder / name


@pytest.mark.parametrize("kind", ["linear, whitened", "mlp, batch-norm", "points"])
def test_a_fresh_process_needs_numpy_only(run_of, tmp_path, alone, kind):
    run = run_of(kind)
    put(run, tmp_path)
    batch = run.images.images[:50]
    np.save(tmp_path / "batch.npy", batch)
    source = """
import numpy as np, net
batch = np.load("batch.npy")
np.save("scores.npy", net.scores(batch))
assert net.scores(batch[:0]).shape == (0, len(net.CLASSES)) and net.classify(batch[:0]) == []
assert np.array_equal(net.scores(batch[:1])[0].round(4), net.scores(batch)[0].round(4))
print("\\n".join(net.classify(batch)))
"""
    said = alone(source, "torch", "safetensors", "scipy", "onnxruntime")
    assert said.splitlines() == [run.classes[number] for number in run.predict(batch)]
    assert np.abs(np.load(tmp_path / "scores.npy") - run.scores(batch)).max() < (1e-5 if kind.startswith("linear") else 1e-4)
    assert alone("import runpy; sys.argv = ['net.py', 'batch.npy']; runpy.run_path('net.py', run_name='__main__')", "torch") == said


def test_the_scores_are_those_of_the_formula(run_of, tmp_path):
    module = runpy.run_path(str(put(run_of("linear"), tmp_path)))
    weight, bias = module["W"]["weight"], module["W"]["bias"]
    picture = np.zeros((1, 8, 8, 1), dtype=np.uint8)
    picture[0, 2, 3, 0] = 5
    assert module["scores"](picture)[0] == pytest.approx(5 * weight[:, 2 * 8 + 3] + bias, abs=1e-6)
    assert module["probabilities"](picture).sum() == pytest.approx(1, abs=1e-12)
    module["W"]["weight"][:] = 0
    module["W"]["bias"][:] = 0
    assert module["classify"](picture) == ["0"]  # the first of equal scores


def test_weights_of_another_export_are_refused(run_of, tmp_path):
    path = put(run_of("linear"), tmp_path)
    (tmp_path / "net.npz").write_bytes(ENTRY.write(run_of("mlp"), "net.py")["net.npz"])
    with pytest.raises(ValueError, match=r"not the weights that were written with net\.py"):
        runpy.run_path(str(path))


def test_another_shape_is_refused(run_of, tmp_path):
    module = runpy.run_path(str(put(run_of("linear"), tmp_path)))
    with pytest.raises(ValueError, match=r"\[batch, 8, 8, 1\] \(height, width, channels\); got \[3, 28, 28, 1\]"):
        module["scores"](np.zeros((3, 28, 28, 1), dtype=np.uint8))


@pytest.mark.parametrize("kind", ["cnn", "resnet", "module"])
def test_what_has_convolutions_is_not_for_numpy(run_of, kind):
    assert "not made of linear maps and activations alone" in ENTRY.unsuited(run_of(kind).model, ".py")
