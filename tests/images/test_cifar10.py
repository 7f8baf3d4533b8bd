import hashlib
import io
import tarfile
from dataclasses import replace

import pytest

from thalweg.core.entries import ReadOptions
from thalweg.core.errors import DataError
from thalweg.core.progress import Silent
from thalweg.images import cifar10


def test_the_cached_archive_is_read(tmp_path, monkeypatch):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name in ROWS:
            member = tarfile.TarInfo(f"batches/{name}")
            member.size = len(ROWS[name])
            archive.addfile(member, io.BytesIO(ROWS[name]))
    (tmp_path / "data" / "cifar10").mkdir(parents=True)
    (tmp_path / "data" / "cifar10" / cifar10.ARCHIVE).write_bytes(packed.getvalue())
    digest = hashlib.sha256(packed.getvalue()).hexdigest()
    monkeypatch.setenv("THALWEG_HOME", str(tmp_path))
    monkeypatch.setattr(cifar10, "SET", replace(cifar10.SET, files={cifar10.ARCHIVE: digest}, mirrors=()))
    images = cifar10.ENTRY.read("cifar10", ReadOptions(), Silent())
    assert images.source == "cifar10"
    assert len(images.classes) == 10
    assert images.labels.tolist() == [1, 2, 3]
    assert images.split.test.tolist() == [2]


def test_without_network_one_line_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("THALWEG_HOME", str(tmp_path))
    monkeypatch.setattr(cifar10, "SET", replace(cifar10.SET, mirrors=()))
    with pytest.raises(DataError, match=r"pass the path of cifar-10-binary.tar.gz"):
        cifar10.ENTRY.read("cifar10", ReadOptions(), Silent())


PIXELS = bytes(3072)
ROWS = {"data_batch_1.bin": b"\x01" + PIXELS + b"\x02" + PIXELS, "test_batch.bin": b"\x03" + PIXELS}
