"""Examples in batches: order as a pure function of (seed, epoch), rows gathered as stored, prepared a batch at a time."""

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
import torch
from jaxtyping import Bool, Float, Int64, Shaped
from torch import Tensor

from thalweg.core.entries import Shape
from thalweg.core.imageset import ImageSet
from thalweg.core.seeds import generator
from thalweg.prepare import Chain


class Batch(NamedTuple):
    """Prepared images [N, H, W, C], labels [N], and which members train on which of them (None: all on all).

    `own` says which, or how much each example counts for each member: a number, whose mean over all training examples is 1.
    """

    images: Shaped[Tensor, "batch height width channels"]
    labels: Int64[Tensor, " batch"]
    own: Bool[Tensor, "members batch"] | Float[Tensor, "members batch"] | None = None


Counts = int | Int64[Tensor, " members"]
"""How many examples a mean is over: the same number for all members, or one for each."""


def counted(values: Float[Tensor, "..."], own: Shaped[Tensor, "..."] | None) -> Float[Tensor, "..."]:
    """Return values as much as each counts: those of a member's own examples and zero, or values times their counts.

    What does not count is zero whatever its value is, also where that is not finite. `own` broadcasts against the values.

    >>> counted(torch.tensor([[1.0, torch.inf]]), torch.tensor([[0.5, 0.0]]))
    tensor([[0.5000, 0.0000]])
    """
    if own is None:
        return values
    return torch.where(own != 0, values * own, 0.0) if own.is_floating_point() else torch.where(own, values, 0.0)


CHUNK_NUMBERS = 1 << 19
CACHE_BYTES = 1 << 30


