import json

import numpy as np
import pytest

from thalweg.evidence import mistakes

SCORES = np.array([[5.0, 1.0, 0.0], [0.0, 2.0, 1.9], [3.0, 0.0, 2.5], [0.0, 0.0, 1.0], [4.0, 3.0, 9.0]])
LABELS = np.array([0, 2, 2, 2, 1])
LOSSES = np.array([0.1, 0.9, 1.1, 0.3, 6.0])
IMAGES = np.arange(5, dtype=np.uint8).reshape(5, 1, 1, 1)


def pick(**more):
    return mistakes.measure(SCORES, LABELS, LOSSES, IMAGES, classes=["a", "b", "c"], **more)


def test_lists_and_leads_by_hand():
    record = pick()
    assert (record.count, record.wrong) == (5, 3)
    assert [one.row for one in record.worst] == [4, 2, 1]
    assert [one.row for one in record.confident] == [4, 2, 1]
    assert [one.row for one in record.hesitant] == [3, 0]
    worst = record.worst[0]
    assert (worst.true_name, worst.predicted_name, worst.second_name) == ("b", "c", "a")
    assert (worst.gap, worst.lead, worst.loss, worst.picture.item()) == (6.0, 5.0, 6.0, 4)
    assert record.hesitant[0].gap == 0.0


def test_highest_loss_and_largest_lead_can_disagree():
    scores = np.array([[9.0, 8.9, 0.0], [5.0, 0.0, 0.0]])
    record = mistakes.measure(scores, np.array([2, 1]), np.array([8.0, 4.0]), IMAGES[:2], classes=["a", "b", "c"])
    assert [one.row for one in record.worst] == [0, 1]
    assert [one.row for one in record.confident] == [1, 0]


def test_ties_go_to_the_first_class_and_the_first_row():
    record = mistakes.measure(np.zeros((3, 3)), np.array([1, 2, 0]), np.ones(3), IMAGES[:3], classes=["a", "b", "c"])
    assert [one.row for one in record.worst] == [0, 1]
    assert (record.worst[0].predicted, record.worst[0].second) == (0, 1)


def test_probabilities_appear_only_where_they_are_given():
    assert pick().worst[0].probability_predicted is None
    likely = np.full((5, 3), [0.2, 0.3, 0.5])
    assert (pick(probabilities=likely).worst[0].probability_true, pick(probabilities=likely).worst[0].probability_predicted) == (0.3, 0.5)


def test_names_are_origins_or_row_numbers():
    assert pick().worst[0].origin == "row 4"
    assert pick(origins=list("vwxyz")).worst[0].origin == "z"


def test_limits_and_empty_cases_say_why():
    assert len(pick(most=1).worst) == 1
    right = mistakes.measure(np.eye(2), np.array([0, 1]), np.zeros(2), IMAGES[:2], classes=["a", "b"])
    assert (right.worst, right.reason) == ((), "no answer was wrong")
    none = mistakes.measure(np.zeros((0, 2)), np.zeros(0, np.int64), np.zeros(0), IMAGES[:0], classes=["a", "b"])
    assert (none.count, none.hesitant, none.reason) == (0, (), "there are no examples")


def test_a_single_class_has_no_second():
    only = mistakes.measure(np.ones((1, 1)), np.array([0]), np.zeros(1), IMAGES[:1], classes=["a"]).hesitant[0]
    assert (only.second, only.lead) == (None, 0.0)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_losses_that_are_not_finite_stay_strict_json(bad):
    record = mistakes.measure(SCORES, LABELS, np.full(5, bad), IMAGES, classes=["a", "b", "c"])
    assert record.worst[0].loss is None
    json.dumps(record.row(), allow_nan=False)
