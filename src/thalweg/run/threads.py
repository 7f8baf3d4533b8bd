"""Threads: how many a training step is worth, and the process's setting put back afterwards."""

import contextlib
from collections.abc import Iterator

import torch
from torch import nn

WORTH_SHARING = 1 << 24


def worthwhile(module: nn.Module, batch: int, *, cores: int) -> int:
    """Return the number of threads for steps of `batch` examples: all cores, or one where a step is too small to be shared.

    A dense network does about batch * parameters multiplications a step; below some ten million, threads wait for each other longer than
    they compute, and on a machine with other work to do they wait a hundred times as long. Convolutions use their weights many times
    over, so any of them is worth all cores.
    """
    convolves = any(tensor.ndim > 2 for tensor in module.parameters())
    work = batch * sum(tensor.numel() for tensor in module.parameters())
    return cores if convolves or work >= WORTH_SHARING else 1


@contextlib.contextmanager
def thread_count(count: int) -> Iterator[None]:
    """Let PyTorch use `count` threads inside the block; sums are added in the same order whenever the count is the same."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
