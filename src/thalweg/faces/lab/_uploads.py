"""Uploads: pictures that a person sends to the lab, kept in a folder until the lab ends. Nothing sent is ever a path, run or unpacked.

A batch is a folder with a random name. Pictures lie in it as `load` reads them: one folder a class, called like the class, and in it files
called by numbers, each with the ending that its own name had. An archive `.npz` and the files of the IDX format get names of ours. Tables
are not taken, because a table may name any file of the computer. `thalweg.images` alone looks into the files.
"""

import os
import re
import secrets
import shutil
import threading
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

from thalweg.core.durable import storage_errors
from thalweg.core.errors import ConfigError, DataError
from thalweg.core.visible import visible
from thalweg.images import EXTENSIONS

ARCHIVE = "pictures.npz"
LONGEST_NAME, LONGEST_FILE_NAME = 80, 255
"""Characters of a class's name; bytes that a file system takes."""

_IDX = re.compile(r"(?P<set>.*?)-?(?P<what>images|labels)[-.]idx(?P<axes>[134])-ubyte(?P<zipped>\.gz)?", re.IGNORECASE | re.DOTALL)
_TAKEN = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?|__macosx|.*\.parquet|.*idx\d-ubyte(\.gz)?", re.IGNORECASE)
"""Names that mean something else: to Windows, to whoever made an archive, or to the readers of other formats."""


@dataclass(frozen=True, kw_only=True)
class Caps:
    """How much is taken: bytes of a file, files and bytes of a batch, batches at a time."""

    file_bytes: int = 16 << 20
    files: int = 20_000
    batch_bytes: int = 1 << 30
    batches: int = 16


CAPS = Caps()


@dataclass
class _Batch:
    """What a batch holds so far: folders of classes, or files of data."""

    path: Path
    files: int = 0
    nbytes: int = 0
    folders: set[str] = field(default_factory=set)
    data: set[str] = field(default_factory=set)


class Uploads:
    """The batches of a lab that runs; they go when it ends (`close`, or the end of a `with`). Safe to call from several threads."""

    def __init__(self, folder: Path, caps: Caps = CAPS) -> None:
        self.folder, self.caps = folder, caps
        self._batches: dict[str, _Batch] = {}
        self._lock = threading.Lock()

    def begin(self) -> str:
        """Make room for a batch and return its name, 43 random characters; `DataError` where there are too many."""
        with self._lock:
            if len(self._batches) >= self.caps.batches:
                raise DataError(
                    f"{self.caps.batches} uploads are kept at a time, and as many are there. Remove one, or start the lab again."
                )
            name = secrets.token_urlsafe(32)
            path = self.folder / name
            with storage_errors(path):
                self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                path.mkdir(mode=0o700)
            self._batches[name] = _Batch(path)
            return name

    def keep(self, batch: str, label: str, name: str, content: bytes) -> None:
        """Keep a file of a batch: a picture of the class `label`, or a file of data, which has none.

        Of `name` only the ending counts, of an IDX file also whether it holds images or labels, for training or test. Raises `DataError`
        where the file, the class's name or the batch is not what can be read, or is too large; what was kept before stays.
        """
        with self._lock:
            held = self._held(batch)
            self._check_size(held, name, len(content))
            place = _data_name(name) if not label else None
            path = _data_path(held, place) if place else self._picture_path(held, label, name)
            with storage_errors(path, needed=len(content)):
                _write_new(path, content)
            held.files += 1
            held.nbytes += len(content)
            held.data |= {place} if place else set()

    def folder_of(self, batch: str) -> Path:
        """Return the folder of a batch; `ConfigError` where there is none of that name."""
        with self._lock:
            return self._held(batch).path

    def drop(self, batch: str) -> None:
        """Remove a batch."""
        with self._lock:
            shutil.rmtree(self._held(batch).path, ignore_errors=True)
            del self._batches[batch]

    def close(self) -> None:
        """Remove all batches, and the folder where nothing else lies in it."""
        for batch in list(self._batches):
            self.drop(batch)
        if self.folder.is_dir() and not any(self.folder.iterdir()):
            self.folder.rmdir()

    def __enter__(self) -> "Uploads":
        """Return the place; it is emptied at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Remove all batches."""
        self.close()

    def _held(self, batch: str) -> _Batch:
        if batch not in self._batches:
            raise ConfigError("there is no upload of this name. Send the pictures again.")
        return self._batches[batch]

    def _check_size(self, held: _Batch, name: str, size: int) -> None:
        caps, shown = self.caps, _shown(name)
        if not size:
            raise DataError(f"{shown}: the file is empty (0 bytes).")
        if size > caps.file_bytes:
            raise DataError(f"{shown}: {size:,} bytes; a file may have {caps.file_bytes:,}. Send a smaller picture.")
        if held.files >= caps.files:
            raise DataError(f"{shown}: an upload may have {caps.files:,} files, and as many are there. Give the lab the folder instead.")
        if held.nbytes + size > caps.batch_bytes:
            raise DataError(f"{shown}: with it the upload has more than {caps.batch_bytes:,} bytes. Give the lab the folder instead.")

    def _picture_path(self, held: _Batch, label: str, name: str) -> Path:
        """Return where a picture goes; its class's folder is made with the first."""
        ending = name.rpartition(".")[2].lower() if "." in name else ""
        if ending not in EXTENSIONS:
            known = ", ".join(f".{known}" for known in sorted(EXTENSIONS))
            raise DataError(f"{_shown(name)} has not the ending of a picture: {known}. Save it as one of these.")
        if held.data:
            raise DataError(f"{_shown(name)}: the upload is of arrays; pictures are an upload of their own.")
        folder = class_folder(label)
        path = held.path / folder
        if folder not in held.folders:
            if os.path.lexists(path):  # the file system knows no capitals
                raise DataError(f"two classes differ only in capitals: {_shown(label)}. Rename one of them.")
            with storage_errors(path):
                path.mkdir(mode=0o700)
            held.folders.add(folder)
        return path / f"{held.files + 1:06}.{ending}"


