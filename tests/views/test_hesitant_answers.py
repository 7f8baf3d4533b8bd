import numpy as np

from thalweg.evidence import mistakes
from thalweg.views import hesitant_answers


def test_words_count_the_answers():
    assert hesitant_answers.draw(mistakes.example()).alt == "1 of 1 right answers, smallest lead over the second score first."


def test_the_caption_names_the_runner_up():
    assert hesitant_answers.draw(mistakes.example()).pictures[0].caption == "cat, ahead of dog"


def test_nothing_right_says_so():
    record = mistakes.measure(np.eye(2), np.array([1, 0]), np.ones(2), np.zeros((2, 1, 1, 1), np.uint8), classes=["a", "b"])
    assert hesitant_answers.draw(record).alt == "None: no answer was right."
