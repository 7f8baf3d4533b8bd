"""Look: what the pictures room shows of a training: weights as pictures, confusion, mistakes, and a cell's pictures."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float, Int64, UInt8
from PIL import Image

from thalweg.core.errors import ThalwegError
from thalweg.core.imageset import ImageSet
from thalweg.core.subject import Pictures, Unsuited
from thalweg.evidence import confusion, filters, mistakes, probabilities, templates
from thalweg.evidence._weights import WeightPictures
from thalweg.faces.lab._wire import Picture
from thalweg.run.snapshot import Answers
from thalweg.views._pixels import signed

TILES, GALLERY, LONGEST = 40, 24, 96
"""Weight pictures at most; pictures of a gallery at most; longest side of a picture that is sent."""


def weight_tiles(shown: Pictures) -> Picture:
    """Return the templates of a linear score, or what a net's first layer looks for, as colours with the ends of their scales."""
    try:
        record = _record(shown)
    except ThalwegError as error:
        return Picture(data={"names": [], "kind": "none", "reason": str(error)})
    pixels = np.stack([signed(one.values, one.bound) for one in record.pictures])
    return Picture(
        data={
            "names": [one.name for one in record.pictures],
            "bounds": [one.bound for one in record.pictures],
            "kind": "templates" if shown.linear else "filters",
            "left_out": record.left_out,
            "signed": record.pictures[0].shape[2] != 3,
        },
        arrays={"pixels": pixels},
    )


def _record(shown: Pictures) -> WeightPictures:
    if shown.linear and shown.first_weight is not None:
        return templates.measure(shown.first_weight.astype(np.float64), shown.images.shape[1:], shown.classes)
    weights = filters.first_weights(shown, None)
    if weights is None:
        raise Unsuited("this score has no first layer that looks at pictures.")
    few = weights[:TILES]
    record = filters.measure(few.astype(np.float64), most=TILES)
    return WeightPictures(
        pictures=record.pictures, quantile=record.quantile, left_out=len(weights) - len(few) + record.left_out, of=record.of
    )


def confusion_table(answers: Answers, classes: Sequence[str]) -> Picture:
    """Return which class was taken for which, every class's recall, and the accuracy with its interval."""
    record = confusion.measure(answers.labels, answers.predicted, classes)
    own = [{"recall": one.recall, "precision": one.precision, "support": one.support} for one in record.classes]
    return Picture(data={"classes": own, "accuracy": record.accuracy.row()}, arrays={"counts": record.counts.astype(np.int32)})


def worst_mistakes(answers: Answers, images: ImageSet, *, likely: bool) -> Picture:
    """Return the wrong answers with the highest loss."""
    record = mistakes.measure(
        answers.scores, answers.labels, answers.losses, images.images[answers.rows], classes=images.classes,
        probabilities=probabilities.measure(answers.scores, defined=likely).values,
        origins=[images.origin(int(row)) for row in answers.rows], most=GALLERY,
    )  # fmt: skip
    tiles = [_tile(one, int(answers.rows[one.row])) for one in record.worst]
    rows = np.array([tile["row"] for tile in tiles], dtype=np.int64)
    return Picture(
        data={"tiles": tiles, "wrong": record.wrong, "count": record.count, "reason": record.reason},
        arrays={"pixels": thumbnails(images, rows)},
    )


def cell_pictures(answers: Answers, images: ImageSet, cell: tuple[int, int], *, likely: bool) -> Picture:
    """Return the pictures of one class that were taken for another (or the same), the highest loss first."""
    true, taken = cell
    among = np.flatnonzero((answers.labels == true) & (answers.predicted == taken))
    chosen = among[np.argsort(-answers.losses[among], kind="stable")][:GALLERY]
    shares = probabilities.measure(answers.scores[chosen], defined=likely).values
    tiles = [
        {
            "row": int(answers.rows[place]),
            "true": true,
            "taken": taken,
            "loss": float(answers.losses[place]),
            "probability": None if shares is None else float(shares[number, taken]),
            "lead": _lead(answers.scores[place], taken),
        }
        for number, place in enumerate(chosen)
    ]
    data = {"tiles": tiles, "true": true, "taken": taken, "count": len(among)}
    return Picture(data=data, arrays={"pixels": thumbnails(images, answers.rows[chosen])})


def _lead(scores: Float[np.ndarray, " classes"], taken: int) -> float | None:
    others = np.delete(scores, taken)
    return float(scores[taken] - others.max()) if len(others) else None


def _tile(one: mistakes.Answer, row: int) -> dict[str, Any]:
    return {
        "row": row,
        "true": one.label,
        "taken": one.predicted,
        "loss": one.loss,
        "probability": one.probability_predicted,
        "lead": one.lead,
    }


def thumbnails(images: ImageSet, rows: Int64[np.ndarray, " n"]) -> UInt8[np.ndarray, "n height width channels"]:
    """Return some pictures of a set, large ones made smaller."""
    return small(np.ascontiguousarray(images.images[rows]))


def small(pictures: UInt8[np.ndarray, "n height width channels"]) -> UInt8[np.ndarray, "n height2 width2 channels"]:
    """Return pictures whose longer side is at most `LONGEST`."""
    count, height, width, channels = pictures.shape
    if max(height, width) <= LONGEST or not count:
        return pictures
    scale = LONGEST / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    plain = [Image.fromarray(each[:, :, 0] if channels == 1 else each).resize(size, Image.Resampling.BOX) for each in pictures]
    return np.stack([np.asarray(each).reshape(size[1], size[0], channels) for each in plain])
