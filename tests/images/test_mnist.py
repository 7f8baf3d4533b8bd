import gzip
import hashlib
import struct
from dataclasses import replace

import numpy as np
import pytest

from thalweg.core.entries import ReadOptions
from thalweg.core.errors import DataError
from thalweg.core.progress import Silent
from thalweg.images import mnist


def idx(array):
    return gzip.compress(bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes())


def test_the_cached_files_are_read_with_the_ten_classes(tmp_path, monkeypatch):
    contents = {
        name: idx(np.arange(2, dtype=np.uint8) if "labels" in name else np.zeros((2, 28, 28), np.uint8)) for name in mnist.SET.files
    }
    (tmp_path / "data" / "mnist").mkdir(parents=True)
    for name, data in contents.items():
        (tmp_path / "data" / "mnist" / name).write_bytes(data)
    monkeypatch.setenv("THALWEG_HOME", str(tmp_path))
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in contents.items()}
    monkeypatch.setattr(mnist, "SET", replace(mnist.SET, files=digests, mirrors=()))
    images = mnist.ENTRY.read("mnist", ReadOptions(), Silent())
    assert images.classes == tuple("0123456789")
    assert images.source == "mnist"
    assert images.split.test.tolist() == [2, 3]


def test_without_network_one_line_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("THALWEG_HOME", str(tmp_path))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(mnist, "SET", replace(mnist.SET, mirrors=("http://127.0.0.1:1/",)))
    with pytest.raises(
        DataError, match=r"mnist is not on this machine and could not be fetched .*pass the folder with the four files"
    ) as caught:
        mnist.ENTRY.read("mnist", ReadOptions(), Silent())
    assert "\n" not in str(caught.value)