def chunk_size(numbers: int) -> int:
    """Return how many pictures of so many numbers to take at a time: their activations stay near the processor's caches.

    >>> chunk_size(784), chunk_size(2), chunk_size(10**6)
    (668, 4096, 16)
    """
    return max(16, min(4096, CHUNK_NUMBERS // max(1, numbers)))


@runtime_checkable
class Batches(Protocol):
    """The examples that an objective averages over, in chunks that fit in memory; a mini-batch is one chunk."""

    @property
    def examples(self) -> int:
        """How many examples there are in all."""

    @property
    def counts(self) -> Counts:
        """How many of them a member averages over; 1 where it has none, so that its mean is zero."""

    @property
    def single_chunk(self) -> bool:
        """Whether `chunks` yields exactly one chunk."""

    def chunks(self) -> Iterator[Batch]:
        """Walk over the chunks; every walk gives the same."""


@dataclass(frozen=True, eq=False)
class Examples:
    """One part of an ImageSet on a device: raw pixels [n, H * W * C] of the whole set, labels, and the row numbers of the part."""

    pixels: Shaped[Tensor, "all inputs"]
    labels: Int64[Tensor, " all"]
    rows: Int64[Tensor, " n"]
    shape: Shape

    @classmethod
    def of(cls, images: ImageSet, rows: Int64[np.ndarray, " n"], *, device: torch.device) -> "Examples":
        """Wrap the rows of an ImageSet; pixels on disk stay on disk when the device is the processor."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # read-only arrays and memory maps; nothing here writes to them
            pixels, labels, chosen = (torch.from_numpy(array) for array in (images.images, images.labels, rows))
        return cls(pixels.flatten(1).to(device), labels.to(device), chosen.to(device), images.shape)

    def __len__(self) -> int:
        return len(self.rows)

    def at(self, places: Int64[Tensor, " m"]) -> "Examples":
        """Return the part that holds the examples at some places of this one."""
        return replace(self, rows=self.rows[places.to(self.rows.device)])

    @property
    def chunk(self) -> int:
        """How many examples to take at a time where there is no batch."""
        return chunk_size(self.pixels.shape[1])

    def raw(self, rows: Int64[Tensor, " batch"]) -> tuple[Shaped[Tensor, "batch height width channels"], Int64[Tensor, " batch"]]:
        """Return the pixels as stored and the labels of some rows of the whole set."""
        return self.pixels.index_select(0, rows).view(-1, *self.shape), self.labels.index_select(0, rows)


@dataclass(frozen=True, eq=False)
class Preparer:
    """Raw pixels to what the score takes: the fitted chain in the run's precision; one fused pass where the chain is elementwise."""

    chain: Chain
    dtype: torch.dtype
    fused: tuple[Tensor, Tensor] | None

    @classmethod
    def of(cls, chain: Chain, shape: Shape, *, dtype: torch.dtype, device: torch.device) -> "Preparer":
        """Choose the fused pass where the chain allows it."""
        elementwise = chain.elementwise(shape, dtype=dtype)
        if elementwise is None:
            return cls(chain, dtype, None)
        scale, shift = (part.reshape(-1).to(device) for part in elementwise)
        return cls(chain, dtype, (scale, shift))

    def __call__(self, raw: Shaped[Tensor, "batch height width channels"]) -> Shaped[Tensor, "batch height2 width2 channels2"]:
        """Prepare a batch."""
        if self.fused is None:
            return self.chain.apply(raw.to(self.dtype)).to(self.dtype)
        scale, shift = self.fused
        return torch.addcmul(shift, raw.flatten(1).to(self.dtype), scale).view(raw.shape)


@dataclass(frozen=True, eq=False)
class MiniBatch:
    """A batch that is ready."""

    images: Tensor
    labels: Tensor
    own: Tensor | None = None
    single_chunk: bool = True

    @property
    def examples(self) -> int:
        """How many examples there are."""
        return len(self.labels)

    @property
    def counts(self) -> Counts:
        """How many of them a member averages over."""
        return self.examples if self.own is None or self.own.is_floating_point() else self.own.sum(1).clamp_min(1)

    def chunks(self) -> Iterator[Batch]:
        """Yield the batch."""
        yield Batch(self.images, self.labels, self.own)


@dataclass(eq=False)
class WholeSet:
    """A whole part in chunks, prepared anew on every walk; with `keep`, prepared once and kept if it fits into a gigabyte.

    `own` [members, all rows of the set] says which examples each member averages over, or how much each counts for it.
    """

    part: Examples
    prepare: Callable[[Tensor], Tensor]
    keep: bool = False
    own: Bool[Tensor, "members all"] | Float[Tensor, "members all"] | None = None
    _kept: list[Batch] | None = field(default=None, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)
    _counts: Int64[Tensor, " members"] | None = field(default=None, repr=False)

    @property
    def examples(self) -> int:
        """How many examples there are."""
        return len(self.part)

    @property
    def counts(self) -> Counts:
        """How many of them a member averages over."""
        if self.own is not None and not self.own.is_floating_point() and self._counts is None:
            self._counts = self.own[:, self.part.rows].sum(1).clamp_min(1)
        return self.examples if self._counts is None else self._counts

    @property
    def single_chunk(self) -> bool:
        """Whether the part fits into one chunk."""
        return len(cuts(len(self.part), self.part.chunk)) == 1

    def chunks(self) -> Iterator[Batch]:
        """Walk over the chunks in the part's own order."""
        with self._lock:  # members side by side all begin with the first chunk
            if self.keep and self._kept is None and self.examples * self.part.pixels.shape[1] * 4 <= CACHE_BYTES:
                self._kept = _side_by_side(self._fresh(), self.examples)
        yield from self._fresh() if self._kept is None else self._kept

    def _fresh(self) -> Iterator[Batch]:
        for rows in self.part.rows.split(cuts(len(self.part), self.part.chunk)):
            raw, labels = self.part.raw(rows)
            yield Batch(self.prepare(raw), labels, None if self.own is None else self.own[:, rows])


def matrix(batches: Batches) -> Batch:
    """Return all examples as one batch of flat images [examples, inputs]: the memory that chunks lie in side by side, or a copy."""
    chunks = list(batches.chunks())
    first, size = chunks[0].images, sum(batch.images.numel() for batch in chunks)
    ends = [first.data_ptr()]
    for batch in chunks:
        ends.append(ends[-1] + batch.images.numel() * first.element_size())
    shared = all(batch.images.data_ptr() == end and batch.images.is_contiguous() for batch, end in zip(chunks, ends, strict=False))
    within = first.untyped_storage().nbytes() >= (first.storage_offset() + size) * first.element_size()
    if shared and within:
        pixels = first.as_strided((size // first[0].numel(), first[0].numel()), (first[0].numel(), 1))
    else:
        pixels = torch.cat([batch.images.flatten(1) for batch in chunks])
    own = [batch.own for batch in chunks if batch.own is not None]
    return Batch(pixels, torch.cat([batch.labels for batch in chunks]), torch.cat(own, 1) if own else None)


def _side_by_side(chunks: Iterator[Batch], examples: int) -> list[Batch]:
    """Copy chunks into one piece of memory as they come; return views of it."""
    store: Tensor | None = None
    kept: list[Batch] = []
    begin = 0
    for images, labels, own in chunks:
        store = images.new_empty(examples, *images.shape[1:]) if store is None else store
        place = store[begin : begin + len(images)]
        kept.append(Batch(place.copy_(images), labels, own))
        begin += len(images)
    return kept


def order(examples: int, *, seed: int, epoch: int) -> Int64[Tensor, " n"]:
    """Return the order of an epoch: a permutation, drawn without replacement, from (seed, epoch) alone.

    >>> bool((order(5, seed=0, epoch=1) == order(5, seed=0, epoch=1)).all()), sorted(order(5, seed=0, epoch=1).tolist())
    (True, [0, 1, 2, 3, 4])
    """
    return torch.randperm(examples, generator=generator(seed, "order", epoch))


def cuts(examples: int, batch: int) -> list[int]:
    """Return the sizes of an epoch's batches: `batch` each and the rest last; a rest of one joins its neighbour (batch-norm needs two).

    >>> cuts(10, 4), cuts(9, 4), cuts(1, 4)
    ([4, 4, 2], [4, 5], [1])
    """
    full, rest = divmod(examples, batch)
    if rest == 1 and full and batch > 1:
        return [batch] * (full - 1) + [batch + 1]
    return [batch] * full + ([rest] if rest else [])
