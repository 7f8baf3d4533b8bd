from dataclasses import replace

import numpy as np
import pytest

from thalweg.doctor.overfit import examine, twenty


def test_twenty_are_balanced(digits):
    some = twenty(digits, 0)
    assert np.bincount(digits.labels[some.split.train]).tolist() == [2] * 10
    assert set(some.split.train) <= set(digits.split.train)
    assert len(some.split.validation) == len(some.split.test) == 0


@pytest.mark.many_steps
def test_a_net_with_dropout_and_batch_norm_learns_by_heart_without_dropout(patient):
    assert examine(patient(score="mlp", widths=(16,), dropout=0.9, batch_norm=True)).verdict == "well"


@pytest.mark.many_steps
def test_tiny_rate_cannot_and_says_so(patient):
    check = examine(patient(optimiser="sgd", rate=1e-7))
    assert check.verdict == "wrong"
    assert "20 pictures cannot be learnt by heart: after 200 steps" in check.sentence


@pytest.mark.many_steps
def test_equal_pictures_with_different_labels_cannot(patient, digits):
    same = replace(digits, images=np.ascontiguousarray(np.broadcast_to(digits.images[:1], digits.images.shape)))
    assert examine(patient(same, prepare=["scale"], score="mlp", widths=(8,))).verdict == "wrong"


@pytest.mark.many_steps
@pytest.mark.filterwarnings("ignore")
def test_huge_rate_diverges(patient):
    check = examine(patient(score="mlp", widths=(16,), optimiser="sgd", rate=1e6))
    assert check.verdict == "wrong"


def test_guessing_is_not_tried(patient):
    check = examine(patient(optimiser="random-search"))
    assert (check.verdict, check.found) == ("not applicable", False)


@pytest.mark.many_steps
def test_an_optimiser_that_needs_a_penalty_gets_a_faint_one(patient):
    solver = patient(optimiser="exact")
    assert [each.knobs["strength"] for each in solver.calm(solver.recipe).penalty] == [1e-6]
    assert patient().calm(solver.recipe.with_changes(optimiser="sgd")).penalty == ()
    assert examine(solver).verdict == "well"
