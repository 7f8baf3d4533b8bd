"""A crew: members worked on side by side, one processor core each."""

import copy
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import nn

Answer = TypeVar("Answer")


@dataclass(frozen=True, eq=False)
class Crew:
    """Threads, each with a copy of the module of its own: `functional_call` puts a member's tensors into the module while it runs.

    PyTorch leaves Python's lock while it computes, so that two members' steps of small convolutions take the time of one. Each member's
    numbers come from one thread alone, so they are the same whoever works beside it. Not for modules that draw noise: all threads would
    draw from one generator.
    """

    modules: Sequence[nn.Module]
    pool: ThreadPoolExecutor

    @classmethod
    def of(cls, module: nn.Module, size: int) -> "Crew":
        """Make a crew of `size` threads, in each of which PyTorch uses one core from the first product on."""
        pool = ThreadPoolExecutor(size, thread_name_prefix="member", initializer=torch.set_num_threads, initargs=(1,))
        return cls([module, *(copy.deepcopy(module) for _ in range(size - 1))], pool)

    def each(self, act: Callable[[nn.Module, int], Answer], count: int) -> list[Answer]:
        """Return act(module, index) for every index below `count`, in their order."""
        size = len(self.modules)

        def share(first: int) -> list[Answer]:
            return [act(self.modules[first], index) for index in range(first, count, size)]

        shares = list(self.pool.map(share, range(min(size, count))))
        return [shares[index % size][index // size] for index in range(count)]

    def train(self, mode: bool) -> None:
        """Put every copy into training or evaluation mode."""
        for module in self.modules:
            module.train(mode)

    def close(self) -> None:
        """Let the threads end."""
        self.pool.shutdown()
