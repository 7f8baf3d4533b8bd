"""Synthetic photographs: small colour JPEGs in class folders, as large and as costly to decode as real ones of their size."""

from pathlib import Path

import numpy as np
from PIL import Image

CLASSES, SIZE, QUALITY = 10, 32, 90


def write_photos(folder: Path, count: int) -> None:
    """Write `count` JPEGs of 32 x 32 pixels below `train/` (five sixths) and `test/`, smooth colours with some noise."""
    chance = np.random.default_rng(0)
    for number in range(count):
        part = "test" if number % 6 == 5 else "train"
        place = folder / part / f"class{number % CLASSES}"
        place.mkdir(parents=True, exist_ok=True)
        rough = chance.integers(0, 256, (4, 4, 3), dtype=np.uint8)
        smooth = np.asarray(Image.fromarray(rough).resize((SIZE, SIZE), Image.Resampling.BICUBIC), dtype=np.int16)
        pixels = np.clip(smooth + chance.integers(-16, 17, smooth.shape), 0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(place / f"{number:06d}.jpg", quality=QUALITY)


def warm(folder: Path) -> int:
    """Read every file once, so that no side pays for the disk; return how many there are."""
    files = [path for path in folder.glob("*/*/*") if path.is_file()]
    for path in files:
        path.read_bytes()
    return len(files)
