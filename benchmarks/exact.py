"""The exact optimiser beside scikit-learn's LogisticRegression: softmax, l2 1e-3, standardised by one scale, to objective 0.40209.

Both times run from pictures in memory (ours uint8, the peer's already float32) to the solution, standardising included; ours hold the
proof of the gap in double precision and the figures of training and test part as well. Each side warms up on a small part.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from measure import THREADS, peak_memory, seconds
from table import Result
from training import arrays, fashion

STRENGTH, OBJECTIVE = 1e-3, 0.40209
EXAMPLES, QUICK_EXAMPLES, WARM = 60_000, 3_000, 1_000
PEER, GOAL = "scikit-learn LogisticRegression", 20.0


def ours(settings: Mapping[str, Any]) -> Callable[[], None]:
    """`tw.train` with the exact optimiser at its default gap, 1e-4 of the objective."""
    import torch

    import thalweg

    torch.set_num_threads(THREADS)
    whole = thalweg.load(settings["file"], validation=0.0)
    small = replace(whole, split=replace(whole.split, train=whole.split.train[:WARM]))
    todo = iter([small])
    reached: list[float] = []

    def solve() -> None:
        run = thalweg.train(
            next(todo, whole), score="linear", loss="softmax", penalty={"l2": STRENGTH}, optimiser="exact",
            prepare=[{"name": "standardise", "per": "set"}], epochs=20,
        )  # fmt: skip
        assert run.outcome.ending == "converged", run.outcome
        reached.append(run.figures["train"].total)
        assert len(reached) == 1 or not settings["whole"] or reached[-1] < OBJECTIVE, reached

    return solve


def scikit(settings: Mapping[str, Any]) -> Callable[[], None]:
    """Softmax regression by L-BFGS to tolerance 1e-6: C = 1 / (2 strength N)."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import log_loss

    raw, labels = arrays(settings["file"])
    sizes = iter([WARM])

    def solve() -> None:
        count = next(sizes, len(raw))
        pixels = raw[:count].reshape(count, -1).astype(np.float32)
        pixels = (pixels - pixels.mean()) / pixels.std()
        model = LogisticRegression(C=1 / (2 * STRENGTH * count), tol=1e-6, max_iter=5000).fit(pixels, labels[:count])
        if settings["whole"] and count == len(raw):
            objective = log_loss(labels, model.predict_proba(pixels)) + STRENGTH * float(np.square(model.coef_).sum())
            assert objective < OBJECTIVE * (1 + 1e-5), objective

    return solve


SIDES = {"ours": ours, PEER: scikit}


def results(*, rounds: int, quick: bool, photos: str | None) -> list[Result]:
    """Measure the row of this file."""
    examples = QUICK_EXAMPLES if quick else EXAMPLES
    with fashion(examples) as file:
        settings = {"file": file, "whole": not quick}
        times = seconds("exact", list(SIDES), settings, rounds=rounds)
        memory = {name: peak_memory("exact", name, settings) for name in ("ours",)}
    note = f"Fashion-MNIST, {examples:,} pictures, softmax, l2 {STRENGTH:g}; ours proves a gap of 1e-4, the peer stops at tol 1e-6"
    return [
        Result(
            row="exact softmax solution", peer=PEER, goal=GOAL, ours=times["ours"], theirs=times[PEER], ours_memory_mb=memory["ours"],
            note=note,
        )
    ]  # fmt: skip
