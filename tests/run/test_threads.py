"""How many threads a step is worth."""

import torch
from torch import nn

from thalweg.run.threads import thread_count, worthwhile


def test_small_dense_steps_take_one_thread_and_large_ones_all():
    assert worthwhile(nn.Linear(784, 10), 128, cores=8) == 1  # 1 million multiplications
    assert worthwhile(nn.Linear(784, 10), 60_000, cores=8) == 8  # 471 million
    assert worthwhile(nn.Linear(784, 256), 128, cores=8) == 8  # 26 million


def test_convolutions_always_take_all():
    assert worthwhile(nn.Conv2d(1, 2, 3), 2, cores=8) == 8


def test_the_count_is_put_back_also_after_an_error():
    before = torch.get_num_threads()
    try:
        with thread_count(before + 1):
            assert torch.get_num_threads() == before + 1
            raise KeyError
    except KeyError:
        assert torch.get_num_threads() == before
