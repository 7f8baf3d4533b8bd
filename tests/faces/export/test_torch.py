"""The PyTorch export: a fresh process that has PyTorch and no Thalweg; the net written out is the net."""

import runpy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from thalweg.faces.export import FORMATS
from thalweg.faces.export._layers import written_net

ENTRY = FORMATS.get("torch")

SOURCE = """
import torch, net
batch = torch.load("batch.pt", weights_only=True)
model = net.load()
with torch.no_grad():
    torch.save(model(batch), "scores.pt")
    assert model(batch[:0]).shape == (0, len(net.CLASSES))
print("\\n".join(model.classify(batch)))
assert not [name for name in sys.modules if name.startswith("thalweg")]
"""


def put(run, folder, name="net.py"):
    for path, data in ENTRY.write(run, name).items():
        (folder / path).write_bytes(data)
    return folder / name


def said_alone(run, folder, alone):
    batch = run.images.images[:50]
    torch.save(torch.from_numpy(np.ascontiguousarray(batch)), folder / "batch.pt")
    said = alone(SOURCE, "safetensors", "scipy", "sklearn", "onnxruntime")
    assert said.splitlines() == [run.classes[number] for number in run.predict(batch)]
    assert np.abs(torch.load(folder / "scores.pt", weights_only=True).numpy() - run.scores(batch)).max() < 1e-5


def test_a_fresh_process_needs_pytorch_only(run_of, tmp_path, alone):
    put(run_of("cnn, chain"), tmp_path)
    said_alone(run_of("cnn, chain"), tmp_path, alone)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["linear", "mlp, batch-norm", "cnn", "resnet", "points"])
def test_every_net_stands_alone(run_of, tmp_path, alone, kind):
    put(run_of(kind), tmp_path)
    said_alone(run_of(kind), tmp_path, alone)


@pytest.mark.slow
@pytest.mark.many_steps
def test_a_program_stands_alone(run_of, tmp_path, alone):
    run = run_of("module")
    put(run, tmp_path, "net.pt2")
    batch = np.ascontiguousarray(run.images.images[:20])
    np.save(tmp_path / "batch.npy", batch)
    usage = ENTRY.usage(run, "net.pt2")
    lines = [*usage.imports, "import numpy as np", "pixels = np.load('batch.npy')", *usage.lines]
    alone("\n".join([*lines, "np.save('scores.npy', scores.detach().numpy())"]).replace('"-W", "error"', ""), "tests")
    assert np.abs(np.load(tmp_path / "scores.npy") - run.scores(batch)).max() < 1e-5


def test_the_names_are_the_run_s_own(run_of, tmp_path):
    run = run_of("resnet")
    net = runpy.run_path(str(put(run, tmp_path)))["load"]()
    assert set(net.state_dict()) == {*run.model.module.state_dict(), "subtract"}
    assert sum(parameter.numel() for parameter in net.parameters()) == sum(p.numel() for p in run.model.module.parameters())
    assert not net.training


def test_the_net_can_be_trained_further(run_of, tmp_path):
    net = runpy.run_path(str(put(run_of("mlp"), tmp_path)))["load"]().train()
    net(torch.zeros((2, 8, 8, 1), dtype=torch.uint8)).sum().backward()
    assert all(parameter.grad is not None for parameter in net.parameters())


def test_weights_of_another_export_are_refused(run_of, tmp_path):
    path = put(run_of("linear"), tmp_path)
    (tmp_path / "net.pt").write_bytes(ENTRY.write(run_of("mlp"), "net.py")["net.pt"])
    with pytest.raises(ValueError, match=r"not the weights that were written with net\.py"):
        runpy.run_path(str(path))["load"]()


def test_a_layer_that_nobody_here_knows_is_not_written_out(run_of):
    model = run_of("mlp, tanh").model
    module = model.module
    layer, module.layers[1] = module.layers[1], torch.nn.Hardtanh()
    try:
        assert written_net(model) is None
    finally:
        module.layers[1] = layer


def test_class_names_cannot_leave_their_quotes(run_of, tmp_path):
    run = run_of("linear")
    names = ('"""\nimport os', "'] + [open('x', 'w')] + ['", "\\", "\u202e", "\n", "{{ 7 * 7 }}", "\udcff", "猫", "", "#")
    hostile = replace(run, model=replace(run.model, classes=names), data=replace(run.data, source='x"""\nraise SystemExit'))
    for name in ("torch", "numpy"):
        for path, data in FORMATS.get(name).write(hostile, f"{name}_net.py").items():
            (tmp_path / path).write_bytes(data)
        module = runpy.run_path(str(tmp_path / f"{name}_net.py"))
        assert module["CLASSES"] == names
        assert list(tmp_path.glob("x")) == list(Path().glob("x")) == []
