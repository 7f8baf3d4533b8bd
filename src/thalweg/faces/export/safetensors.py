"""Weights as safetensors, with a JSON card in the metadata; the same tensors that a run keeps, and Thalweg reads the file back."""

import json
from pathlib import Path

import numpy as np

from thalweg.faces.export._check import answers_of
from thalweg.faces.export._facts import card
from thalweg.faces.export._format import Answering, Answers, Format, Usage
from thalweg.run.model import Model, from_file
from thalweg.run.run import Run


def unsuited(model: Model, ending: str) -> str:
    """Every model has weights."""
    return ""


def write(run: Run, name: str) -> dict[str, bytes]:
    """Return the file; its metadata hold what Thalweg needs to make the model again, and with it the card."""
    return {name: run.model.to_bytes(card=card(run))}


def read(path: Path) -> Answering:
    """Return the answers of the model that the file's tensors make; a module of somebody's ran when the run was opened, by consent."""
    model = from_file(str(path), trust_code=True)

    def answers(images: np.ndarray) -> Answers:
        return answers_of(model.scores(images), probabilities=model.probabilities)

    return answers


def usage(run: Run, name: str) -> Usage:
    """Return Python that reads the card and the tensors."""
    lines: tuple[str, ...] = (
        f'with safe_open({json.dumps(name)}, framework="np") as file:',
        '    card = json.loads(file.metadata()["thalweg"])["card"]',
        "    weights = {name: file.get_tensor(name) for name in file.keys()}",
        'print(card["classes"], {name: weight.shape for name, weight in weights.items()})',
    )
    if run.recipe.score.name == "linear":
        lines += ('print(pixels.reshape(len(pixels), -1) @ weights["score.weight"].T + weights["score.bias"])  # the scores',)
    return Usage(("import json", "from safetensors import safe_open"), lines)


ENTRY = Format(
    summary="the weights as safetensors, with a JSON card in the metadata",
    formula="every tensor under `score.` and its name in the module; `subtract` or `prepare.` what stands before it",
    reference="the safetensors format, https://github.com/huggingface/safetensors",
    endings={".safetensors": ""},
    files=("model.safetensors",),
    packages=("safetensors", "numpy"),
    unsuited=unsuited,
    write=write,
    read=read,
    usage=usage,
)
