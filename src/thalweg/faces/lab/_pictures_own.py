"""Own: a picture that a person drew, dropped or picked, and the scores that it gets, taken apart where the score is linear."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import UInt8

from thalweg.core.errors import ConfigError, DataError
from thalweg.core.imageset import ImageSet
from thalweg.core.subject import Pictures
from thalweg.evidence import attribution, probabilities
from thalweg.faces.lab._pictures_look import small
from thalweg.faces.lab._wire import Picture
from thalweg.images import Hand, decode_bytes, fit_drawing
from thalweg.views._pixels import signed

LARGEST_PAD = 512


@dataclass(frozen=True, kw_only=True, eq=False)
class Own:
    """A picture in the data's shape, and what it is: drawn, dropped (by its name), or an example of the data (by its row)."""

    pixels: UInt8[np.ndarray, "height width channels"]
    what: str
    row: int | None = None


def drawn(given: Mapping[str, Any], images: ImageSet, hand: Hand) -> Own:
    """Return what was drawn on the pad: `ink` are the bytes of a square of grey in base64, ink bright on black."""
    ink, side = _bytes(given.get("ink")), given.get("side")
    if not isinstance(side, int) or not 0 < side <= LARGEST_PAD or len(ink) != side * side:
        raise ConfigError(f"a drawing is a square of at most {LARGEST_PAD} x {LARGEST_PAD} bytes; got {len(ink)} bytes of side {side}.")
    pad = np.frombuffer(ink, np.uint8).reshape(side, side)
    return Own(pixels=fit_drawing(pad, hand, shape=images.shape), what="your drawing")


def dropped(given: Mapping[str, Any], images: ImageSet, fit: str) -> Own:
    """Return a picture file that was dropped, `content` in base64, decoded and fitted as the data's own files are."""
    name = str(given.get("name", "the picture"))[:80]
    return Own(pixels=decode_bytes(_bytes(given.get("content")), name=name, shape=images.shape, fit=fit), what=name)


def picked(given: Mapping[str, Any], images: ImageSet) -> Own:
    """Return an example of the data."""
    row = given.get("row")
    if not isinstance(row, int) or not 0 <= row < len(images):
        raise ConfigError(f"row must be a whole number in [0, {len(images) - 1}]; got {row!r}.")
    return Own(pixels=np.ascontiguousarray(images.images[row]), what=f"example {row} of the data", row=row)


def _bytes(text: Any) -> bytes:
    try:
        return base64.b64decode(str(text), validate=True)
    except (binascii.Error, ValueError):
        raise DataError("what was sent is no base64. Choose the picture again.") from None


def judged(own: Own, shown: Pictures, images: ImageSet, target: int | None, *, likely: bool) -> Picture:
    """Return a picture's scores, its probabilities where the loss defines them, and its score for one class taken apart.

    `target` is the class whose score is taken apart, the answer's where it is None.
    """
    with torch.no_grad():
        scores = shown.scores(torch.tensor(own.pixels[None]).float())[0].numpy()
    shares = probabilities.measure(scores[None], defined=likely)
    answer = int(scores.argmax())
    chosen = answer if target is None or target >= len(scores) else target
    apart, contribution = _apart(own, shown, chosen)
    data = {
        "what": own.what,
        "row": own.row,
        "label": None if own.row is None else int(images.labels[own.row]),
        "scores": scores.tolist(),
        "probabilities": None if shares.values is None else shares.values[0].tolist(),
        "reason": shares.reason,
        "answer": answer,
        "target": chosen,
        "linear": shown.linear,
        "apart": apart,
    }
    return Picture(data=data, arrays={"pixels": small(own.pixels[None]), "products": contribution[None]})


def _apart(own: Own, shown: Pictures, chosen: int) -> tuple[dict[str, Any], UInt8[np.ndarray, "height width 3"]]:
    record = attribution.measure(
        shown.scores, own.pixels[None], np.array([chosen]), shown.classes,
        template=shown.first_weight if shown.linear else None, bias=shown.first_bias if shown.linear else None, rows=(0,), which="true",
    )  # fmt: skip
    part = record.pictures[0].parts[0]
    bound = max(map(abs, part.products.flat), default=0.0)
    names = ("score", "start", "total", "missed", "favour", "against")
    return {**{name: getattr(part, name) for name in names}, "bound": bound}, signed(part.products.values, bound)
