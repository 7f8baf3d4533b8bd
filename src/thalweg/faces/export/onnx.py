"""ONNX: one file with raw pixels in, and scores, probabilities (where defined) and the class out."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from thalweg.core.errors import ModelError
from thalweg.faces.export._facts import card, input_facts, of_points
from thalweg.faces.export._format import MARK, Answering, Answers, Format, Usage
from thalweg.faces.export._raw import outputs, program, quietly
from thalweg.run.model import Model
from thalweg.run.run import Run

LARGEST = (1 << 31) - (1 << 24)
"""Bytes of weights that fit into one file, whose format counts its bytes with 31 bits, beside everything else."""


def unsuited(model: Model, ending: str) -> str:
    """Say why a model is no ONNX file; which modules PyTorch can export is found out by trying."""
    size = sum(tensor.nbytes for tensor in model.module.state_dict().values())
    return f"its weights have {size:,} bytes, and one ONNX file holds {LARGEST:,}" if size > LARGEST else ""


def write(run: Run, name: str) -> dict[str, bytes]:
    """Return the file. Its metadata hold class names, recipe, fingerprints and the whole card, as text and JSON."""
    import onnx
    import torch

    exported = program(run.model, name="ONNX", points=of_points(run))
    with quietly():
        made = torch.onnx.export(
            exported, dynamo=True, input_names=[input_facts(run)["name"]], output_names=list(outputs(run.model)), verbose=False
        )
    assert made is not None
    proto = made.model_proto
    _forget_sources(proto)
    _name_batch(proto)
    facts = card(run)
    proto.producer_name, proto.producer_version, proto.doc_string = "thalweg", facts["thalweg"], MARK
    properties = {
        "classes": json.dumps(facts["classes"]),
        "recipe": facts["recipe"],
        "thalweg": facts["thalweg"],
        "data_fingerprint": facts["fingerprints"]["data"],
        "recipe_fingerprint": facts["fingerprints"]["recipe"],
        "layout": facts["input"]["layout"],
        "card": json.dumps(facts, sort_keys=True, allow_nan=False),
    }
    onnx.helper.set_model_props(proto, properties)
    return {name: proto.SerializeToString()}


def read(path: Path) -> Answering:
    """Return the answers that ONNX Runtime gives; the file must hold all its weights itself."""
    import onnx
    import onnxruntime

    content = path.read_bytes()
    proto = onnx.load_model_from_string(content)
    refuse_external(proto)
    onnx.checker.check_model(proto, full_check=True)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    (given,) = session.get_inputs()
    names = [output.name for output in session.get_outputs()]

    def answers(images: np.ndarray) -> Answers:
        found = dict(zip(names, session.run(None, {given.name: np.ascontiguousarray(images)}), strict=True))
        return Answers(found["scores"], found["class"], found.get("probabilities"))

    return answers


def refuse_external(proto: Any) -> None:
    """Raise `ModelError` where weights are said to lie in another file: whoever reads it would open any path that stands there."""
    for tensor in _tensors(proto.graph):
        if tensor.data_location == tensor.EXTERNAL or tensor.external_data:
            raise ModelError(f"its tensor {tensor.name!r} lies in another file; an export is one file")


def detail(path: Path) -> str:
    """Return the opset of the standard's own operators."""
    import onnx

    proto = onnx.load_model_from_string(path.read_bytes())
    return ", ".join(f"opset {opset.version}" for opset in proto.opset_import if opset.domain in ("", "ai.onnx"))


def usage(run: Run, name: str) -> Usage:
    """Return Python that uses the file."""
    names = ", ".join("number" if output == "class" else output for output in outputs(run.model))
    lines = (
        f"session = onnxruntime.InferenceSession({json.dumps(name)})",
        'classes = json.loads(session.get_modelmeta().custom_metadata_map["classes"])',
        f'{names} = session.run(None, {{"{input_facts(run)["name"]}": pixels}})',
        "print([classes[each] for each in number], scores)",
    )
    return Usage(("import json", "import onnxruntime"), lines)


def _name_batch(proto: Any) -> None:
    """Call the axis of any length `batch` wherever it stands, which PyTorch gives a name of its own."""
    symbol = proto.graph.input[0].type.tensor_type.shape.dim[0].dim_param
    for value in (*proto.graph.input, *proto.graph.output, *proto.graph.value_info):
        for axis in value.type.tensor_type.shape.dim:
            if axis.dim_param == symbol:
                axis.dim_param = "batch"


def _forget_sources(proto: Any) -> None:
    """Take out where each node came from in somebody's source files: paths of the machine it was written on."""
    for part in (proto.graph, *proto.functions):
        for noted in (part, *part.node, *part.value_info):
            noted.ClearField("metadata_props")
            noted.ClearField("doc_string")
    for value in (*proto.graph.input, *proto.graph.output):
        value.ClearField("metadata_props")


def _tensors(graph: Any) -> Iterable[Any]:
    """Return every tensor of a graph and of the graphs inside its nodes."""
    yield from graph.initializer
    for sparse in graph.sparse_initializer:
        yield from (sparse.values, sparse.indices)
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("t"):
                yield attribute.t
            yield from attribute.tensors
            for inner in (*([attribute.g] if attribute.HasField("g") else []), *attribute.graphs):
                yield from _tensors(inner)


ENTRY = Format(
    summary="one ONNX file: raw pixels in; scores, probabilities where defined, and the class out",
    formula="scores = f(x, W, b), probabilities = softmax(scores), class = argmax(scores)",
    reference="ONNX, https://onnx.ai/onnx/intro; written by torch.onnx, run by ONNX Runtime",
    endings={".onnx": ""},
    files=("model.onnx",),
    packages=("onnxruntime", "numpy"),
    unsuited=unsuited,
    write=write,
    read=read,
    usage=usage,
    needs=("onnx", "onnxscript", "onnxruntime"),
    extra="onnx",
    detail=detail,
)
