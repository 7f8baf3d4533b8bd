"""Named sets: fetched once with pooch, checked by SHA-256, kept in a cache; without network, one line that says what to do."""

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from thalweg.core.errors import DataError
from thalweg.core.home import cache_home
from thalweg.core.progress import Progress


@dataclass(frozen=True, kw_only=True)
class NamedSet:
    """Files of a published set (name to SHA-256), the addresses where they lie, tried in order, and what to do where none answers."""

    name: str
    files: Mapping[str, str]
    mirrors: tuple[str, ...]
    advice: str


def cache_folder() -> Path:
    """Return where fetched sets are kept."""
    return cache_home() / "data"


def fetch(wanted: NamedSet, progress: Progress, *, seconds: float = 10.0) -> Path:
    """Return the folder that holds all files of the set, each with its SHA-256 checked, fetching those that are missing.

    A server that is silent for `seconds` counts as one that is not there. Raises `DataError`, one line, where a file cannot be had.
    """
    folder = cache_folder() / wanted.name
    for file, digest in wanted.files.items():
        if not _verified(folder / file, digest):
            _fetch_file(wanted, file, folder, progress, seconds)
    return folder


def _fetch_file(wanted: NamedSet, file: str, folder: Path, progress: Progress, seconds: float) -> None:
    import pooch
    import requests

    pooch.get_logger().setLevel(logging.ERROR)
    digest, reasons = wanted.files[file], []
    for mirror in wanted.mirrors:
        host = mirror.split("/")[2]
        downloader = pooch.HTTPDownloader(progressbar=_Bar(progress, file), chunk_size=1 << 16, timeout=seconds)
        try:
            pooch.retrieve(mirror + file, known_hash=f"sha256:{digest}", fname=file, path=folder, downloader=downloader)
            return
        except requests.RequestException as error:
            reasons.append(f"{host}: {type(error).__name__}")
        except ValueError:
            reasons.append(f"{host}: {file} has another SHA-256 than {digest[:12]}...")
        except OSError as error:
            what = f"{wanted.name}: cannot keep {file} in {folder}: {error.strerror or error}"
            raise DataError(f"{what}. Set THALWEG_HOME to a folder that can be written.") from error
    raise DataError(f"{wanted.name} is not on this machine and could not be fetched ({'; '.join(reasons)}). {wanted.advice}")


def _verified(path: Path, digest: str) -> bool:
    if not path.is_file():
        return False
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == digest


class _Bar:
    """What pooch asks of a progress bar, told to a `Progress`."""

    def __init__(self, progress: Progress, file: str) -> None:
        self._progress, self._file = progress, file
        self._total, self._done = 0, 0

    @property
    def total(self) -> int:
        """The size of the file in bytes; setting it begins the stage."""
        return self._total

    @total.setter
    def total(self, value: int) -> None:
        self._total, self._done = value, 0
        self._progress.begin(f"fetching {self._file}", value, "bytes")

    def update(self, count: int) -> None:
        """`count` more bytes are here; what pooch counts beyond the file's size is left out."""
        more = min(count, self._total - self._done)
        if more > 0:
            self._done += more
            self._progress.advance(more)

    def reset(self) -> None:
        """Pooch starts over to fill the bar; it goes on from where it is."""

    def close(self) -> None:
        """The file is here."""
        self._progress.end()
