"""The ONNX export: one file, raw pixels of any batch size in, every answer out, and nothing taken from other files."""

import json
import tomllib
from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest
import torch

from thalweg.core.errors import ModelError
from thalweg.faces.export import FORMATS
from thalweg.faces.export._check import draw_sample
from thalweg.faces.export.onnx import refuse_external
from thalweg.run.recipe import Recipe

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")
ENTRY = FORMATS.get("onnx")


@pytest.mark.many_steps  # PyTorch's exporter follows the code that runs, which must not be that of the checks
def test_raw_pixels_in_every_answer_out(run_of, tmp_path):
    run = run_of("linear")
    content = ENTRY.write(run, "net.onnx")["net.onnx"]
    proto = onnx.load_model_from_string(content)
    (given,) = proto.graph.input
    assert (given.name, given.type.tensor_type.elem_type) == ("pixels", onnx.TensorProto.UINT8)
    assert [axis.dim_param or axis.dim_value for axis in given.type.tensor_type.shape.dim] == ["batch", 8, 8, 1]
    assert [output.name for output in proto.graph.output] == ["scores", "probabilities", "class"]
    assert {output.type.tensor_type.shape.dim[0].dim_param for output in proto.graph.output} == {"batch"}
    assert not any(node.metadata_props for node in proto.graph.node)
    said = {entry.key: entry.value for entry in proto.metadata_props}
    assert json.loads(said["classes"]) == list(run.classes)
    assert Recipe.from_toml(said["recipe"]) == run.recipe
    assert tomllib.loads(said["recipe"])["score"]["name"] == "linear"
    assert said["data_fingerprint"] == run.data.fingerprint
    (tmp_path / "net.onnx").write_bytes(content)
    opset = next(each.version for each in proto.opset_import if each.domain == "")
    assert ENTRY.detail(tmp_path / "net.onnx") == f"opset {opset}"
    session = onnxruntime.InferenceSession(content)
    sample = draw_sample(run, 1000, run.images)
    for count in (0, 1, 2, 7, 1000):
        pixels = sample.images[:count]
        scores, likely, number = session.run(None, {"pixels": pixels})
        assert scores.shape == likely.shape == (count, 10)
        assert number.dtype == np.int64
        if count:
            assert np.abs(scores - run.scores(pixels)).max() < 1e-5
            assert np.abs(likely - run.probabilities(pixels)).max() < 1e-6
            assert np.array_equal(number, run.predict(pixels))


@pytest.mark.slow
@pytest.mark.many_steps
@pytest.mark.parametrize("kind", ["linear, whitened", "resnet", "module", "points"])
def test_a_fresh_process_needs_onnx_runtime_only(run_of, tmp_path, alone, kind):
    run = run_of(kind)
    content = ENTRY.write(run, "net.onnx")
    assert content == ENTRY.write(run, "net.onnx")  # equal runs, equal bytes
    (tmp_path / "net.onnx").write_bytes(content["net.onnx"])
    batch = np.ascontiguousarray(run.images.images[:50])
    np.save(tmp_path / "batch.npy", batch)
    usage = ENTRY.usage(run, "net.onnx")
    lines = [*usage.imports, "import numpy as np", "pixels = np.load('batch.npy')", *usage.lines, "np.save('scores.npy', scores)"]
    said = alone("\n".join([*lines, "print(len(number))"]), "torch", "onnx", "scipy")
    assert said.splitlines()[-1] == "50"
    assert np.abs(np.load(tmp_path / "scores.npy") - run.scores(batch)).max() < 1e-5
    assert len(session_outputs(content["net.onnx"])) == (3 if run.model.probabilities else 2)


def session_outputs(content):
    return onnxruntime.InferenceSession(content).get_outputs()


@pytest.mark.slow
@pytest.mark.many_steps
def test_ties_go_to_the_first_class(run_of):
    run = run_of("linear")
    module = deepcopy(run.model.module)
    with torch.no_grad():
        module.weight.zero_()
        module.bias.zero_()
    tied = replace(run, model=replace(run.model, module=module))
    session = onnxruntime.InferenceSession(ENTRY.write(tied, "net.onnx")["net.onnx"])
    *_, number = session.run(None, {"pixels": run.images.images[:4]})
    assert number.tolist() == tied.predict(run.images.images[:4]).tolist() == [0, 0, 0, 0]


def test_more_than_one_file_holds_is_refused(run_of):
    huge = torch.nn.Linear(1 << 15, 1 << 15, device="meta")
    assert "4,295,098,368 bytes, and one ONNX file holds 2,130,706,432" in ENTRY.unsuited(
        replace(run_of("linear").model, module=huge), ".onnx"
    )


def external(location):
    tensor = onnx.helper.make_tensor("w", onnx.TensorProto.FLOAT, [1], [1.0])
    tensor.ClearField("float_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", location
    return tensor


@pytest.mark.parametrize("place", ["initializer", "attribute", "subgraph"])
@pytest.mark.parametrize("location", ["../../etc/passwd", "/etc/passwd", "weights.bin"])
def test_no_weights_of_other_files_are_followed(tmp_path, place, location):
    tensor, graph = external(location), onnx.GraphProto(name="net")
    if place == "initializer":
        graph.initializer.append(tensor)
    elif place == "attribute":
        graph.node.append(onnx.helper.make_node("Constant", [], ["w"], value=tensor))
    else:
        inner = onnx.GraphProto(name="inner")
        inner.initializer.append(tensor)
        graph.node.append(onnx.helper.make_node("If", ["x"], ["y"], then_branch=inner, else_branch=onnx.GraphProto(name="else")))
    with pytest.raises(ModelError, match="lies in another file; an export is one file"):
        refuse_external(onnx.helper.make_model(graph))
    (tmp_path / "net.onnx").write_bytes(onnx.helper.make_model(graph).SerializeToString())
    with pytest.raises(ModelError, match="lies in another file"):
        ENTRY.read(tmp_path / "net.onnx")
