from dataclasses import replace

import numpy as np
import pytest

from thalweg.doctor.baseline import entropy, examine


def test_entropy_of_three_to_one():
    assert entropy(np.array([3, 1, 0])) == pytest.approx(0.75 * np.log(4 / 3) + 0.25 * np.log(4))


@pytest.mark.many_steps
def test_real_pictures_beat_blank_ones_which_cost_at_least_the_entropy(well):
    values = {each.name: each.value for each in examine(well).measured}
    assert values["loss of real pictures"] < 0.5
    assert values["loss of blank pictures"] == pytest.approx(values["entropy of the classes"], abs=0.01)
    assert values["loss of blank pictures"] >= values["entropy of the classes"]


@pytest.mark.many_steps
def test_permuted_labels_are_wrong(patient, digits):
    labels = np.random.default_rng(0).permutation(digits.labels)
    check = examine(patient(replace(digits, labels=labels)))
    assert check.verdict == "wrong"
    assert check.sentence.startswith("The pictures do not help: validation loss")


def test_a_gain_within_chance_is_worth_a_word(well, monkeypatch):
    losses = iter([np.array([1.0, 2.0, 3.0, 2.0]), np.array([2.0, 1.0, 3.0, 2.5])])  # gains 1, -1, 0, 0.5: mean 0.125, error 0.43
    monkeypatch.setattr(type(well), "losses", lambda *_: next(losses))
    check = examine(well)
    assert (check.verdict, check.sentence.endswith("no more than chance might.")) == ("worth knowing", True)


@pytest.mark.many_steps
def test_pictures_of_nothing_are_wrong(patient, digits):
    assert examine(patient(replace(digits, images=np.full_like(digits.images, 7)))).verdict == "wrong"
