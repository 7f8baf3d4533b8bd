import numpy as np

from thalweg.run.surface_choice import best_attempt
from thalweg.run.surface_record import Attempt, Ended, Finish


def attempt(final, finish=Finish.UNDERWAY, step=None):
    return Attempt(rate=1.0, ended=Ended(finish=finish, step=step), final=final, lowest=final)


def test_the_lowest_final_value_wins_among_those_that_stayed_finite():
    values = np.array([[4.0, 4.0, 4.0], [1.0, 2.0, 0.5]])
    assert best_attempt([attempt(1.0), attempt(2.0), attempt(0.5, Finish.DIVERGED, 1)], values, None) == 0


def test_equal_values_go_to_the_one_that_came_there_first_and_stayed():
    values = np.array([[4.0, 4.0, 4.0], [1.0, 0.0, 3.0], [0.0, 1.0, 1e-15], [0.0, 1e-14, 0.0]])
    assert best_attempt([attempt(0.0), attempt(1e-14), attempt(0.0)], values, None) == 0
    assert best_attempt([attempt(1e-14), attempt(0.0)], values[:, 1:], None) == 1


def test_with_a_finish_the_first_over_it_wins_and_without_anybody_over_it_the_lowest():
    values = np.array([[1.0, 1.0], [0.5, -0.7], [-9.0, -0.7]])
    over = [attempt(-9.0, Finish.ESCAPED, 2), attempt(-0.7, Finish.ESCAPED, 1)]
    assert best_attempt(over, values, -0.5) == 1
    assert best_attempt([attempt(0.3), attempt(0.1)], np.array([[1.0, 1.0], [0.3, 0.1]]), -0.5) == 1


def test_where_all_diverged_or_rose_one_is_chosen_all_the_same():
    values = np.array([[1.0, 1.0], [7.0, 5.0]])
    assert best_attempt([attempt(7.0, Finish.DIVERGED, 1), attempt(5.0, Finish.DIVERGED, 1)], values, None) == 1
