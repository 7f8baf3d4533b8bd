"""Misspelt: which option somebody meant, by what other tools call it, by what is near, and by what the command itself declares."""

from collections.abc import Iterable

from thalweg.core.errors import nearest

DECLARED: list[str] = []
"""The options that the command under way declares, without their dashes; none where Python calls."""

ELSEWHERE = {
    "lr": "rate", "learning-rate": "rate", "eta": "rate", "optimizer": "optimiser", "optim": "optimiser", "solver": "optimiser",
    "weight-decay": "l2", "wd": "l2", "alpha": "l2", "regularization": "penalty", "regularisation": "penalty",
    "batch-size": "batch", "bs": "batch", "num-epochs": "epochs", "n-epochs": "epochs", "max-epochs": "epochs",
    "model": "score", "arch": "score", "architecture": "score", "net": "score", "criterion": "loss", "objective": "loss",
    "scheduler": "schedule", "lr-schedule": "schedule", "lr-scheduler": "schedule", "early-stopping": "patience",
    "grad-clip": "clip", "clip-norm": "clip", "max-norm": "clip", "random-state": "seed", "random-seed": "seed", "color": "colour",
    "image-size": "size", "img-size": "size", "imgsz": "size", "resize": "size", "val-split": "validation",
    "validation-split": "validation", "test-size": "test", "hidden-sizes": "widths", "hidden-layers": "widths",
    "preprocess": "prepare", "normalize": "prepare", "standardize": "prepare", "augmentation": "augment",
    "data-augmentation": "augment", "out": "run", "output-dir": "run", "out-dir": "run", "save-dir": "run", "resume": "run",
    "checkpoint": "from", "pretrained": "from", "gpu": "device", "cuda": "device", "dtype": "precision", "amp": "precision",
    "verbose": "quiet", "silent": "quiet", "n-trials": "trials", "cv": "folds", "k-folds": "folds",
}  # fmt: skip
"""What other tools call an option, and what it is called here."""


def suggestion(word: str, known: Iterable[str]) -> str:
    """Say which option was meant: `" Did you mean 'rate'?"`, or an empty text.

    >>> suggestion("learning-rate", ["rate", "candidates"]), suggestion("epoch", ["epochs"])
    (" Did you mean 'rate'?", " Did you mean 'epochs'?")
    """
    names = [name.replace("_", "-") for name in (*known, *DECLARED)]
    plain = word.replace("_", "-").lower().removeprefix("--")
    other = ELSEWHERE.get(plain)
    return f" Did you mean {other!r}?" if other in names else nearest(plain, names)
