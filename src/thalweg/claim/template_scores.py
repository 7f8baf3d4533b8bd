"""A linear classifier matches templates: its scores are inner products with the rows of W, which are pictures."""

from dataclasses import replace

import numpy as np

from thalweg.claim._bench import Bench
from thalweg.core.claims import Check, Claim, Measured, above, at_most, exactly
from thalweg.core.imageset import ImageSet, Split
from thalweg.core.progress import Progress
from thalweg.evidence import templates
from thalweg.run.run import Run
from thalweg.run.train import train

MOST, SHOWN = 2000, 50


def measure(bench: Bench, progress: Progress) -> Measured:
    """Train a linear classifier on the pictures as they came, take its templates, and compute scores from them by hand."""
    images = _some(bench.pictures)
    recipe = bench.recipe.with_changes(precision="fp32", epochs=5, optimiser="adam", keep="last", penalty={"l2": 1e-3})
    run = train(images, recipe)
    weight = run.model.first_weight
    assert weight is not None
    pictures = templates.measure(weight, images.shape, run.classes).pictures
    stacked = np.stack([np.asarray(picture.values, dtype=np.float64) for picture in pictures])
    rows = images.split.train[:SHOWN]
    bias = run.model.module.get_parameter("bias").detach().numpy().astype(np.float64)
    by_hand = (
        np.array([[float((template * image).sum()) for template in stacked] for image in images.images[rows].astype(np.float64)]) + bias
    )
    scores = run.scores(images.images[rows])
    size = float(np.abs(stacked).max())
    gap = float(np.abs(stacked.reshape(len(stacked), -1) - weight).max())
    away = float(np.abs(by_hand - scores).max() / np.abs(scores).max())
    height, width, channels = images.shape
    checks: list[Check] = [
        exactly("numbers of each template: height x width x channels", float(height * width * channels), float(stacked[0].size)),
        at_most("largest difference of templates, laid in rows, from the rows of W, as a share", 1e-6, gap / size, why="1e-6 (float32)"),
        at_most(
            f"scores of {len(rows)} pictures, template by template by hand: largest difference, as a share",
            1e-5,
            away,
            why="1e-5 (float32)",
        ),
        exactly("pictures whose class by hand is another", 0.0, float((by_hand.argmax(1) != scores.argmax(1)).sum())),
        above("largest |number| of a template", 0.0, size, why="trained"),
    ]
    return Measured(checks=tuple(checks), notes=(_note(run, images),))


def _some(images: ImageSet) -> ImageSet:
    """Return the set with at most `MOST` training pictures, evenly taken, and no others; all classes stay."""
    rows = images.split.train
    step = max(1, -(-len(rows) // MOST))
    nobody = np.arange(0)
    split = Split(np.sort(rows[::step]), nobody, nobody)
    return replace(images, split=split)


def _note(run: Run, images: ImageSet) -> str:
    size = "x".join(map(str, images.shape))
    share = run.figures["train"].accuracy
    count = len(images.split.train)
    return f"Linear softmax on {count:,} raw pictures of {size}, 5 epochs of Adam: {100 * share:.1f} % right."


ENTRY = Claim(
    number="F22",
    summary="rows of W are templates; a score is an inner product",
    claim="Each row of W, laid out as a picture, is a template; the score of a class is its inner product with the picture, plus b.",
    formula="s_k = <T_k, x> + b_k,  T_k = reshape(W_k)",
    reference="CS231n notes, Linear classification: interpretation of linear classifiers as template matching",
    measure=measure,
    needs_data=True,
)
