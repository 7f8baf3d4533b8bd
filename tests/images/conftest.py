import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from thalweg.core.errors import DataError


@pytest.fixture
def mutations() -> Callable[..., Iterator[bytes]]:
    """Damaged forms of a file: every byte of its head set to a few values, then seeded changes, cuts, insertions and repeats anywhere."""

    def damaged(data: bytes, *, head: int, count: int) -> Iterator[bytes]:
        for place in range(min(head, len(data))):
            for value in {0, 1, 0x7F, 0x80, 0xFF, data[place] ^ 1} - {data[place]}:
                yield data[:place] + bytes([value]) + data[place + 1 :]
        chance = random.Random(0)
        for _ in range(count):
            changed = bytearray(data)
            for _ in range(chance.randint(1, 4)):
                start = chance.randrange(len(changed) + 1)
                end = min(len(changed), start + chance.randint(0, 9))
                piece = chance.choice(
                    [b"", chance.randbytes(end - start), chance.randbytes(3), b"\xff" * (end - start), bytes(changed[start:end]) * 2]
                )
                changed[start:end] = piece
            yield bytes(changed)

    return damaged


@pytest.fixture
def read_or_refuse() -> Callable[..., Any]:
    """What `read(...)` returns, or `None` where it raises a `DataError` that names the file; anything else it raises fails the test."""

    def attempt(read: Callable[..., Any], *arguments: Any, named: str) -> Any:
        try:
            return read(*arguments)
        except DataError as error:
            message = str(error)
        assert named in message
        assert "Traceback" not in message
        return None

    return attempt


@pytest.fixture
def pets(tmp_path) -> Callable[..., Path]:
    """A function that makes a folder of `count` small pictures in each class and returns its path; every picture is different."""

    def make(
        *, count: int = 3, classes: tuple[str, ...] = ("cat", "dog"), extension: str = "png", under: str = "pets", mode: str = "RGB"
    ) -> Path:
        root = tmp_path / under
        chance = np.random.default_rng(len(under))
        for name in classes:
            (root / name).mkdir(parents=True)
            for number in range(count):
                pixels = chance.integers(0, 256, (8, 8, 3), dtype=np.uint8)
                Image.fromarray(pixels).convert(mode).save(root / name / f"{number:04d}.{extension}")
        return root

    return make
