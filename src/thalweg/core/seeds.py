"""Randomness as a pure function of its address: (seed, what for, epoch, step, ...).

No iterator state is ever saved: who knows the address gets the same numbers again, so a resumed run is bit-identical.
"""

import hashlib
from collections.abc import Sequence
from typing import overload

import torch
from jaxtyping import Int64


def derive(seed: int, *address: int | str) -> int:
    """Return a 63-bit seed for an address; any change of the address gives an unrelated seed.

    >>> derive(0, "order", 1) == derive(0, "order", 1), derive(0, "order", 1) == derive(0, "order", 2)
    (True, False)
    """
    text = "/".join([str(seed), *map(str, address)])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


def generator(seed: int, *address: int | str, device: torch.device | str = "cpu") -> torch.Generator:
    """Return a fresh PyTorch generator seeded for an address."""
    return torch.Generator(device=device).manual_seed(derive(seed, *address))


def some_of(count: int, most: int, source: torch.Generator) -> Int64[torch.Tensor, " chosen"]:
    """Return at most `most` of the places 0 to `count` - 1, drawn at random, in ascending order.

    >>> some_of(3, 5, generator(0, "example")).tolist(), len(some_of(10, 4, generator(0, "example")))
    ([0, 1, 2], 4)
    """
    return torch.randperm(count, generator=source)[:most].sort().values


class Generators(Sequence[torch.Generator]):
    """One generator a member, each seeded for the same address from the member's own seed; none is made before it is asked for.

    >>> drawn = [torch.rand(1, generator=each) for each in Generators((3, 4), "noise", 7)]
    >>> torch.equal(drawn[1], torch.rand(1, generator=generator(4, "noise", 7)))
    True
    """

    def __init__(self, seeds: Sequence[int], *address: int | str, device: torch.device | str = "cpu") -> None:
        self.seeds, self.address, self.device = seeds, address, device

    def __len__(self) -> int:
        return len(self.seeds)

    @overload
    def __getitem__(self, member: int) -> torch.Generator: ...
    @overload
    def __getitem__(self, member: slice) -> "Generators": ...
    def __getitem__(self, member: int | slice) -> "torch.Generator | Generators":
        if isinstance(member, slice):
            return Generators(self.seeds[member], *self.address, device=self.device)
        return generator(self.seeds[member], *self.address, device=self.device)
