import numpy as np

from thalweg.evidence import mistakes
from thalweg.views import confident_mistakes


def test_words_count_the_answers():
    assert confident_mistakes.draw(mistakes.example()).alt == "2 of 2 wrong answers, largest lead over the second score first."


def test_a_run_without_mistakes_says_so():
    record = mistakes.measure(np.eye(2), np.array([0, 1]), np.zeros(2), np.zeros((2, 1, 1, 1), np.uint8), classes=["a", "b"])
    assert confident_mistakes.draw(record).alt == "None: no answer was wrong."
