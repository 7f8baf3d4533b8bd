"""Model: a trained score function that takes raw pixels; the preparation is folded into its first linear map where that is exact."""

import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int64, Shaped
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as safetensors_bytes
from torch import Tensor, nn

from thalweg.core.catalogue import settle
from thalweg.core.entries import Shape
from thalweg.core.errors import DataError, ModelError, ThalwegError
from thalweg.core.progress import Progress, Silent
from thalweg.core.tree import Params
from thalweg.prepare import Chain, fold_into_convolution, fold_into_linear
from thalweg.run.batches import chunk_size
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
        self,
        images: Shaped[np.ndarray, "n height width channels"],
        *,
        rows: Int64[np.ndarray, " m"] | None = None,
        progress: Progress | None = None,
    ) -> Float[np.ndarray, "m classes"]:
        """Return the class scores of raw images (of `rows` of them, else of all), in single precision and evaluation mode."""
        if images.ndim != 4 or tuple(images.shape[1:]) != tuple(self.shape):
            raise DataError(
                f"the model takes images [n, {', '.join(map(str, self.shape))}] (height, width, channels); got {list(images.shape)}."
            )
        shown = progress or Silent()
        chunk = chunk_size(int(np.prod(self.shape)))
        count = len(images) if rows is None else len(rows)
        scores = np.zeros((count, len(self.classes)), dtype=np.float32)
        shown.begin("score", count, "images")
        with torch.inference_mode():
            for start in range(0, count, chunk):
                place = slice(start, min(start + chunk, count))
                piece = images[place] if rows is None else images[rows[place]]
                scores[place] = self._forward(torch.tensor(np.ascontiguousarray(piece))).float().numpy()
                shown.advance(len(piece))
        shown.end()
        return scores

    def differentiable_scores(self, images: Float[Tensor, "n height width channels"]) -> Float[Tensor, "n classes"]:
        """Return the class scores of raw pixels given as numbers, in evaluation mode, with a graph to differentiate them by."""
        return self._forward(images)

    def exact_scores(self, images: Shaped[np.ndarray, "n height width channels"]) -> Float[np.ndarray, "n classes"]:
        """Return the class scores with the same weights in double precision, which tell how coarsely single precision rounds.

        A module of somebody's may name a precision of its own, and fail.
        """
        subtract = None if self.subtract is None else self.subtract.double()
        exact = replace(self, module=deepcopy(self.module).double(), subtract=subtract)
        chunk = chunk_size(int(np.prod(self.shape)))
        with torch.inference_mode():
            pieces = [torch.tensor(np.ascontiguousarray(images[start : start + chunk])) for start in range(0, len(images), chunk)]
            return np.concatenate([exact._answer(piece.double()).double().numpy() for piece in pieces])

    def _forward(self, raw: Tensor) -> Tensor:
        return self._answer(raw.float())

    def _answer(self, pixels: Tensor) -> Tensor:
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

    def to_bytes(self, **said: Any) -> bytes:
        """Return the model as a safetensors file, with its card in the metadata, and in it what else is to be said.

        One entry of metadata, because the library writes several in an order of chance.
        """
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
        return safetensors_bytes(tensors, metadata={"thalweg": json.dumps({**said, **card}, sort_keys=True)})


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
    if isinstance(layer, nn.Conv2d) and layer.groups == 1:
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


def from_file(path: str, *, trust_code: bool = False, score: Mapping[str, Any] | None = None) -> Model:
    """Read a model file; raise `ModelError` naming the tensor that is wrong, or when its score function is not `score`.

    A score function that is itself code (`module`) is imported and called only with `trust_code`.
    """
    try:
        with safe_open(path, framework="pt") as file:
            card = _card(file.metadata() or {})
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  (not a mapping)
    except (OSError, SafetensorError, KeyError, ValueError, TypeError, RecursionError) as error:
        raise ModelError(f"{path}: not a Thalweg model ({error}).") from None
    if card["thalweg"] > FORMAT:
        raise ModelError(
            f"{path}: written by a newer Thalweg (format {card['thalweg']}; this one reads {FORMAT}). Install a newer Thalweg."
        )
    bad = [name for name, tensor in tensors.items() if tensor.is_floating_point() and not torch.isfinite(tensor).all()]
    if bad:
        raise ModelError(f"{path}: tensor {bad[0]!r} holds NaN or infinity; the model cannot be used. Train again.")
    if score is not None and json.dumps(card["score"], sort_keys=True) != json.dumps(dict(score), sort_keys=True):
        raise ModelError(f"{path}: its score function {card['score']['name']!r} is not the one of the recipe beside it.")
    try:
        if SCORES.get(card["score"]["name"]).foreign and not trust_code:
            raise ModelError(
                f"opening it would run code: {card['score'].get('factory')!r}. If you trust it, add --trust-code (Python: trust_code=True)."
            )
        return _assembled(card, tensors)
    except (ThalwegError, RuntimeError, MemoryError) as error:
        raise ModelError(f"{path}: {str(error).splitlines()[0]}") from None


def _card(metadata: Mapping[str, str]) -> dict[str, Any]:
    """Read what a model file says of itself; raise KeyError, ValueError or TypeError where that is nothing or nonsense."""
    card: dict[str, Any] = json.loads(metadata["thalweg"])
    if isinstance(card["thalweg"], int) and card["thalweg"] > FORMAT:
        return card
    shape, classes = card["shape"], card["classes"]
    right = {
        "thalweg": card["thalweg"] == FORMAT,
        "score": isinstance(card["score"]["name"], str),
        "shape": isinstance(shape, list) and len(shape) == 3 and all(isinstance(side, int) and 0 < side < 2**31 for side in shape),
        "classes": isinstance(classes, list) and bool(classes) and all(isinstance(name, str) for name in classes),
        "probabilities": isinstance(card["probabilities"], bool),
    }
    wrong = [name for name, fits in right.items() if not fits]
    if wrong:
        raise ValueError(f"its {wrong[0]} is {card[wrong[0]]!r}")
    return {**card, "shape": tuple(shape), "classes": tuple(classes)}


def _assembled(card: Mapping[str, Any], tensors: Params) -> Model:
    """Build the score function, give it the tensors and try it on a black picture."""
    saved, own, subtract = _strip(tensors, "prepare."), _strip(tensors, "score."), tensors.get("subtract")
    chain = Chain.restore(saved) if saved else None
    module = empty_module(card["score"], chain.shape(card["shape"]) if chain is not None else card["shape"], card["classes"])
    _check_fit(module, own)
    module.load_state_dict(own)
    model = Model(module.eval(), card["score"], card["shape"], card["classes"], card["probabilities"], subtract, chain)
    model.scores(np.zeros((1, *card["shape"]), dtype=np.uint8))
    return model


def _check_fit(module: nn.Module, tensors: Params) -> None:
    expected = {name: tuple(tensor.shape) for name, tensor in module.state_dict().items()}
    given = {name: tuple(tensor.shape) for name, tensor in tensors.items()}
    wrong = [name for name in sorted(expected.keys() | given.keys()) if expected.get(name) != given.get(name)]
    if wrong:
        listed = "; ".join(f"{name}: expected {expected.get(name, 'nothing')}, got {given.get(name, 'nothing')}" for name in wrong[:3])
        raise ModelError(f"{len(wrong)} tensor(s) do not fit the score function: {listed}.")


def _strip(tensors: Params, prefix: str) -> Params:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
