"""One Python file that needs only NumPy, with the weights beside it: linear scores and multi-layer perceptrons."""

import hashlib
import io
import json
import runpy
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from torch import nn

from thalweg.faces.export._facts import card, of_points
from thalweg.faces.export._format import MARK, Answering, Answers, Format, Usage, importable
from thalweg.faces.export._template import written
from thalweg.run.model import Model
from thalweg.run.run import Run
from thalweg.score.linear import Linear
from thalweg.score.mlp import Perceptron

ACTIVATIONS: Mapping[type[nn.Module], str] = {
    nn.ReLU: "x = np.maximum(x, 0)",
    nn.Tanh: "x = np.tanh(x)",
    nn.Sigmoid: "x = 0.5 + 0.5 * np.tanh(0.5 * x)  # 1 / (1 + exp(-x)), which cannot overflow",
    nn.GELU: "x = 0.5 * x * (1 + np.vectorize(math.erf, otypes=[np.float32])(x * math.sqrt(0.5)))",
    nn.Identity: "",
    nn.Dropout: "",
}
"""What a layer does to a batch x [batch, units] in evaluation; an empty text is nothing."""


def unsuited(model: Model, ending: str) -> str:
    """Say why a model cannot be written: NumPy has no convolutions, and a module of somebody's is not ours to write out."""
    if _steps(model.module) is None:
        return f"score {model.score['name']!r} is not made of linear maps and activations alone"
    return ""


def write(run: Run, name: str) -> dict[str, bytes]:
    """Return the Python file and its weights: the same name with the ending `.npz`, every array under the name it has in the run."""
    steps = _steps(run.model.module)
    assert steps is not None
    arrays = {
        key: tensor.numpy() for key, tensor in run.model.module.state_dict().items() if key.rpartition(".")[2] != "num_batches_tracked"
    }
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **arrays)
    weights = file.getvalue()
    text = written(
        "numpy.py",
        mark=MARK,
        run=run,
        facts=card(run),
        points=of_points(run),
        steps=steps,
        erf=any("math.erf" in step for step in steps),
        sha256=hashlib.sha256(weights).hexdigest(),
    )
    return {name: text.encode(), str(Path(name).with_suffix(".npz")): weights}


def read(path: Path) -> Answering:
    """Return the answers of the file, which is run for it."""
    module = runpy.run_path(str(path))
    scores: Callable[[np.ndarray], np.ndarray] = module["scores"]

    def answers(images: np.ndarray) -> Answers:
        likely = module["probabilities"](images) if "probabilities" in module else None
        number = {name: place for place, name in enumerate(module["CLASSES"])}
        return Answers(scores(images), np.array([number[name] for name in module["classify"](images)], dtype=np.int64), likely)

    return answers


def usage(run: Run, name: str) -> Usage:
    """Return Python that uses the file."""
    module = Path(name).stem
    if importable(name):
        return Usage((f"import {module}",), (f"print({module}.classify(pixels), {module}.scores(pixels))",))
    lines = (f"model = run_path({json.dumps(name)})", 'print(model["classify"](pixels), model["scores"](pixels))')
    return Usage(("from runpy import run_path",), lines)


def _steps(module: nn.Module) -> list[str] | None:
    """Return the lines that turn rows of pixels x into scores; None where some layer has no such line."""
    if isinstance(module, Linear):
        return [_linear("")]
    if not isinstance(module, Perceptron):
        return None
    lines = []
    for name, layer in module.layers.named_children():
        place = f"layers.{name}."
        if isinstance(layer, nn.Linear):
            lines.append(_linear(place))
        elif isinstance(layer, nn.BatchNorm1d):
            lines += _batch_norm(place, layer.eps)
        elif type(layer) in ACTIVATIONS:
            lines += [ACTIVATIONS[type(layer)]] if ACTIVATIONS[type(layer)] else []
        else:
            return None
    return lines


def _linear(place: str) -> str:
    return f'x = x @ W["{place}weight"].T + W["{place}bias"]'


def _batch_norm(place: str, epsilon: float) -> list[str]:
    mean, variance, weight, bias = (f'W["{place}{key}"]' for key in ("running_mean", "running_var", "weight", "bias"))
    return [f"x = (x - {mean}) / np.sqrt({variance} + np.float32({epsilon!r}))", f"x = x * {weight} + {bias}"]


ENTRY = Format(
    summary="a Python file that needs only NumPy, with the weights in an .npz beside it (linear, mlp)",
    formula="scores = W_L a(... a(W_1 x + b_1) ...) + b_L on raw pixels x",
    reference="NumPy's .npz format, read without pickle: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html",
    endings={".py": ".npz"},
    files=("model_numpy.py",),
    packages=("numpy",),
    unsuited=unsuited,
    write=write,
    read=read,
    usage=usage,
)
