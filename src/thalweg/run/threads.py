"""Threads: how many a training step is worth, and the process's setting put back afterwards."""

import contextlib
from collections.abc import Iterator

import torch
from torch import nn

from thalweg.core.tiles import members_a_tile
from thalweg.run.recipe import CATALOGUES
from thalweg.run.setting import Setting
from thalweg.run.stacked_objective import draws_noise

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


def threads_for(setting: Setting, *, cores: int) -> tuple[int, int]:
    """Return how many threads PyTorch uses for a step, and how many members are worked on side by side (1: one after the other).

    What a population takes depends on its structure, not on how many members it has, so that every member's sums run in the same order
    whoever else is there. Modules of ours that draw no noise take a core a member.
    """
    module, batch = setting.module, setting.recipe.batch_size(len(setting.parts["train"]))
    if len(setting.members) == 1:
        return worthwhile(module, batch, cores=cores), 1
    if setting.closed_form or setting.stacked is not None:
        return worthwhile(module, 2 * batch * members_a_tile(len(setting.classes)), cores=cores), 1
    foreign = CATALOGUES["score"].get(setting.recipe.score.name).foreign
    if foreign or draws_noise(module) or cores < 2 or setting.device.type != "cpu":
        return worthwhile(module, batch, cores=cores), 1
    return 1, cores


@contextlib.contextmanager
def thread_count(count: int) -> Iterator[None]:
    """Let PyTorch use `count` threads inside the block; sums are added in the same order whenever the count is the same."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
