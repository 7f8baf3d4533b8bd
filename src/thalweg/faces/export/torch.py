"""One Python file that needs only PyTorch: the net written out layer by layer, with its weights beside it.

A module of somebody's cannot be written out; it becomes a program of `torch.export` (`.pt2`), and so does any net where the file is called
so.
"""

import hashlib
import io
import json
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from thalweg.faces.export._facts import card, of_points
from thalweg.faces.export._format import MARK, Answering, Answers, Format, Usage, importable
from thalweg.faces.export._layers import tensors_before, written_net
from thalweg.faces.export._raw import outputs, program, quietly
from thalweg.faces.export._template import written
from thalweg.run.model import Model
from thalweg.run.run import Run

PROGRAM = ".pt2"


def unsuited(model: Model, ending: str) -> str:
    """Say why a model cannot be written out as Python; which modules PyTorch can export as a program is found out by trying."""
    if ending != PROGRAM and written_net(model) is None:
        return f"score {model.score['name']!r} is a module that cannot be written out as Python; give a name that ends in {PROGRAM}"
    return ""


def write(run: Run, name: str) -> dict[str, bytes]:
    """Return the Python file and its weights, the same name with the ending `.pt`; or the program, with the card inside."""
    file, facts = io.BytesIO(), card(run)
    if name.endswith(PROGRAM):
        exported = program(run.model, name="a PyTorch program", points=of_points(run))
        with quietly():
            torch.export.save(exported, file, extra_files={"card.json": json.dumps(facts, allow_nan=False), "written_by": MARK})
        return {name: file.getvalue()}
    net = written_net(run.model)
    assert net is not None
    tensors = {**run.model.module.state_dict(), **tensors_before(run.model)}
    torch.save({key: tensor.detach().contiguous() for key, tensor in tensors.items()}, file)
    weights = file.getvalue()
    sha256 = hashlib.sha256(weights).hexdigest()
    text = written("torch.py", mark=MARK, run=run, facts=facts, points=of_points(run), net=net, sha256=sha256)
    return {name: text.encode(), str(Path(name).with_suffix(".pt")): weights}


def read(path: Path) -> Answering:
    """Return the answers of the file: of the Python, which is run for it, or of the program."""
    return _program_answers(path) if path.suffix == PROGRAM else _python_answers(path)


def detail(path: Path) -> str:
    """Say of a program that it is one."""
    return "a program of torch.export" if path.suffix == PROGRAM else ""


def usage(run: Run, name: str) -> Usage:
    """Return Python that uses the file."""
    if name.endswith(PROGRAM):
        names = ", ".join("number" if output == "class" else output for output in outputs(run.model))
        run_it = (
            'extra = {"card.json": ""}',
            f"net = torch.export.load({json.dumps(name)}, extra_files=extra).module()",
            f"{names} = net(torch.from_numpy(pixels))",
            'print([json.loads(extra["card.json"])["classes"][each] for each in number], scores)',
        )
        return Usage(("import json", "import torch"), run_it)
    module = Path(name).stem
    imports = ("import torch", f"import {module}") if importable(name) else ("from runpy import run_path", "import torch")
    load = f"net = {module}.load()" if importable(name) else f'net = run_path({json.dumps(name)})["load"]()'
    return Usage(imports, (load, "batch = torch.from_numpy(pixels)", "print(net.classify(batch), net(batch))"))


def _python_answers(path: Path) -> Answering:
    module = runpy.run_path(str(path))
    net: Any = module["load"]()
    number = {name: place for place, name in enumerate(module["CLASSES"])}

    def answers(images: np.ndarray) -> Answers:
        pixels = _tensor(images)
        with torch.inference_mode():
            likely = net.probabilities(pixels).numpy() if hasattr(net, "probabilities") else None
            numbers = np.array([number[name] for name in net.classify(pixels)], dtype=np.int64)
            return Answers(net(pixels).numpy(), numbers, likely)

    return answers


def _program_answers(path: Path) -> Answering:
    with quietly():
        net = torch.export.load(path).module()

    def answers(images: np.ndarray) -> Answers:
        with torch.inference_mode():
            scores, *likely, numbers = (tensor.numpy() for tensor in net(_tensor(images)))
        return Answers(scores, numbers, likely[0] if likely else None)

    return answers


def _tensor(images: np.ndarray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(images))


ENTRY = Format(
    summary="the net for PyTorch alone: a readable .py with its weights in a .pt beside it, or a .pt2 program",
    formula="scores = f(x, W, b) on raw pixels x, layer by layer",
    reference="https://docs.pytorch.org/docs/stable/generated/torch.load.html with weights_only=True, and torch.export.save for programs",
    endings={".py": ".pt", PROGRAM: ""},
    files=("model_torch.py", "model_torch.pt2"),
    packages=("torch", "numpy"),
    unsuited=unsuited,
    write=write,
    read=read,
    usage=usage,
    detail=detail,
)
