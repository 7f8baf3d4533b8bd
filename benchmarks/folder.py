"""A folder of 60 000 JPEGs to uint8 tensors: the first start (decoding) and the second (from the cache)."""

import os
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from measure import THREADS, peak_memory, seconds
from photos import warm, write_photos
from table import Result

PEER = "Dataset/DataLoader, two workers"
GOALS = {"first": 2.0, "second": 20.0}
PHOTOS, QUICK_PHOTOS = 60_000, 3_000
BATCH = 256


def first(settings: Mapping[str, Any]) -> Callable[[], None]:
    """Thalweg with an empty cache: every round is a first start."""

    def start() -> None:
        with tempfile.TemporaryDirectory() as home:
            os.environ["THALWEG_HOME"] = home
            _load(settings["folder"])

    return start


def second(settings: Mapping[str, Any]) -> Callable[[], None]:
    """Thalweg with the cache of an earlier start: the untimed round fills it where it is not full yet."""

    def start() -> None:
        os.environ["THALWEG_HOME"] = settings["home"]
        _load(settings["folder"])

    return start


def _load(folder: str) -> None:
    import numpy as np
    import torch

    import thalweg

    images = thalweg.load(folder)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a read-only memory map, which nothing here writes to
        pixels = torch.from_numpy(images.images)
    assert len(pixels) == len(images.labels)
    assert int(np.max(images.images.reshape(-1).view(np.uint64))) > 0  # every byte is read once: the pixels are there, not only their names


def peer(settings: Mapping[str, Any]) -> Callable[[], None]:
    """What a PyTorch user writes: list the class folders, a Dataset that opens one file, a DataLoader with two workers."""
    import numpy as np
    import torch
    from PIL import Image
    from torch.utils.data import DataLoader, Dataset

    class Photos(Dataset[tuple[torch.Tensor, int]]):
        def __init__(self, root: Path) -> None:
            classes = sorted({folder.name for folder in root.glob("*/*")})
            self.files = [(path, classes.index(path.parent.name)) for path in sorted(root.glob("*/*/*.jp*g"))]

        def __len__(self) -> int:
            return len(self.files)

        def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
            path, label = self.files[index]
            with Image.open(path) as picture:
                return torch.from_numpy(np.array(picture.convert("RGB"))), label

    def start() -> None:
        parts = list(DataLoader(Photos(Path(settings["folder"])), batch_size=BATCH, num_workers=THREADS))
        pixels, labels = torch.cat([images for images, _ in parts]), torch.cat([labels for _, labels in parts])
        assert len(pixels) == len(labels)

    return start


SIDES = {"first": first, "second": second, PEER: peer}


def results(*, rounds: int, quick: bool, photos: str | None) -> list[Result]:
    """Measure the rows of this file."""
    with _folder(photos, quick=quick) as folder, tempfile.TemporaryDirectory() as home:
        count = warm(folder)
        settings = {"folder": str(folder), "home": home}
        times = seconds("folder", list(SIDES), settings, rounds=rounds)
        memory = {name: peak_memory("folder", name, settings) for name in SIDES}
    note = (
        f"{count:,} files in the page cache of the system; both sides end with tensors whose every byte was read; imports are not counted"
    )
    return [
        Result(
            row=f"folder of JPEGs, {start} start", peer=PEER, goal=goal, ours=times[start], theirs=times[PEER],
            ours_memory_mb=memory[start], peer_memory_mb=memory[PEER], note=note,
        )
        for start, goal in GOALS.items()
    ]  # fmt: skip


@contextmanager
def _folder(photos: str | None, *, quick: bool) -> Iterator[Path]:
    """Give the folder that was asked for, or one of synthetic photographs that lives as long as the block."""
    if photos is not None:
        yield Path(photos)
        return
    with tempfile.TemporaryDirectory() as folder:
        write_photos(Path(folder), QUICK_PHOTOS if quick else PHOTOS)
        yield Path(folder)
