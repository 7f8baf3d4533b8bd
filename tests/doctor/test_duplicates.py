from dataclasses import replace

import numpy as np

from thalweg.doctor.duplicates import examine


def test_a_training_picture_in_the_test_part(patient, digits):
    images, train, test = digits.images.copy(), digits.split.train, digits.split.test
    images[test[0]] = images[train[0]]
    labels = digits.labels.copy()
    labels[test[0]] = labels[train[0]]
    check = examine(patient(replace(digits, images=images, labels=labels)))
    assert check.verdict == "worth knowing"
    assert check.sentence.startswith("1 group of equal pictures stands in more than one part of the split, 1 of 503 held-out")
    assert len(check.cases) == 1
    images[test[:50]] = images[train[:50]]
    assert examine(patient(replace(digits, images=images))).verdict == "wrong"


def test_two_labels_of_one_picture(patient, digits):
    images, train = digits.images.copy(), digits.split.train
    other = next(row for row in train if digits.labels[row] != digits.labels[train[0]])
    images[other] = images[train[0]]
    check = examine(patient(replace(digits, images=images)))
    assert check.sentence == "1 picture has several labels."


def test_many_copies(patient, digits):
    images, train = digits.images.copy(), digits.split.train
    own = train[digits.labels[train] == 0]
    images[own] = images[own[0]]
    more = train[digits.labels[train] == 1]
    images[more] = images[more[0]]
    check = examine(patient(replace(digits, images=images)))
    assert "pictures repeat another one" in check.sentence
    assert np.isfinite(check.measured[0].value)
