"""Readers: bytes on disk (or a name) to an ImageSet; one format a file. `load` finds the reader.

Names are imported when first used, so that a process which only decodes pictures starts without PyTorch.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from thalweg.images._decode import decode_picture as decode_picture
    from thalweg.images._duplicates import across_parts as across_parts
    from thalweg.images._duplicates import find_duplicates as find_duplicates
    from thalweg.images._load import READERS as READERS
    from thalweg.images._load import load as load
    from thalweg.images._picture import EXTENSIONS as EXTENSIONS
    from thalweg.images._point_table import read_points as read_points
    from thalweg.images._point_table import written_points as written_points

_HOMES = {
    "EXTENSIONS": "_picture",
    "READERS": "_load",
    "across_parts": "_duplicates",
    "decode_picture": "_decode",
    "find_duplicates": "_duplicates",
    "load": "_load",
    "read_points": "_point_table",
    "written_points": "_point_table",
}
__all__ = ["EXTENSIONS", "READERS", "across_parts", "decode_picture", "find_duplicates", "load", "read_points", "written_points"]


def __getattr__(name: str) -> Any:
    """Import a public name of the folder when it is first used."""
    if name in _HOMES:
        return getattr(importlib.import_module(f"thalweg.images.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'thalweg.images' has no attribute {name!r}")
