"""Readers: bytes on disk (or a name) to an ImageSet; one format a file. `load` finds the reader.

Names are imported when first used, so that a process which only decodes pictures starts without PyTorch.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from thalweg.images._decode import decode_bytes as decode_bytes
    from thalweg.images._decode import decode_picture as decode_picture
    from thalweg.images._duplicates import across_parts as across_parts
    from thalweg.images._duplicates import find_duplicates as find_duplicates
    from thalweg.images._ink import Hand as Hand
    from thalweg.images._ink import fit_drawing as fit_drawing
    from thalweg.images._ink import hand_of as hand_of
    from thalweg.images._installed import is_installed as is_installed
    from thalweg.images._installed import need_installed as need_installed
    from thalweg.images._load import READERS as READERS
    from thalweg.images._load import find_reader as find_reader
    from thalweg.images._load import load as load
    from thalweg.images._picture import EXTENSIONS as EXTENSIONS
    from thalweg.images._point_table import read_points as read_points
    from thalweg.images._point_table import written_points as written_points

_HOMES = {
    "EXTENSIONS": "_picture",
    "Hand": "_ink",
    "READERS": "_load",
    "across_parts": "_duplicates",
    "all_train": "_split",
    "content_fingerprint": "_fingerprint",
    "decode_bytes": "_decode",
    "decode_picture": "_decode",
    "find_duplicates": "_duplicates",
    "find_reader": "_load",
    "fill_split": "_split",
    "fit_drawing": "_ink",
    "hand_of": "_ink",
    "is_installed": "_installed",
    "load": "_load",
    "need_installed": "_installed",
    "read_points": "_point_table",
    "written_points": "_point_table",
}
__all__ = [
    "EXTENSIONS", "Hand", "READERS", "across_parts", "all_train", "content_fingerprint", "decode_bytes", "decode_picture", "fill_split",
    "find_duplicates", "find_reader", "fit_drawing", "hand_of", "is_installed", "load", "need_installed", "read_points", "written_points",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import a public name of the folder when it is first used."""
    if name in _HOMES:
        return getattr(importlib.import_module(f"thalweg.images.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'thalweg.images' has no attribute {name!r}")
