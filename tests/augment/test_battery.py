"""What every augmentation promises."""

import inspect
from collections.abc import Callable

import pytest
import torch

from thalweg.augment import AUGMENTATIONS
from thalweg.core.catalogue import settle
from thalweg.core.entries import Augmentation

PICTURES = torch.randint(1, 256, (64, 9, 7, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))


@pytest.fixture(params=AUGMENTATIONS.names())
def entry(request: pytest.FixtureRequest) -> Augmentation:
    return AUGMENTATIONS.get(request.param)


def run(entry: Augmentation, images: torch.Tensor, seed: int = 0) -> torch.Tensor:
    return entry.apply(images, torch.Generator().manual_seed(seed), **entry.defaults())


def test_words_and_knobs(entry: Augmentation) -> None:
    assert all((entry.summary, entry.formula, entry.reference))
    assert settle(entry, entry.defaults(), kind="augmentation") == entry.defaults()
    names = list(inspect.signature(entry.apply).parameters)
    assert names[2:] == [knob.name for knob in entry.knobs]


@pytest.mark.parametrize("convert", [torch.Tensor.byte, torch.Tensor.half, torch.Tensor.float, torch.Tensor.double])
def test_same_shape_and_dtype_and_new_memory(entry: Augmentation, convert: Callable[[torch.Tensor], torch.Tensor]) -> None:
    images = convert(PICTURES)
    before = images.clone()
    changed = run(entry, images)
    assert (changed.shape, changed.dtype) == (images.shape, images.dtype)
    assert not torch.equal(changed, images)
    changed.zero_()
    assert torch.equal(images, before)


def test_bytes_and_floats_change_alike(entry: Augmentation) -> None:
    assert torch.equal(run(entry, PICTURES).float(), run(entry, PICTURES.float()))


def test_the_generator_decides(entry: Augmentation) -> None:
    torch.manual_seed(1)
    first = run(entry, PICTURES)
    torch.manual_seed(2)
    assert torch.equal(first, run(entry, PICTURES))
    assert not torch.equal(first, run(entry, PICTURES, seed=1))


def test_pictures_are_drawn_one_by_one(entry: Augmentation) -> None:
    """Of many equal pictures not all change alike, and what became of one shows nothing of the others."""
    changed = run(entry, PICTURES[:1].expand(64, 9, 7, 3))
    assert len(changed.unique(dim=0)) > 1
    assert set(changed.unique().tolist()) <= {0, *PICTURES[0].unique().tolist()}


def test_one_picture_and_points(entry: Augmentation) -> None:
    assert run(entry, PICTURES[:1]).shape == (1, 9, 7, 3)
    assert run(entry, torch.rand(5, 1, 1, 2)).shape == (5, 1, 1, 2)


def test_a_batch_laid_out_channels_first(entry: Augmentation) -> None:
    turned = PICTURES.permute(0, 3, 1, 2).contiguous().permute(0, 2, 3, 1)
    assert torch.equal(run(entry, turned), run(entry, PICTURES))
