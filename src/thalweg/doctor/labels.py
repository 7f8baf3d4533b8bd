"""Labels: examples whose label looks wrong, by a linear score that has not seen them."""

from dataclasses import dataclass, replace

import numpy as np
import scipy.optimize
import torch
from jaxtyping import Float, Int64

from thalweg.core.imageset import ImageSet, Split
from thalweg.core.progress import Silent
from thalweg.core.seeds import generator, some_of
from thalweg.doctor._check import Check, Examination, Measured, looked, not_applicable
from thalweg.doctor._patient import Patient
from thalweg.run.conduct import first_state, run_to_the_end
from thalweg.run.recipe import Recipe
from thalweg.run.setting import settle_down
from thalweg.run.signals import Stop

FOLDS, NAMED = 5, 10
SURE = 0.8
"""The probability of a wrong label from which an example is named: at most one in five of these should be right."""
LIKELY = 0.7
"""The probability of another class from which it is named: where a model is never sure, its surprise at a label says little."""
WEAK = 0.7
"""The held-out accuracy below which the model sees gross errors only, and says so."""
RATIO = 10.8
"""Twice the log-likelihood that a share of wrong labels must gain: chi-squared of one degree of freedom at 0.001."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Mixture:
    """Labels as a mixture: with probability 1 - eta the classes' calibrated probabilities, with eta any class alike.

    `gain` is twice the log-likelihood above that of eta = 0; `wrong` [n] the probability that each label came from the second part.
    """

    eta: float
    sharpness: float
    gain: float
    wrong: Float[np.ndarray, " n"]
    probabilities: Float[np.ndarray, "n classes"]


def mixture(scores: Float[np.ndarray, "n classes"], labels: Int64[np.ndarray, " n"]) -> Mixture:
    """Fit p(y | s) = (1 - eta) softmax(a s)_y + eta / K by maximum likelihood over eta in [0, 1/2] and the sharpness a.

    Scores must come from models that have not seen the example. The likelihood is concave in eta; over log a it is searched on a grid, then
    between grid points. With eta = 0 this is temperature scaling.
    """
    classes = scores.shape[1]
    rows = np.arange(len(labels))

    def likely(sharp: float) -> Float[np.ndarray, "n classes"]:
        S = sharp * (scores - scores.max(1, keepdims=True))
        powers = np.exp(S)
        return powers / powers.sum(1, keepdims=True)

    def log_likelihood(own: Float[np.ndarray, " n"], eta: float) -> float:
        return float(np.log(np.maximum((1 - eta) * own + eta / classes, 1e-300)).sum())

    def best_eta(own: Float[np.ndarray, " n"]) -> float:
        def slope(eta: float) -> float:
            return float(((1 / classes - own) / np.maximum((1 - eta) * own + eta / classes, 1e-300)).sum())

        if slope(0.0) <= 0:
            return 0.0
        return 0.5 if slope(0.5) >= 0 else float(scipy.optimize.brentq(slope, 0.0, 0.5, xtol=1e-6))

    def loss(log_sharp: float, *, mixed: bool) -> float:
        own = likely(float(np.exp(log_sharp)))[rows, labels]
        return -log_likelihood(own, best_eta(own) if mixed else 0.0)

    ends = []
    for mixed in (False, True):
        grid = np.linspace(-4, 4, 33)
        values = [loss(float(each), mixed=mixed) for each in grid]
        near = int(np.argmin(values))
        low, high = grid[max(0, near - 1)], grid[min(len(grid) - 1, near + 1)]
        ends.append(scipy.optimize.minimize_scalar(lambda x, m=mixed: loss(float(x), mixed=m), bounds=(low, high), method="bounded"))
    sharp = float(np.exp(ends[1].x))
    probabilities = likely(sharp)
    own = probabilities[rows, labels]
    eta = best_eta(own)
    wrong = (eta / classes) / np.maximum((1 - eta) * own + eta / classes, 1e-300)
    return Mixture(eta=eta, sharpness=sharp, gain=2 * float(ends[0].fun - ends[1].fun), wrong=wrong, probabilities=probabilities)


def suspicious(found: Mixture) -> Int64[np.ndarray, " few"]:
    """Return the labels that look wrong, the worst first; none where wrong labels explain no more than chance would."""
    chosen = np.flatnonzero((found.wrong > SURE) & (found.probabilities.max(1) > LIKELY) & (found.gain > RATIO))
    return chosen[np.argsort(-found.wrong[chosen], kind="stable")]


def held_out_scores(images: ImageSet, *, seed: int) -> Float[np.ndarray, "n classes"]:
    """Return each training example's scores by a linear score that was trained without its fold: one population, a member a fold."""
    recipes = [
        Recipe.make(
            seed=seed, data_seed=seed, score="linear", prepare=["standardise"], optimiser={"name": "nesterov", "rate": 0.02},
            schedule=["one-cycle"], penalty={"l2": 1e-3}, epochs=15, keep="last", measure="validation",
            data={"folds": FOLDS, "fold": fold},
        )
        for fold in range(FOLDS)
    ]  # fmt: skip
    setting = settle_down(recipes, images)
    start = first_state(setting, None)
    _, kept = run_to_the_end(setting, start, save=lambda _: None, log=lambda *_: None, stop=Stop(), progress=Silent())
    own = setting.members.own
    assert own is not None
    rows = setting.parts["train"].rows
    found = np.empty((len(rows), len(images.classes)))
    with torch.no_grad():
        scores = torch.cat([setting.scorer(kept.params, kept.buffers)(chunk.images) for chunk in setting.whole("train").chunks()], dim=1)
    for fold in range(FOLDS):
        held = ~own[fold, rows]
        found[held.numpy()] = scores[fold, held].double().numpy()
    return found


