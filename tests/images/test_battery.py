"""What every reader promises, whichever entries there are."""

import os

import numpy as np
import pytest

from thalweg.core.entries import Reader, ReadOptions
from thalweg.core.errors import ConfigError, DataError
from thalweg.core.progress import Silent
from thalweg.images import READERS
from thalweg.images._fingerprint import content_fingerprint

NAMES = READERS.names()
SETS = [reader.name for reader in READERS if reader.matches(reader.name)]
HOSTILE = [
    "",
    " ",
    ",",
    "a,b",
    "a,b,c",
    "\0",
    "a\0b",
    "\udcff",
    "x" * 5000,
    "/",
    ".",
    "..",
    "~",
    "\x1b[31m",
    "con:",
    "*",
    "-images-idx3-ubyte",
    ".npz",
    ".parquet",
]
FILES = [
    *("a", "a.npz", "a.parquet", "a.csv", "a.idx", "a.tar.gz", "cifar.tar.gz", "data_batch_1", "data_batch_1.bin", "train", "test.bin"),
    *("train-images-idx3-ubyte", "train-images-idx3-ubyte.gz", "a.png", "a.pkl", "a.txt"),
]


def read(reader: Reader, source: str, **options):
    return reader.read(source, ReadOptions(**options), Silent())


@pytest.mark.parametrize("name", NAMES)
def test_an_entry_says_what_it_is(name):
    reader = READERS.get(name)
    assert reader.summary
    assert reader.formula
    assert reader.reference
    assert reader.name == name


@pytest.mark.parametrize("name", NAMES)
def test_matches_answers_whatever_it_is_asked(name):
    assert all(READERS.get(name).matches(source) in (True, False) for source in HOSTILE)


@pytest.mark.parametrize("name", SETS)
def test_a_named_set_has_one_reader(name):
    assert [other for other in NAMES if READERS.get(other).matches(name)] == [name]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "content", [b"", b"\0", b"garbage, 1\n2", b"\x1f\x8b\x08\0", b"PK\x03\x04", b"\x80\x02}.", b"\0\0\x08\x03\xff\xff\xff\xff" * 3]
)
def test_garbage_is_a_data_error(name, content, tmp_path):
    for file in FILES:
        path = tmp_path / file
        path.write_bytes(content)
        if READERS.get(name).matches(str(path)):
            with pytest.raises((DataError, ConfigError)):
                read(READERS.get(name), str(path))
        path.unlink()


@pytest.mark.parametrize("name", NAMES)
def test_pipes_never_hang(name, tmp_path):
    for file in FILES:
        path = tmp_path / file
        os.mkfifo(path)
        if READERS.get(name).matches(str(path)):
            with pytest.raises((DataError, ConfigError)):
                read(READERS.get(name), str(path))


@pytest.mark.parametrize("name", SETS)
def test_a_named_set_is_an_image_set_or_one_line(name, tmp_path, monkeypatch, read_or_refuse):
    monkeypatch.setenv("THALWEG_HOME", str(tmp_path))
    monkeypatch.setattr("thalweg.images._download._fetch_file", _no_network)
    first, again = (read_or_refuse(read, READERS.get(name), name, named="no network") for _ in range(2))
    if first is None:
        return
    assert first.fingerprint == again.fingerprint == content_fingerprint(first.images, first.labels, first.classes)
    assert first.images.dtype in (np.uint8, np.float32)
    assert np.array_equal(np.unique(first.labels), np.arange(len(first.classes)))
    rows = np.concatenate(list(first.split.parts().values()))
    assert np.array_equal(np.sort(rows), np.arange(len(first)))
    assert first.source == name


def _no_network(*arguments):
    raise DataError("no network")
