"""Paths of very many files without a string for each: folders, and the names in them."""

import os
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import overload


class Paths(Sequence[str]):
    """The paths `folder/name` of groups of files, joined when asked for.

    >>> paths = Paths([("a", ["1.png", "2.png"]), ("b", ["3.png"])])
    >>> len(paths), paths[2].replace(os.sep, "/"), len(paths[:2])
    (3, 'b/3.png', 2)
    """

    def __init__(self, groups: Sequence[tuple[str, Sequence[str]]]) -> None:
        self._groups = groups
        self._ends = list(accumulate(len(names) for _, names in groups))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[row] for row in range(*index.indices(len(self)))]
        row = index + len(self) if index < 0 else index
        if not 0 <= row < len(self):
            raise IndexError(f"row {index} of {len(self)} paths")
        group = bisect_right(self._ends, row)
        folder, names = self._groups[group]
        return f"{folder}{os.sep}{names[row - self._ends[group]]}"
