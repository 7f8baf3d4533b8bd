import gzip
import os
import struct

import numpy as np
import pytest

from thalweg.core.entries import ReadOptions
from thalweg.core.errors import DataError
from thalweg.core.progress import Silent
from thalweg.images.idx import ENTRY

IMAGES = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(4, 3, 2)
LABELS = np.array([0, 1, 2, 1], dtype=np.uint8)


def idx(array):
    return bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


def read(source):
    return ENTRY.read(str(source), ReadOptions(), Silent())


@pytest.fixture
def folder(tmp_path):
    for part in ("train", "t10k"):
        (tmp_path / f"{part}-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(IMAGES)))
        (tmp_path / f"{part}-labels-idx1-ubyte").write_bytes(idx(LABELS))
    return tmp_path


@pytest.fixture
def pair(tmp_path):
    (tmp_path / "a.idx").write_bytes(idx(IMAGES))
    (tmp_path / "b.idx").write_bytes(idx(LABELS))
    return f"{tmp_path}/a.idx,{tmp_path}/b.idx"


def test_a_folder_gives_training_and_test_parts(folder):
    images = read(folder)
    assert images.shape == (3, 2, 1)
    assert np.array_equal(images.images[4:, :, :, 0], IMAGES)
    assert images.labels.tolist() == [0, 1, 2, 1] * 2
    assert images.split.train.tolist() == [0, 1, 2, 3]
    assert images.split.test.tolist() == [4, 5, 6, 7]
    assert images.classes == ("0", "1", "2")


def test_the_file_is_taken_before_its_gzipped_twin(folder):
    (folder / "train-images-idx3-ubyte").write_bytes(idx(IMAGES + np.uint8(100)))
    assert read(folder).images.max() == 123


def test_a_pair_and_a_file_of_images(pair, folder):
    assert read(pair).split.train.size == 4
    assert read(folder / "train-images-idx3-ubyte.gz").fingerprint == read(pair).fingerprint


def test_sources_that_are_meant(pair, folder, tmp_path):
    (tmp_path / "other").mkdir()
    matching = [pair, str(folder), str(folder / "train-images-idx3-ubyte.gz"), "missing.idx,labels.idx"]
    assert [source for source in [*matching, str(tmp_path / "other"), "digits", "a.npz", "\0"] if ENTRY.matches(source)] == matching


def test_missing_labels_are_named(folder):
    (folder / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(DataError, match=r"t10k-images-idx3-ubyte.gz: its labels are missing; looked for t10k-labels-idx1-ubyte.gz"):
        read(folder)


def test_counts_that_differ_name_both_files(pair, tmp_path):
    (tmp_path / "b.idx").write_bytes(idx(LABELS[:3]))
    with pytest.raises(DataError, match=r"4 images in .*a\.idx but 3 labels in .*b\.idx"):
        read(pair)


def test_exchanged_files_are_noticed(tmp_path, pair):
    with pytest.raises(DataError, match=r"byte 3 declares 1 axes; images have 3 or 4. Are images and labels exchanged\?"):
        read(",".join(pair.split(",")[::-1]))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "bytes 0 to 3 are missing"),
        (b"\x89PNG\r\n\x1a\n", "not an IDX file: bytes 0 to 3 are 89 50 4e 47"),
        (idx(IMAGES)[:9], "the header ends after 9 bytes; 16 expected"),
        (idx(IMAGES)[:-1], "the data ends after 23 bytes; 24 expected"),
        (idx(IMAGES) + b"x", "goes on after the 24 bytes declared"),
        (b"\0\0\x08\x03" + struct.pack(">3I", 2**32 - 1, 2**32 - 1, 2**32 - 1), "a file of 16 bytes does not justify"),
        (b"\0\0\x08\x03" + struct.pack(">3I", 4, 0, 2), r"must be unsigned bytes"),
        (gzip.compress(idx(IMAGES), mtime=0)[:-9], "the gzip data is damaged or cut off"),
        (gzip.compress(idx(IMAGES), mtime=0)[:-8] + bytes(8), "the gzip data is damaged or cut off near byte .*CRC check failed"),
    ],
    ids=["empty", "a picture", "short header", "short data", "long data", "huge", "no pixels", "short gzip", "gzip checksum"],
)
def test_damage_is_a_data_error_that_names_the_file(pair, tmp_path, data, message):
    (tmp_path / "a.idx").write_bytes(data)
    with pytest.raises(DataError, match=message) as caught:
        read(pair)
    assert "a.idx" in str(caught.value)


def test_a_gzip_bomb_is_not_unpacked(pair, tmp_path):
    head = b"\0\0\x08\x03" + struct.pack(">3I", 4, 3, 2)
    (tmp_path / "a.idx").write_bytes(gzip.compress(head + bytes(50_000_000)))
    with pytest.raises(DataError, match="goes on after the 24 bytes declared"):
        read(pair)
    honest = b"\0\0\x08\x03" + struct.pack(">3I", 50_000, 100, 100)
    (tmp_path / "a.idx").write_bytes(gzip.compress(honest + bytes(1000)))
    with pytest.raises(DataError, match=r"declare \[50000, 100, 100\], 500,000,000 bytes, which a file of"):
        read(pair)


def test_pipes_and_folders_are_not_opened(pair, tmp_path):
    (tmp_path / "a.idx").unlink()
    os.mkfifo(tmp_path / "a.idx")
    with pytest.raises(DataError, match="is not a regular file"):
        read(pair)
    with pytest.raises(DataError, match=r"gone.idx cannot be read: No such file"):
        read(f"{tmp_path}/gone.idx,{tmp_path}/b.idx")


def test_every_byte_of_the_header_changed(pair, tmp_path, mutations, read_or_refuse):
    for zipped in (False, True):
        for data in mutations(idx(IMAGES), head=16, count=200):
            (tmp_path / "a.idx").write_bytes(gzip.compress(data) if zipped else data)
            images = read_or_refuse(read, pair, named="a.idx")
            assert images is None or len(images) == 4
    for data in mutations(gzip.compress(idx(IMAGES)), head=24, count=200):
        (tmp_path / "a.idx").write_bytes(data)
        images = read_or_refuse(read, pair, named="a.idx")
        assert images is None or images.images.shape == (4, 3, 2, 1)
