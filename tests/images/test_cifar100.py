import hashlib
import io
import tarfile
from dataclasses import replace

import pytest

from thalweg.core.entries import ReadOptions
from thalweg.core.errors import DataError
from thalweg.core.progress import Silent
from thalweg.images import cifar100


def test_the_cached_archive_is_read(tmp_path, monkeypatch):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name in ROWS:
            member = tarfile.TarInfo(f"batches/{name}")
            member.size = len(ROWS[name])
            archive.addfile(member, io.BytesIO(ROWS[name]))
    (tmp_path / "data" / "cifar100").mkdir(parents=True)
    (tmp_path / "data" / "cifar100" / cifar100.ARCHIVE).write_bytes(packed.getvalue())
    digest = hashlib.sha256(packed.getvalue()).hexdigest()
    monkeypatch.setenv("THALWEG_HOME", str(tmp_path))
    monkeypatch.setattr(cifar100, "SET", replace(cifar100.SET, files={cifar100.ARCHIVE: digest}, mirrors=()))
    images = cifar100.ENTRY.read("cifar100", ReadOptions(), Silent())
    assert images.source == "cifar100"
    assert len(images.classes) == 100
    assert images.labels.tolist() == [1, 2, 3]
    assert images.split.test.tolist() == [2]


def test_without_network_one_line_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("THALWEG_HOME", str(tmp_path))
    monkeypatch.setattr(cifar100, "SET", replace(cifar100.SET, mirrors=()))
    with pytest.raises(DataError, match=r"pass the path of cifar-100-binary.tar.gz"):
        cifar100.ENTRY.read("cifar100", ReadOptions(), Silent())


PIXELS = bytes(3072)
ROWS = {"train.bin": b"\x07\x01" + PIXELS + b"\x07\x02" + PIXELS, "test.bin": b"\x07\x03" + PIXELS}
