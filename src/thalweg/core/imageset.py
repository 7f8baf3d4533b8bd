"""ImageSet: what every source of pictures becomes."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Float32, Float64, Int64, UInt8

from thalweg.core.display import Displayed
from thalweg.core.errors import DataError


@dataclass(frozen=True)
class Split:
    """Row numbers of the training, validation and test examples; each may be empty, none overlap."""

    train: Int64[np.ndarray, " n_train"]
    validation: Int64[np.ndarray, " n_validation"]
    test: Int64[np.ndarray, " n_test"]

    def parts(self) -> dict[str, Int64[np.ndarray, " n"]]:
        """Return the three parts by name, in order."""
        return {"train": self.train, "validation": self.validation, "test": self.test}

    @property
    def fingerprint(self) -> str:
        """SHA-256, in hexadecimal, of which rows are for training, validation and testing, in their order."""
        digest = hashlib.sha256()
        for rows in self.parts().values():
            digest.update(len(rows).to_bytes(8, "little"))
            digest.update(rows.astype("<i8").tobytes())
        return digest.hexdigest()


@dataclass(frozen=True)
class Skipped:
    """A file that was left out, with the reason."""

    path: str
    reason: str


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ImageSet(Displayed):
    """Pictures with labels: pixels as stored (0 to 255), class numbers, class names, a fingerprint of the content, and a split.

    Points of the two-dimensional sets are pictures of 1 x 1 pixels with two float channels, and features of any unit are such pictures with
    as many channels as there are features; they are never rounded to bytes. `images` may be memory-mapped; nothing
    writes to it. `origins` names where each example came from (a path, or `file#row`), `None` where the source has no better name than
    the row number. `notes` are sentences for the person: rules that were applied, and to how many pictures.
    """

    images: (
        UInt8[np.ndarray, "n height width channels"]
        | Float32[np.ndarray, "n height width channels"]
        | Float64[np.ndarray, "n height width channels"]
    )
    labels: Int64[np.ndarray, " n"]
    classes: tuple[str, ...]
    fingerprint: str
    split: Split
    source: str
    origins: Sequence[str] | None = None
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[str, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width and channels of every picture."""
        _, height, width, channels = self.images.shape
        return height, width, channels

    @property
    def points(self) -> bool:
        """Whether these are two-dimensional points rather than pictures."""
        return self.images.dtype != np.uint8 and self.shape == (1, 1, 2)

    def numbered_for(self, classes: tuple[str, ...]) -> "ImageSet":
        """Return the set with its labels in the numbers of `classes`, which may have more; raise `DataError` when the set has others."""
        if self.classes == classes:
            return self
        extra = [name for name in self.classes if name not in classes]
        if extra:
            raise DataError(f"{self.source}: class {extra[0]!r} is not among the declared classes ({', '.join(classes)}).")
        number = np.array([classes.index(name) for name in self.classes], dtype=np.int64)
        return replace(self, labels=number[self.labels], classes=classes)

    def origin(self, row: int) -> str:
        """Return the name of example `row` for a message: its path, or `source#row`."""
        return self.origins[row] if self.origins is not None else f"{self.source}#{row}"
