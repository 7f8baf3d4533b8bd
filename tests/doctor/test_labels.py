import json
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import softmax

from thalweg.core.imageset import ImageSet, Split
from thalweg.doctor.labels import RATIO, examine, held_out_scores, mixture, suspicious


def relabelled(images: ImageSet, share: float, seed: int = 0) -> tuple[ImageSet, np.ndarray]:
    """Return the set with a share of wrong labels, and which they are."""
    chance = np.random.default_rng(seed)
    wrong = chance.choice(len(images), round(share * len(images)), replace=False)
    labels = images.labels.copy()
    labels[wrong] = (labels[wrong] + chance.integers(1, len(images.classes), len(wrong))) % len(images.classes)
    return replace(images, labels=labels), wrong


def drawn(n: int, eta: float, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw scores, labels from the mixture itself, and which labels are from its second part."""
    chance = np.random.default_rng(seed)
    scores = 4 * chance.normal(size=(n, 5))
    labels = np.array([chance.choice(5, p=row) for row in softmax(1.5 * scores, axis=1)])
    wrong = chance.random(n) < eta
    labels[wrong] = chance.integers(0, 5, wrong.sum())
    return scores, labels.astype(np.int64), wrong


def test_the_mixture_finds_what_made_the_labels():
    scores, labels, wrong = drawn(4000, 0.05, 0)
    found = mixture(scores, labels)
    assert found.eta == pytest.approx(0.05, abs=0.015)
    assert found.sharpness == pytest.approx(1.5, rel=0.15)
    assert found.gain > RATIO
    sure = found.wrong > 0.5
    assert wrong[sure].mean() == pytest.approx(found.wrong[sure].mean(), abs=0.1)  # the probabilities are what they say


@pytest.mark.many_steps
def test_clean_labels_gain_nothing():
    found = [mixture(*drawn(400, 0.0, seed)[:2]) for seed in range(8)]
    assert max(each.gain for each in found) < RATIO
    assert not any(len(suspicious(each)) for each in found)


@pytest.mark.many_steps
def test_planted_labels_are_found(patient, digits):
    planted, wrong = relabelled(digits, 0.02)
    check = examine(patient(planted))
    assert check.verdict == "worth knowing"
    assert len(check.cases) == 10
    assert json.dumps(check.row(), allow_nan=False)
    named = {int(case.split("#")[1].split(":")[0]) for case in check.cases}
    assert len(named & set(wrong.tolist())) >= 9


@pytest.mark.many_steps
def test_held_out_scores_are_of_models_that_have_not_seen_the_example(digits):
    rows, empty = np.arange(300), np.array([], dtype=np.int64)
    some = replace(digits, split=Split(rows, empty, empty))
    before = held_out_scores(some, seed=0)
    labels = digits.labels.copy()
    labels[0] = (labels[0] + 1) % 10
    after = held_out_scores(replace(some, labels=labels), seed=0)
    assert before.shape == (300, 10)
    assert not np.array_equal(before, after)


@pytest.mark.slow
@pytest.mark.many_steps
def test_figures_of_planted_labels(patient, digits):
    precision, recall = [], []
    for seed in range(5):
        planted, wrong = relabelled(digits, 0.02, seed)
        rows, empty = np.arange(len(digits)), np.array([], dtype=np.int64)
        found = mixture(held_out_scores(replace(planted, split=Split(rows, empty, empty)), seed=0), planted.labels)
        flagged = suspicious(found)
        precision.append(np.isin(flagged, wrong).mean())
        recall.append(np.isin(wrong, flagged).mean())
    assert np.mean(precision) > 0.9
    assert np.mean(recall) > 0.75


def test_too_few_for_folds(patient, digits):
    keep = np.r_[np.flatnonzero(digits.labels != 3), np.flatnonzero(digits.labels == 3)[:3]]
    some = replace(digits, images=digits.images[keep], labels=digits.labels[keep], split=Split(np.arange(len(keep)), keep[:0], keep[:0]))
    assert "fewer than 5 examples" in examine(patient(some)).sentence
