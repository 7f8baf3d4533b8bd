import numpy as np

from thalweg.evidence import mistakes
from thalweg.views import worst_mistakes


def test_words_count_the_answers():
    assert worst_mistakes.draw(mistakes.example()).alt == "2 of 2 wrong answers, highest loss first."


def test_captions_without_probabilities_give_the_lead():
    first = worst_mistakes.draw(mistakes.example()).pictures[0]
    assert (first.caption, first.details) == ("dog, taken for cat", ("lead 3.000", "loss 3.050", "row 0"))


def test_captions_with_probabilities_give_those_of_both_classes():
    likely = np.array([[0.9999, 0.0001]])
    record = mistakes.measure(
        np.array([[9.0, 0.0]]), np.array([1]), np.ones(1), np.zeros((1, 1, 1, 1), np.uint8), classes=["a", "b"], probabilities=likely
    )
    assert worst_mistakes.draw(record).pictures[0].details == ("a: 100.0%", "b: < 0.1%", "loss 1.000", "row 0")


def test_points_have_no_picture():
    record = mistakes.measure(np.eye(2), np.array([1, 0]), np.ones(2), np.zeros((2, 1, 1, 2), np.float32), classes=["a", "b"])
    assert [one.png for one in worst_mistakes.draw(record).pictures] == [None, None]
