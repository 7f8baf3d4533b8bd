"""A sweep of 60 linear recipes with 5 folds, and PopulationSearchCV, beside GridSearchCV over SGDClassifier, at equal epochs.

Both choose among 20 rates and 3 strengths of L2 by 5-fold cross-validated accuracy on all training pictures: 300 trainings. SGDClassifier
takes one example a step (hinge, one class against all); ours takes batches of 128 (softmax). GridSearchCV uses two processes. The
estimators' search gets the same arrays and does as GridSearchCV does: one population a fold, figures once, no refit.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from measure import THREADS, peak_memory, seconds
from table import Result
from training import arrays, fashion

RATES, STRENGTHS, FOLDS, EPOCHS = 20, 3, 5, 2
EXAMPLES, QUICK_EXAMPLES = 60_000, 3_000
PEER, GOAL = "scikit-learn GridSearchCV", 30.0
ESTIMATORS = "PopulationSearchCV"


def ours(settings: Mapping[str, Any]) -> Callable[[], None]:
    """`tw.sweep`: 300 members as one population, measured on validation folds after every epoch and on all parts at the end."""
    import torch

    import thalweg

    torch.set_num_threads(THREADS)
    images = thalweg.load(settings["file"], validation=0.0)

    def whole() -> None:
        found = thalweg.sweep(
            images, rate=f"1e-4..1e-1:log:{RATES}", l2="0,1e-5,1e-4", optimiser="momentum", score="linear", epochs=EPOCHS, folds=FOLDS,
            batch=128,
        )  # fmt: skip
        assert len(found.results) == RATES * STRENGTHS * FOLDS
        assert found.board.winner is not None

    return whole


def estimators(settings: Mapping[str, Any]) -> Callable[[], None]:
    """`PopulationSearchCV` over `LinearClassifier` with momentum, in single precision, without refit."""
    import torch

    from thalweg.sklearn import LinearClassifier, PopulationSearchCV

    torch.set_num_threads(THREADS)
    pixels, labels = arrays(settings["file"])
    pixels = pixels.reshape(len(pixels), -1).astype(np.float32)
    grid = {"rate": list(np.geomspace(1e-4, 1e-1, RATES)), "l2": [0.0, 1e-5, 1e-4]}
    model = LinearClassifier(optimiser="momentum", epochs=EPOCHS, batch=128, precision="fp32", random_state=0)

    def whole() -> None:
        search = PopulationSearchCV(model, grid, cv=FOLDS, refit=False).fit(pixels, labels)
        assert search.cv_results_["mean_test_score"].max() > 0.5

    return whole


def scikit(settings: Mapping[str, Any]) -> Callable[[], None]:
    """GridSearchCV without refit over a fixed number of passes."""
    from sklearn.linear_model import SGDClassifier
    from sklearn.model_selection import GridSearchCV

    pixels, labels = arrays(settings["file"])
    pixels = pixels.reshape(len(pixels), -1)
    grid = {"eta0": list(np.geomspace(1e-5, 1e-2, RATES)), "alpha": [1e-6, 1e-5, 1e-4]}
    model = SGDClassifier(loss="hinge", learning_rate="constant", max_iter=EPOCHS, tol=None, random_state=0)

    def whole() -> None:
        search = GridSearchCV(model, grid, cv=FOLDS, n_jobs=THREADS, refit=False)
        search.fit(pixels, labels)

    return whole


SIDES = {"ours": ours, ESTIMATORS: estimators, PEER: scikit}


def results(*, rounds: int, quick: bool, photos: str | None) -> list[Result]:
    """Measure the row of this file; a side's first, untimed round is the warm-up."""
    examples = QUICK_EXAMPLES if quick else EXAMPLES
    with fashion(examples) as file:
        times = seconds("gridsearch", list(SIDES), {"file": file}, rounds=rounds)
        memory = {name: peak_memory("gridsearch", name, {"file": file}) for name in ("ours", ESTIMATORS)}
    note = f"Fashion-MNIST, {examples:,} pictures, {RATES} rates x {STRENGTHS} strengths x {FOLDS} folds, {EPOCHS} epochs each"
    return [
        Result(
            row="sweep of 60 with 5 folds", peer=PEER, goal=GOAL, ours=times["ours"], theirs=times[PEER], ours_memory_mb=memory["ours"],
            note=note,
        ),
        Result(
            row="PopulationSearchCV of 60 with 5 folds", peer=PEER, goal=GOAL, ours=times[ESTIMATORS], theirs=times[PEER],
            ours_memory_mb=memory[ESTIMATORS], note=note,
        ),
    ]  # fmt: skip
