"""Chains of preparations: one after the other, each fitted on images prepared by those before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from jaxtyping import Float, Float64
from torch import Tensor

from thalweg.core.catalogue import settle
from thalweg.core.entries import Chunks, Fitted, Preparation, Shape
from thalweg.core.errors import ConfigError, ModelError
from thalweg.prepare._catalogue import PREPARATIONS
from thalweg.prepare._elementwise import Elementwise


class Link(NamedTuple):
    """One fitted preparation and the name of its entry."""

    name: str
    fitted: Fitted


@dataclass(frozen=True)
class Chain:
    """The composition of fitted preparations, itself one: y = f_k(... f_2(f_1(x))). Without links it is the identity.

    `tensors()` is a flat dict with keys such as `0.standardise.scale`, and `Chain.restore` undoes it bit for bit, on whichever device
    the tensors are.
    """

    links: tuple[Link, ...] = ()

    def shape(self, shape: Shape) -> Shape:
        """Return the shape of a prepared image; raise `DataError` where the chain was fitted on another."""
        for link in self.links:
            shape = link.fitted.shape(shape)
        return shape

    def apply(self, images: Float[Tensor, "batch height width channels"]) -> Float[Tensor, "batch height2 width2 channels2"]:
        """Prepare a batch."""
        for link in self.links:
            images = link.fitted.apply(images)
        return images

    def fold(self, weight: Float[Tensor, "outputs inputs"], bias: Float[Tensor, " outputs"]) -> tuple[Tensor, Tensor]:
        """Return the linear map on unprepared pixels that equals `weight`, `bias` on prepared ones."""
        for link in reversed(self.links):
            weight, bias = link.fitted.fold(weight, bias)
        return weight, bias

    def tensors(self) -> dict[str, Tensor]:
        """Return what `restore` needs, keyed by position, entry and tensor: `0.standardise.scale`."""
        return {
            f"{position}.{link.name}.{key}": tensor
            for position, link in enumerate(self.links)
            for key, tensor in link.fitted.tensors().items()
        }

    @classmethod
    def restore(cls, tensors: Mapping[str, Tensor]) -> "Chain":
        """Return the chain that `tensors` was taken from; raise `ModelError` on keys or tensors that make no chain."""
        links: list[Link] = []
        for position, name, parts in _grouped(tensors):
            if position != len(links):
                raise ModelError(f"the saved preparations must be numbered 0, 1, 2, ... without a gap; got {', '.join(tensors)}.")
            try:
                links.append(Link(name, PREPARATIONS.get(name).restore(parts)))
            except ConfigError as error:
                raise ModelError(f"a saved preparation cannot be made again: {error}") from error
        return cls(tuple(links))

    def affine(self) -> tuple[Float64[Tensor, "#height #width #channels"], Float64[Tensor, "#height #width #channels"]] | None:
        """Return (scale, shift) of y = scale * x + shift where every link is elementwise, else None.

        Axes of length 1 broadcast; both are on the CPU.
        """
        scale, shift = torch.ones(1, 1, 1, dtype=torch.float64), torch.zeros(1, 1, 1, dtype=torch.float64)
        for link in self.links:
            if not isinstance(link.fitted, Elementwise):
                return None
            own = link.fitted.scale.cpu().double()
            scale, shift = own * scale, own * shift + link.fitted.shift.cpu().double()
        return scale, shift

    def elementwise(
        self, shape: Shape, *, dtype: torch.dtype = torch.float32
    ) -> tuple[Float[Tensor, "height width channels"], Float[Tensor, "height width channels"]] | None:
        """Return (scale, shift) of y = scale * x + shift in full for images of `shape`, where every link is elementwise, else None.

        For one fused pass over the images, `torch.addcmul(shift, images, scale)`, instead of one a link. Composed in float64 and rounded
        once to `dtype`, so it may differ from `apply` in the last bits; both are on the CPU, and laid out in full because broadcasting
        along a last axis of few channels is slow.
        """
        pair = self.affine()
        if pair is None:
            return None
        self.shape(shape)
        scale, shift = (values.to(dtype).expand(shape).contiguous() for values in pair)
        return scale, shift


def fit_chain(choices: Sequence[tuple[Preparation, Mapping[str, Any]]], chunks: Chunks) -> Chain:
    """Fit preparations one after the other; `chunks` walks over the unprepared training images, once or more for each.

    Knobs that are not given take their defaults; `ConfigError` on a knob that is unknown or out of range.
    """
    chain = Chain()
    for entry, given in choices:
        fitted = entry.fit(_prepared(chain, chunks), **settle(entry, given, kind="preparation"))
        chain = Chain((*chain.links, Link(entry.name, fitted)))
    return chain


def _prepared(chain: Chain, chunks: Chunks) -> Chunks:
    return lambda: map(chain.apply, chunks())


def _grouped(tensors: Mapping[str, Tensor]) -> Iterable[tuple[int, str, dict[str, Tensor]]]:
    """Gather `0.standardise.scale` and its like by link, in the order of positions."""
    groups: dict[tuple[int, str], dict[str, Tensor]] = {}
    for key, tensor in tensors.items():
        match key.split("."):
            case [position, name, part] if position.isascii() and position.isdecimal():
                groups.setdefault((int(position), name), {})[part] = tensor
            case _:
                raise ModelError(f"a saved preparation's tensor must be named as `0.standardise.scale`; got {key!r}.")
    return [(position, name, groups[position, name]) for position, name in sorted(groups)]
