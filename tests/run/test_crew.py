import threading

import pytest
import torch
from torch import nn

from thalweg.run.crew import Crew


@pytest.fixture
def crew():
    made = Crew.of(nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2)), 3)
    yield made
    made.close()


def test_every_member_is_worked_on_once_and_answers_come_in_order(crew):
    for count in (1, 2, 3, 7):
        assert crew.each(lambda module, index: index * index, count) == [index * index for index in range(count)]


def test_each_thread_has_a_module_of_its_own(crew):
    barrier = threading.Barrier(3)

    def act(module, index):
        barrier.wait(5)
        return id(module)

    assert len(set(crew.each(act, 3))) == 3
    weights = [module[0].weight for module in crew.modules]
    assert all(torch.equal(weight, weights[0]) for weight in weights)


def test_all_copies_change_their_mode(crew):
    crew.train(False)
    assert not any(module.training for module in crew.modules)
    crew.train(True)
    assert all(module.training for module in crew.modules)


def test_an_error_of_one_is_the_callers(crew):
    def act(module, index):
        raise ValueError(f"member {index}")

    with pytest.raises(ValueError, match="member"):
        crew.each(act, 2)