def examine(patient: Patient) -> Check:
    """Score every example of the sample by a model without it, fit the mixture, and name what is probably labelled wrongly."""
    images = patient.images
    rows = np.sort(np.concatenate(list(images.split.parts().values())))
    if len(rows) > patient.sample:
        rows = rows[some_of(len(rows), patient.sample, generator(patient.seed, "doctor", "labels")).numpy()]
    counts = np.bincount(images.labels[rows], minlength=len(images.classes))
    if counts[counts > 0].min() < FOLDS or (counts > 0).sum() < 2:
        return not_applicable(f"A class has fewer than {FOLDS} examples: they cannot be dealt into {FOLDS} folds.")
    empty: Int64[np.ndarray, " n"] = np.array([], dtype=np.int64)
    patient.progress.say(f"cross-validating a linear score on {len(rows):,} pictures")
    scores = held_out_scores(replace(images, split=Split(rows, empty, empty)), seed=patient.seed)
    labels = images.labels[rows]
    accuracy = float((scores.argmax(1) == labels).mean())
    found = mixture(scores, labels)
    made = f"seed {patient.seed}, {FOLDS}-fold cross-validation of a linear softmax score on {len(rows):,} pictures of all parts"
    flagged = suspicious(found)
    measured = (
        Measured.of("held-out accuracy", accuracy, made),
        Measured.of("share of wrong labels", found.eta, "of the mixture (1 - eta) softmax(a s) + eta / K, by maximum likelihood"),
        Measured.of("twice the log-likelihood gained by it", found.gain, f"chance stays below {RATIO:g} in 999 of 1,000 clean sets"),
        Measured.of("labels that look wrong", float(len(flagged)), f"wrong with probability above {SURE:g}, another class with {LIKELY:g}"),
        Measured.of("of these right, expected", float((1 - found.wrong[flagged]).sum())),
    )
    known = looked(measured, normal="None: labels are what held-out probabilities, once calibrated, say they should be.", made=made)
    if not len(flagged):
        seen = "it could see gross errors only" if accuracy < WEAK else "it misses as often as it says"
        words = f"No label looks wrong to a linear score that has not seen them. It gets {accuracy:.1%} right: {seen}."
        return known.says("well", words)
    looks, sure = "looks" if len(flagged) == 1 else "look", found.wrong[flagged].sum()
    return known.says(
        "worth knowing",
        f"{len(flagged):,} of {len(rows):,} labels {looks} wrong; about {sure:.0f} of these should be.",
        "Look at these pictures and correct their labels.",
        cases=tuple(_case(images, int(rows[each]), found.probabilities[each], float(found.wrong[each])) for each in flagged[:NAMED]),
    )


def _case(images: ImageSet, row: int, probabilities: Float[np.ndarray, " classes"], wrong: float) -> str:
    given, likely = int(images.labels[row]), int(probabilities.argmax())
    said, seen = (f"{images.classes[each]} ({probabilities[each]:.2g})" for each in (given, likely))
    return f"{images.origin(row)}: labelled {said}, looks like {seen}; wrong with probability {wrong:.2g}"


ENTRY = Examination(
    summary="examples whose label looks wrong to a model that has not seen them",
    formula="p(y | s) = (1 - eta) softmax(a s)_y + eta / K;  wrong_i = (eta / K) / p(y_i | s_i)",
    reference="C. Northcutt et al., Confident learning, JAIR 70, 2021; C. Guo et al., On calibration of modern neural networks, ICML 2017",
    examine=examine,
    place=110,
)
