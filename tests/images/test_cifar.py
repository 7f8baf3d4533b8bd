import gzip
import io
import pickle
import tarfile

import numpy as np
import pytest

from thalweg.core.entries import ReadOptions
from thalweg.core.errors import DataError
from thalweg.core.progress import Silent
from thalweg.images.cifar import ENTRY

NAMES10 = [f"kind {number}" for number in range(10)]
NAMES100 = [f"kind {number}" for number in range(100)]
PIXELS = np.random.default_rng(0).integers(0, 256, (5, 3072), dtype=np.uint8)
LABELS = np.array([3, 0, 9, 3, 7], dtype=np.uint8)


def binary10():
    rows = np.concatenate([LABELS[:, None], PIXELS], axis=1).tobytes()
    return {
        "data_batch_1.bin": rows,
        "data_batch_2.bin": rows,
        "test_batch.bin": rows[:3073],
        "batches.meta.txt": "\n".join([*NAMES10, "", ""]).encode(),
    }


def binary100():
    rows = np.concatenate([LABELS[:, None] // 5, LABELS[:, None] * 11, PIXELS], axis=1).tobytes()
    return {"train.bin": rows, "test.bin": rows[:3074], "fine_label_names.txt": "\n".join(NAMES100).encode()}


def python10(protocol=2):
    batch = pickle.dumps({b"batch_label": b"x", b"labels": LABELS.tolist(), b"data": PIXELS, b"filenames": [b"a.png"] * 5}, protocol)
    last = pickle.dumps({"labels": [1], "data": PIXELS[:1]}, protocol)
    meta = pickle.dumps({"label_names": NAMES10, "num_vis": 3072}, protocol)
    return {"data_batch_1": batch, "data_batch_2": batch, "test_batch": last, "batches.meta": meta}


def python100(protocol=2):
    batch = pickle.dumps({"fine_labels": (LABELS * 11).tolist(), "coarse_labels": LABELS.tolist(), "data": PIXELS}, protocol)
    meta = pickle.dumps({"fine_label_names": NAMES100, "coarse_label_names": NAMES10}, protocol)
    return {"train": batch, "test": batch, "meta": meta}


def place(folder, files):
    folder.mkdir(exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def pack(path, files, change=lambda member: member):
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(f"cifar/{name}")
            member.size = len(data)
            archive.addfile(change(member), io.BytesIO(data))
    return path


def read(path):
    return ENTRY.read(str(path), ReadOptions(), Silent())


@pytest.mark.parametrize(
    ("files", "labels", "names", "test"),
    [
        (binary10, LABELS, NAMES10, [10]),
        (python10, LABELS, NAMES10, [10]),
        (binary100, LABELS * 11, NAMES100, [5]),
        (python100, LABELS * 11, NAMES100, [5, 6, 7, 8, 9]),
    ],
)
@pytest.mark.parametrize("packed", [False, True], ids=["folder", "archive"])
def test_every_layout(tmp_path, files, labels, names, test, packed):
    path = pack(tmp_path / "cifar.tar.gz", files()) if packed else place(tmp_path / "set", files())
    assert ENTRY.matches(str(path))
    images = read(path)
    assert images.shape == (32, 32, 3)
    assert images.classes == tuple(names)
    first = images.images[0].transpose(2, 0, 1).ravel()  # back to red, green, blue planes
    assert np.array_equal(first, PIXELS[0])
    assert images.labels[:5].tolist() == labels.tolist()
    assert images.split.train.tolist() == list(range(test[0]))
    assert images.split.test.tolist() == test


@pytest.mark.parametrize("protocol", range(6))
def test_python_batches_of_every_protocol(tmp_path, protocol):
    assert read(place(tmp_path / "set", python10(protocol))).labels.tolist() == [*LABELS.tolist() * 2, 1]


def test_one_batch_and_missing_names(tmp_path):
    folder = place(tmp_path / "set", binary10())
    (folder / "batches.meta.txt").unlink()
    images = read(folder / "data_batch_1.bin")
    assert images.classes == tuple("0123456789")
    assert images.notes == ("batches.meta.txt is missing: classes are called by their numbers.",)


def test_batches_are_read_in_the_order_of_their_numbers(tmp_path):
    files = {f"data_batch_{number}.bin": bytes([number % 10]) + bytes(3072) for number in (10, 2, 1)}
    assert read(place(tmp_path / "set", files)).labels.tolist() == [1, 2, 0]


@pytest.mark.parametrize("protocol", range(6))
def test_a_gadget_in_a_batch_does_nothing(tmp_path, protocol):
    class Gadget:
        def __reduce__(self):
            return open, (str(tmp_path / "canary"), "w")

    folder = place(tmp_path / "set", {**python10(), "data_batch_2": pickle.dumps({"labels": [0], "data": Gadget()}, protocol)})
    with pytest.raises(DataError, match=r"set\[data_batch_2\]: this pickle asks for .*open; Thalweg does not run code from files"):
        read(folder)
    assert not (tmp_path / "canary").exists()


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("data_batch_1.bin", b"", "0 bytes; CIFAR-10 .binary. has a multiple of 3073"),
        ("data_batch_1.bin", bytes(3072), "3,072 bytes"),
        ("data_batch_1.bin", b"\x0a" + bytes(3072), r"1 label is too large: row 0 \(10\). There are 10 classes"),
        ("batches.meta.txt", b"cat\ndog", "2 class names; 10 different ones expected"),
    ],
)
def test_damaged_binary_batches(tmp_path, name, data, message):
    with pytest.raises(DataError, match=message):
        read(place(tmp_path / "set", {**binary10(), name: data}))


@pytest.mark.parametrize(
    ("batch", "message"),
    [
        ({"labels": [1]}, "'data' must be .* got NoneType"),
        ({"labels": [1], "data": PIXELS[:1, :9]}, r"got \[1, 9\] of uint8"),
        ({"labels": [1], "data": PIXELS[:2]}, "2 images but 1 labels"),
        ({"labels": {}, "data": PIXELS[:2]}, "labels of type dict"),
        ({"labels": [1, "x"], "data": PIXELS[:2]}, "of another kind than the others"),
    ],
)
def test_damaged_python_batches(tmp_path, batch, message):
    with pytest.raises(DataError, match=message):
        read(place(tmp_path / "set", {"data_batch_1": pickle.dumps(batch)}))


def change_type(kind):
    def change(member):
        member.type, member.linkname = kind, "/etc/passwd"
        return member

    return change


def test_archives_are_never_extracted_and_odd_members_are_refused(tmp_path):
    before = sorted(tmp_path.iterdir())
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE):
        path = pack(tmp_path / "cifar.tar.gz", binary10(), change_type(kind))
        with pytest.raises(DataError, match="not a regular file"):
            read(path)
    twice = pack(path, {"a/test.bin": bytes(3074), "b/test.bin": bytes(3074)})
    with pytest.raises(DataError, match="more than one member has this name"):
        read(twice)
    path.unlink()
    assert sorted(tmp_path.iterdir()) == before
    escaping = pack(path, {f"../../{name}": data for name, data in binary10().items()})
    assert len(read(escaping)) == 11  # the last part of a name is enough: nothing is written anywhere


def test_archive_bombs_and_foreign_archives(tmp_path):
    path = tmp_path / "cifar.tar.gz"
    pack(path, {"readme": bytes(30_000_000), **binary10()})
    with pytest.raises(DataError, match="unpacks to more than 16,777,216 bytes"):
        read(path)
    with pytest.raises(DataError, match="no CIFAR batches"):
        read(pack(path, {"readme": b"hello"}))


def test_mutated_archives_and_batches(tmp_path, mutations, read_or_refuse):
    path = tmp_path / "cifar.tar.gz"
    plain = gzip.decompress(pack(path, {"test_batch.bin": binary10()["data_batch_1.bin"]}).read_bytes())
    for data in mutations(plain, head=160, count=80):
        path.write_bytes(data)  # a plain tar is read by the same name
        images = read_or_refuse(read, path, named="cifar.tar.gz")
        assert images is None or images.shape == (32, 32, 3)
    zipped = gzip.compress(plain, mtime=0)
    for data in mutations(zipped, head=24, count=100):
        path.write_bytes(data)
        images = read_or_refuse(read, path, named="cifar.tar.gz")
        assert images is None or images.shape == (32, 32, 3)
