"""Model: a trained score function that takes raw pixels; the preparation is folded into its first linear map where that is exact."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Shaped
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as safetensors_bytes
from torch import Tensor, nn

from thalweg.core.catalogue import settle
from thalweg.core.entries import Shape
from thalweg.core.errors import DataError, ModelError
from thalweg.core.progress import Progress, Silent
from thalweg.core.tree import Params
from thalweg.prepare import Chain, fold_into_convolution, fold_into_linear
from thalweg.run.batches import CHUNK_NUMBERS
from thalweg.score import SCORES

FORMAT = 1


@dataclass(frozen=True, eq=False)
class Model:
    """A module and what stands before it, on raw pixels [N, H, W, C].

    Exactly one of three ways in: the preparation is folded into the first weights (`subtract` and `chain` are None); the first map is a
    zero-padded convolution, so `subtract` [C], the raw value that prepares to zero, is taken off first; or the preparation stays an
    explicit `chain` (a user's module, or a map that differs across pixels before a convolution).
    """

    module: nn.Module
    score: Mapping[str, Any]
    shape: Shape
    classes: tuple[str, ...]
    probabilities: bool
    subtract: Tensor | None = None
    chain: Chain | None = None

    def scores(
        self, images: Shaped[np.ndarray, "n height width channels"], *, progress: Progress | None = None
    ) -> Float[np.ndarray, "n classes"]:
        """Return the class scores of raw images, in single precision and evaluation mode."""
        if images.ndim != 4 or tuple(images.shape[1:]) != tuple(self.shape):
            raise DataError(
                f"the model takes images [n, {', '.join(map(str, self.shape))}] (height, width, channels); got {list(images.shape)}."
            )
        shown = progress or Silent()
        chunk = max(16, min(4096, CHUNK_NUMBERS // max(1, int(np.prod(self.shape)))))
        rows = []
        shown.begin("score", len(images), "images")
        with torch.inference_mode():
            for start in range(0, len(images), chunk):
                piece = np.ascontiguousarray(images[start : start + chunk])
                rows.append(self._forward(torch.tensor(piece)).float().numpy())
                shown.advance(len(piece))
        shown.end()
        return np.concatenate(rows) if rows else np.zeros((0, len(self.classes)), dtype=np.float32)

    def _forward(self, raw: Tensor) -> Tensor:
        pixels = raw.float()
        if self.subtract is not None:
            pixels = pixels - self.subtract
        if self.chain is not None:
            pixels = self.chain.apply(pixels)
        scores: Tensor = self.module(pixels.permute(0, 3, 1, 2))
        return scores

    @property
    def first_weight(self) -> Float[np.ndarray, "..."] | None:
        """The weights of the first linear map, on raw pixels where the preparation is folded; None where the module names none."""
        name = getattr(self.module, "first", None)
        return None if name is None else self.module.get_parameter(name).detach().float().numpy()

    def to_bytes(self) -> bytes:
        """Return the model as a safetensors file, with its card in the metadata."""
        tensors = {f"score.{name}": tensor.detach().contiguous() for name, tensor in self.module.state_dict().items()}
        if self.subtract is not None:
            tensors["subtract"] = self.subtract.contiguous()
        if self.chain is not None:
            tensors.update({f"prepare.{name}": tensor.contiguous() for name, tensor in self.chain.tensors().items()})
        card = {
            "thalweg": FORMAT,
            "score": dict(self.score),
            "shape": list(self.shape),
            "classes": list(self.classes),
            "probabilities": self.probabilities,
        }
        return safetensors_bytes(tensors, metadata={"thalweg": json.dumps(card, sort_keys=True)})


def fold(
    module: nn.Module, chain: Chain, *, score: Mapping[str, Any], shape: Shape, classes: tuple[str, ...], probabilities: bool
) -> Model:
    """Make the model that takes raw pixels from a module that takes prepared ones; arithmetic in float64, weights in float32."""
    card: dict[str, Any] = {"score": score, "shape": shape, "classes": classes, "probabilities": probabilities}
    module = module.eval().float()
    name = getattr(module, "first", None)
    if name is None:
        return Model(module, **card, chain=chain)
    layer, weight = module.get_submodule(name.rpartition(".")[0]), module.get_parameter(name).detach()
    if weight.ndim == 2:
        bias = module.get_parameter(_bias_of(name)).detach()
        folded = fold_into_linear(chain, weight, bias)
        return Model(_rebuilt(module, score, shape, classes, {name: folded[0], _bias_of(name): folded[1]}), **card)
    if isinstance(layer, nn.Conv2d):
        own = None if layer.bias is None else layer.bias.detach()
        parts = fold_into_convolution(chain, weight, own, padding=1)  # the form for padded layers: exact for the others as well
        if parts is not None:
            changed = {name: parts[0]} if own is None else {name: parts[0], _bias_of(name): parts[1]}
            return Model(_rebuilt(module, score, shape, classes, changed), **card, subtract=parts[2].float())
    return Model(module, **card, chain=chain)


def _bias_of(name: str) -> str:
    return f"{name.rpartition('.')[0]}.bias".lstrip(".")


def _rebuilt(module: nn.Module, score: Mapping[str, Any], shape: Shape, classes: tuple[str, ...], changed: Params) -> nn.Module:
    """Build the module for raw images and give it the trained tensors, the first layer's replaced."""
    fresh = empty_module(score, shape, classes)
    fresh.load_state_dict({**module.state_dict(), **{name: tensor.float() for name, tensor in changed.items()}})
    return fresh.eval()


def empty_module(score: Mapping[str, Any], shape: Shape, classes: tuple[str, ...]) -> nn.Module:
    """Build a score function whose weights are about to be replaced."""
    entry = SCORES.get(score["name"])
    knobs = settle(entry, {key: value for key, value in score.items() if key != "name"}, kind="score")
    module: nn.Module = entry.build(shape, len(classes), torch.Generator().manual_seed(0), **knobs)
    return module


def from_file(path: str) -> Model:
    """Read a model file; raise `ModelError` naming the tensor that is wrong."""
    try:
        with safe_open(path, framework="pt") as file:
            card = json.loads((file.metadata() or {})["thalweg"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  (not a mapping)
        score, shape, classes = card["score"], tuple(card["shape"]), tuple(card["classes"])
    except (OSError, SafetensorError, KeyError, ValueError, TypeError) as error:
        raise ModelError(f"{path}: not a Thalweg model ({error}).") from None
    if card["thalweg"] > FORMAT:
        raise ModelError(
            f"{path}: written by a newer Thalweg (format {card['thalweg']}; this one reads {FORMAT}). Install a newer Thalweg."
        )
    bad = [name for name, tensor in tensors.items() if tensor.is_floating_point() and not torch.isfinite(tensor).all()]
    if bad:
        raise ModelError(f"{path}: tensor {bad[0]!r} holds NaN or infinity; the model cannot be used. Train again.")
    chain = _strip(tensors, "prepare.")
    own = _strip(tensors, "score.")
    restored = Chain.restore(chain) if chain else None
    prepared = restored.shape(shape) if restored is not None else shape
    module = empty_module(score, prepared, classes)
    _check_fit(path, module, own)
    module.load_state_dict(own)
    return Model(module.eval(), score, shape, classes, card["probabilities"], tensors.get("subtract"), restored)


def _check_fit(path: str, module: nn.Module, tensors: Params) -> None:
    expected = {name: tuple(tensor.shape) for name, tensor in module.state_dict().items()}
    given = {name: tuple(tensor.shape) for name, tensor in tensors.items()}
    wrong = [name for name in sorted(expected.keys() | given.keys()) if expected.get(name) != given.get(name)]
    if wrong:
        listed = "; ".join(f"{name}: expected {expected.get(name, 'nothing')}, got {given.get(name, 'nothing')}" for name in wrong[:3])
        raise ModelError(f"{path}: {len(wrong)} tensor(s) do not fit the score function: {listed}.")


def _strip(tensors: Params, prefix: str) -> Params:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
