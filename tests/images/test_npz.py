import io
import struct
import zipfile

import numpy as np
import pytest

from thalweg.core.entries import ReadOptions
from thalweg.core.errors import DataError
from thalweg.core.progress import Silent
from thalweg.images.npz import ENTRY, LAYOUTS

IMAGES = np.arange(4 * 3 * 2, dtype=np.uint8).reshape(4, 3, 2)
LABELS = np.array([0, 1, 0, 1])


@pytest.fixture
def read(tmp_path):
    def save_and_read(data=None, save=np.savez_compressed, **arrays):
        path = tmp_path / "set.npz"
        path.write_bytes(data) if data is not None else save(path, **arrays)
        return ENTRY.read(str(path), ReadOptions(), Silent())

    return save_and_read


def archive(array_bytes, name="images.npy", method=zipfile.ZIP_DEFLATED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as zipped:
        zipped.writestr(name, array_bytes)
        labels = io.BytesIO()
        np.save(labels, LABELS)
        zipped.writestr("labels.npy", labels.getvalue())
    return file.getvalue()


def npy(header):
    text = header.encode("latin-1")
    return b"\x93NUMPY\x01\0" + struct.pack("<H", len(text)) + text


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout["train"][0])
@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_every_layout_of_keys(read, layout, save):
    arrays = {}
    for images, labels in layout.values():
        arrays |= {images: IMAGES, labels: LABELS[:, None]}
    images = read(save=save, **arrays)
    assert images.shape == (3, 2, 1)
    assert {part: len(rows) for part, rows in images.split.parts().items()} == {
        part: 4 if part in layout else 0 for part in images.split.parts()
    }
    assert np.array_equal(images.images[images.split.train][..., 0], IMAGES)


def test_classes_give_names(read):
    assert read(images=IMAGES, labels=LABELS, classes=np.array(["cat", "dog", "eel"])).classes == ("cat", "dog", "eel")
    assert read(images=IMAGES, labels=np.array(["b", "a", "b", "a"])).labels.tolist() == [1, 0, 1, 0]


def test_scales_of_pixels_by_hand(read):
    floats = read(x=np.array([[[0.0]], [[0.5]], [[1.0]], [[0.25]]]), y=LABELS)
    assert floats.images.ravel().tolist() == [0, 128, 255, 64]  # rint(127.5) is 128: to even
    assert "multiplied by 255" in floats.notes[0]
    assert read(x=IMAGES.astype(np.int64), y=LABELS).images.ravel().tolist() == list(range(24))
    assert read(x=np.asfortranarray(IMAGES), y=LABELS).images.ravel().tolist() == list(range(24))
    assert read(x=IMAGES.astype(">f4"), y=LABELS).images.ravel().tolist() == list(range(24))
    assert read(x=IMAGES > 11, y=LABELS).images.ravel().tolist() == [0] * 12 + [255] * 12


def test_pairs_of_floats_are_points(read):
    points = read(x=np.array([[0.5, -3.0]] * 4), y=LABELS)
    assert points.points
    assert points.images.dtype == np.float32
    assert points.images[0].ravel().tolist() == [0.5, -3.0]


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"pictures": IMAGES}, "no known keys; found pictures. Save under the keys images, labels"),
        ({"x_train": IMAGES, "y_train": LABELS, "x_test": IMAGES}, "test has 'x_test' but no 'y_test'"),
        ({"x": IMAGES, "y": LABELS[:3]}, r"4 images in 'x' but \[3\] labels in 'y'"),
        ({"x": np.zeros((4, 3, 8, 8), np.uint8), "y": LABELS}, r"transpose\(0, 2, 3, 1\)"),
        ({"x": IMAGES.reshape(4, 6), "y": LABELS}, r"images must be .* got \[4, 6\]"),
        ({"x": IMAGES - 1.0, "y": LABELS}, "1 image.* outside 0 to 255: row 0"),
        ({"x": IMAGES * np.nan, "y": LABELS}, "4 image.* not finite: row 0, 1, 2, 3"),
        ({"x": IMAGES, "y": LABELS - 1}, r"2 labels are negative: rows 0 \(-1\), 2 \(-1\)"),
        ({"x": IMAGES, "y": LABELS, "classes": np.array(["a", "a"])}, "class names must differ; more than once: a"),
        ({"x": IMAGES, "y": LABELS * 1j}, "an array of type '<c16'"),
        ({"x_train": IMAGES, "y_train": LABELS, "x_test": IMAGES[:, :2], "y_test": LABELS}, "different shapes"),
    ],
)
def test_wrong_arrays(read, arrays, message):
    with pytest.raises(DataError, match=message):
        read(**arrays)


class Canary:
    """Pickled, this makes a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


def test_python_objects_are_never_unpickled(read, tmp_path):
    canary = tmp_path / "canary"
    hostile = np.empty(4, dtype=object)
    hostile[:] = Canary(canary)
    for arrays in ({"x": hostile, "y": LABELS}, {"x": IMAGES, "y": hostile}, {"x": IMAGES, "y": LABELS, "classes": hostile}):
        with pytest.raises(DataError, match=r"holds Python objects \(a pickle\); Thalweg does not run code from files"):
            read(**arrays)
    assert not canary.exists()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not a whole .npz archive"),
        (b"PK\x03\x04 and nothing more", "not a whole .npz archive"),
        (archive(b"no array"), "not a NumPy array"),
        (
            archive(npy("{'descr': '|u1', 'fortran_order': False, 'shape': (8589934592, 1048576)}")),
            r"declares \[8589934592, 1048576\] of uint8",
        ),
        (archive(npy("{'descr': '|u1', 'fortran_order': False, 'shape': (4, -3)}")), r"declares the shape \(4, -3\)"),
        (archive(npy("{'descr': '|V9', 'fortran_order': False, 'shape': (4,)}")), r"type '\|V9'"),
        (archive(npy("{'descr': [('a', '|u1')], 'fortran_order': False, 'shape': (4,)}")), "expected numbers or fixed-width text"),
        (archive(npy("(" * 5000)), "header cannot be read"),
        (archive(npy("{'descr': '|u1', 'fortran_order': False, 'shape': (2,)}") + b"123"), r"2 bytes; 3 are there"),
        (archive(b"", method=zipfile.ZIP_BZIP2), "compressed by method 12"),
    ],
    ids=["empty", "no end", "no array", "8 PiB", "negative", "void", "structured", "deep", "long", "bzip2"],
)
def test_damaged_archives(read, data, message):
    with pytest.raises(DataError, match=message):
        read(data)


def test_a_zip_bomb_is_refused_from_its_header(read):
    header = npy("{'descr': '|u1', 'fortran_order': False, 'shape': (40, 1000, 1000)}")
    with pytest.raises(DataError, match=r"40,000,000 bytes.*limit 16,777,216"):
        read(archive(header + bytes(40_000_000)))


def test_mutated_archives(read, mutations, tmp_path, read_or_refuse):
    for save in (np.savez, np.savez_compressed):
        save(tmp_path / "whole.npz", images=IMAGES, labels=LABELS)
        for data in mutations((tmp_path / "whole.npz").read_bytes(), head=60, count=150):
            images = read_or_refuse(read, data, named="set.npz")
            assert images is None or len(images) == 4
