"""One NumPy array in a zip archive, read without pickle and without believing its header."""

import ast
import io
import math
import re
import warnings
import zipfile
from typing import cast

import numpy as np

from thalweg.core.errors import DataError
from thalweg.images._arrays import Array
from thalweg.images._bytes import read_exactly, unpacked_limit

_MAGIC = b"\x93NUMPY"
_HEADER_LIMIT = 10_000


def read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, source: str) -> Array:
    """Return one array; type, shape and sizes are checked against each other before anything is allocated."""
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise DataError(f"{source}: compressed by method {info.compress_type}; NumPy writes 0 or 8. Save it again with NumPy.")
    with archive.open(info) as stream:
        magic = stream.read(8)
        if magic[:6] != _MAGIC or magic[6:7] not in (b"\x01", b"\x02", b"\x03"):
            raise DataError(f"{source}: not a NumPy array: it begins with {magic[:8]!r}; expected {_MAGIC!r}.")
        digits = 2 if magic[6] == 1 else 4
        length = int.from_bytes(stream.read(digits), "little")
        if length > _HEADER_LIMIT:
            raise DataError(f"{source}: a header of {length:,} bytes; at most {_HEADER_LIMIT:,} are expected. The file is damaged.")
        shape, dtype, fortran = _header(stream.read(length), source)
        size = dtype.itemsize * math.prod(shape)
        limit = unpacked_limit(info.compress_size)
        stored = info.file_size - len(magic) - digits - length
        if size > limit or size != stored:
            declared = f"{list(shape)} of {dtype}, {size:,} bytes"
            raise DataError(f"{source}: the header declares {declared}; {stored:,} are there (limit {limit:,}). Save it again.")
        data = read_exactly(cast(io.BufferedIOBase, stream), size, source=source, what="the array")
    return data.view(dtype).reshape(shape, order="F" if fortran else "C") if size else np.empty(shape, dtype)


def _header(text: bytes, source: str) -> tuple[tuple[int, ...], np.dtype, bool]:
    """Return shape, type and order from the header, a Python literal; types other than numbers and fixed-width text are refused."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd escapes in a damaged header
            fields = ast.literal_eval(text.decode("latin-1").strip())
        shape, description, fortran = fields["shape"], fields["descr"], fields["fortran_order"]
    except (ValueError, SyntaxError, KeyError, TypeError, RecursionError, MemoryError) as error:
        raise DataError(f"{source}: the array's header cannot be read ({type(error).__name__}). Save it again.") from error
    if "O" in str(description)[:60]:
        raise DataError(
            f"{source}: holds Python objects (a pickle); Thalweg does not run code from files. Save numbers or fixed-width text."
        )
    if not isinstance(description, str) or re.fullmatch(r"[<>|=]?[biufSU]\d{1,4}", description) is None:
        raise DataError(f"{source}: an array of type {str(description)[:40]!r}; expected numbers or fixed-width text. Save it again.")
    if not isinstance(shape, tuple) or len(shape) > 8 or not all(type(length) is int and 0 <= length < 2**48 for length in shape):
        raise DataError(f"{source}: the header declares the shape {str(shape)[:60]}. The file is damaged.")
    try:
        return shape, np.dtype(description), bool(fortran)
    except TypeError as error:
        raise DataError(f"{source}: no such type as {description!r}. The file is damaged.") from error
