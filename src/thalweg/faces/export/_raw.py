"""A model as one module that takes raw pixels and gives every answer: what PyTorch's exporters are shown."""

import io
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout

import torch
from torch import Tensor, nn
from torch.export import Dim, ExportedProgram

from thalweg.faces.export._format import UnwritableError
from thalweg.run.model import Model


class Raw(nn.Module):
    """Raw pixels [batch, H, W, C] to scores, probabilities (where the loss defines them) and class numbers, the first of equal scores."""

    def __init__(self, model: Model) -> None:
        super().__init__()
        self.model = model
        self.module = model.module

    def forward(self, pixels: Tensor) -> tuple[Tensor, ...]:
        """Return the answers to a batch."""
        scores = self.model.differentiable_scores(pixels.float()).float()
        likely = (torch.softmax(scores, dim=1),) if self.model.probabilities else ()
        return (scores, *likely, scores.argmax(dim=1))


def outputs(model: Model) -> tuple[str, ...]:
    """Return the names of what `Raw` gives."""
    return ("scores", *(("probabilities",) if model.probabilities else ()), "class")


def program(model: Model, *, name: str, points: bool) -> ExportedProgram:
    """Return the model as a program of `torch.export` for batches of any size; `ModelError` where PyTorch cannot follow its module."""
    example = torch.zeros((2, *model.shape), dtype=torch.float32 if points else torch.uint8)
    try:
        with quietly(), torch.no_grad():
            exported = torch.export.export(Raw(model).eval(), (example,), dynamic_shapes={"pixels": {0: Dim("batch", min=0)}}, strict=False)
    except Exception as error:  # a module of somebody's may fail in any way
        said = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise UnwritableError(
            f"PyTorch cannot write score {model.score['name']!r} as {name} for batches of any size ({said[:200]}). "
            "Where it branches on the numbers in a picture, or on the size of the batch, write it without, as torch.export asks."
        ) from error
    for node in exported.graph.nodes:  # where each came from in somebody's source files: paths of this machine
        for key in ("stack_trace", "source_fn_stack"):
            node.meta.pop(key, None)
    return exported


@contextmanager
def quietly() -> Iterator[None]:
    """Keep from the person what PyTorch's exporters say of themselves: deprecations inside them, graphs, packages that are not needed."""
    before = logging.root.manager.disable
    logging.disable(logging.ERROR)
    try:
        with warnings.catch_warnings(), redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