def class_folder(label: str) -> str:
    """Return the folder of a class: its name, where that is harmless as the name of a folder; `DataError` otherwise.

    Harmless are letters of any script, digits, spaces and `-_.`, up to 80, without a dot or a space at either end. Letters are put
    together as Unicode recommends (NFC), so that one name is one folder whoever wrote it.

    >>> class_folder("black cat")
    'black cat'
    >>> class_folder("../cat")
    Traceback (most recent call last):
    ...
    thalweg.core.errors.DataError: a class cannot be called '../cat' here: a name has letters, digits, spaces, - _ . and up to 80 \
characters, and begins and ends with none of dot and space. Rename it.
    """
    name = unicodedata.normalize("NFC", label)
    known = all(character in " -_." or unicodedata.category(character)[0] in "LMN" for character in name)
    ends = name[:1] + name[-1:]
    fits = 0 < len(name) <= LONGEST_NAME and len(name.encode("utf-8", "replace")) <= LONGEST_FILE_NAME
    if not (known and fits) or "." in ends or " " in ends or _TAKEN.fullmatch(name):
        rule = "a name has letters, digits, spaces, - _ . and up to 80 characters, and begins and ends with none of dot and space"
        raise DataError(f"a class cannot be called '{_shown(label)}' here: {rule}. Rename it.")
    return name


def source_in(folder: Path) -> str:
    """Return what `load` is to be given for a batch's folder: the archive in it, or the folder."""
    archive = folder / ARCHIVE
    return str(archive if archive.is_file() else folder)


def _data_name(name: str) -> str:
    """Return the name that a file of data gets; `DataError` where it is of no known format."""
    if name.lower().endswith(".npz"):
        return ARCHIVE
    found = _IDX.fullmatch(name.replace("\\", "/").rpartition("/")[2])
    if found is None:
        formats = "an archive .npz, or a pair of IDX files called like ...-images-idx3-ubyte.gz and ...-labels-idx1-ubyte.gz"
        raise DataError(f"{_shown(name)} belongs to no class. Put pictures into a folder a class; without one, {formats} can be read.")
    part = "t10k" if re.search("t10k|test", found["set"], re.IGNORECASE) else "train"
    return f"{part}-{found['what'].lower()}-idx{found['axes']}-ubyte{(found['zipped'] or '').lower()}"


def _data_path(held: _Batch, place: str) -> Path:
    """Return where a file of data goes; an upload is of pictures, of one archive, or of IDX files."""
    if held.folders or (held.data and ARCHIVE in {place, *held.data}) or place in held.data:
        rule = "an upload is of pictures, of one archive .npz, or of IDX files, each once"
        raise DataError(f"{place}: {rule}. Send it as an upload of its own.")
    return held.path / place


def _write_new(path: Path, content: bytes) -> None:
    """Write a file that is not there yet, for this user only; of a write that fails nothing stays."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600), "wb") as file:
        try:
            file.write(content)
            file.flush()
        except BaseException:
            path.unlink()
            raise


def _shown(text: str) -> str:
    """Return what a person sent in a form and length that fit into a line."""
    return visible(text if len(text) <= LONGEST_NAME else text[:LONGEST_NAME] + "...")
