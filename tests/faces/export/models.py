"""What is exported in the tests: every kind of model, and a network of somebody's."""

from typing import Any

import torch
from torch import Tensor, nn

import thalweg as tw
from thalweg.faces.api import Run

SETTINGS: dict[str, dict[str, Any]] = {
    "linear": {},
    "linear, whitened": {"prepare": ["whiten", "bias-trick"], "loss": "svm-sum"},
    "mlp": {"score": {"name": "mlp", "widths": (6, 5), "dropout": 0.2}},
    "mlp, batch-norm": {"score": {"name": "mlp", "widths": (6, 5), "batch_norm": True, "activation": "gelu"}},
    "mlp, tanh": {"score": {"name": "mlp", "widths": (6,), "activation": "tanh"}, "loss": "svm-max"},
    "mlp, sigmoid": {"score": {"name": "mlp", "widths": (6,), "activation": "sigmoid"}},
    "mlp, linear": {"score": {"name": "mlp", "widths": (6,), "activation": "linear"}},
    "cnn": {"score": {"name": "cnn", "channels": (4, 6)}},
    "cnn, chain": {
        "score": {"name": "cnn", "channels": (4,), "hidden": 5, "dropout": 0.1, "batch_norm": False, "kernel": 2},
        "prepare": [{"name": "whiten", "zca": True}, {"name": "standardise", "per": "pixel"}],
    },
    "resnet": {"score": {"name": "resnet", "width": 2}},
    "module": {"score": {"name": "module", "factory": "tests.faces.export.models:Small"}, "prepare": ["standardise", "bias-trick"]},
    "points": {"score": {"name": "mlp", "widths": (6,)}},
}


def drawn(name: str, images: Any = "digits") -> Run:
    run = tw.train(images, epochs=0, **SETTINGS[name])
    chance = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for key, tensor in run.model.module.state_dict().items():
            if tensor.is_floating_point() and ("running" in key or tensor.ndim == 1):
                tensor.copy_(torch.rand(tensor.shape, generator=chance) + 0.5)
    return run


class Small(nn.Module):
    """Takes pictures of any shape; a preparation before it stays a step of its own, since it names no first layer."""

    def __init__(self, shape: tuple[int, int, int], classes: int) -> None:
        super().__init__()
        self.map = nn.Linear(shape[0] * shape[1] * shape[2], classes)

    def forward(self, images: Tensor) -> Tensor:
        """Return scores."""
        return torch.sin(self.map(images.flatten(1)))
