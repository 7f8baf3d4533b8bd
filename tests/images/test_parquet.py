import io
import json

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest
from PIL import Image

from thalweg.core.entries import ReadOptions
from thalweg.core.errors import ConfigError, DataError
from thalweg.core.progress import Silent
from thalweg.images.parquet import ENTRY


def png(value):
    file = io.BytesIO()
    Image.fromarray(np.full((3, 2, 3), value, np.uint8)).save(file, "PNG")
    return file.getvalue()


def write(path, values, *, labels=None, pictures=None, names=("cat", "dog"), plain=False):
    pictures = [png(value) for value in values] if pictures is None else pictures
    column = pictures if plain else [{"bytes": picture, "path": None} for picture in pictures]
    table = pyarrow.table({"image": pyarrow.array(column), "label": [value % 2 for value in values] if labels is None else labels})
    features = {"info": {"features": {"label": {"names": names, "_type": "ClassLabel"}}}}
    pyarrow.parquet.write_table(table.replace_schema_metadata({"huggingface": json.dumps(features)} if names else {}), path)
    return path


def read(source, **options):
    return ENTRY.read(str(source), ReadOptions(**options), Silent())


def test_a_folder_gives_parts_pixels_and_names(tmp_path):
    (tmp_path / "data").mkdir()
    write(tmp_path / "data" / "train-00000-of-00001.parquet", [10, 11, 12])
    write(tmp_path / "data" / "test-00000-of-00001.parquet", [20, 21])
    assert ENTRY.matches(str(tmp_path))
    images = read(tmp_path)
    assert images.shape == (3, 2, 3)
    assert images.classes == ("cat", "dog")
    assert images.images[images.split.train][:, 0, 0, 0].tolist() == [10, 11, 12]
    assert images.images[images.split.test][:, 0, 0, 0].tolist() == [20, 21]
    assert images.labels[images.split.train].tolist() == [0, 1, 0]
    assert images.origin(int(images.split.test[1])).endswith("test-00000-of-00001.parquet#1")


def test_plain_bytes_and_text_labels(tmp_path):
    images = read(write(tmp_path / "a.parquet", [1, 2], labels=["b", "a"], names=None, plain=True))
    assert images.classes == ("a", "b")
    assert images.labels.tolist() == [1, 0]


def test_bad_pictures_are_named_by_row_or_skipped(tmp_path):
    pictures = [png(0), b"junk", png(2), None, *map(png, range(4, 12))]
    path = write(tmp_path / "a.parquet", range(12), pictures=pictures)
    with pytest.raises(DataError, match=r"(?s)a.parquet#1: .*a.parquet#3: the file is empty") as caught:
        read(path)
    assert "thalweg-" not in str(caught.value)
    images = read(path, skip_bad=True)
    assert len(images) == 10
    assert [skipped.path for skipped in images.skipped] == [f"{path}#1", f"{path}#3"]
    assert images.origin(1) == f"{path}#2"


def test_wrong_columns_and_labels(tmp_path):
    path = tmp_path / "a.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"text": ["a"], "label": [1]}), path)
    with pytest.raises(DataError, match="columns text, label; expected `image`"):
        read(path)
    pyarrow.parquet.write_table(pyarrow.table({"image": [1, 2], "label": [0, 1]}), path)
    with pytest.raises(DataError, match="column 'image' is int64; expected bytes"):
        read(path)
    with pytest.raises(DataError, match=r"1 label is missing: row 1 \(None\)"):
        read(write(path, [1, 2, 3], labels=[0, None, 1]))
    with pytest.raises(DataError, match=r"2 labels are negative"):
        read(write(path, [1, 2, 3], labels=[-1, -1, 1]))


def test_damage_ends_the_reading_process_only(tmp_path):
    whole = write(tmp_path / "whole.parquet", [1, 2, 3]).read_bytes()
    place = whole.index(b"PAR1", 4) - 40
    damaged = tmp_path / "a.parquet"
    for data in (b"", b"PAR1", whole[:-9], whole[:60] + b"\xff" * 40 + whole[100:], whole[:place] + b"\xff" * 30 + whole[place + 30 :]):
        damaged.write_bytes(data)
        with pytest.raises(DataError, match=r"a.parquet"):
            read(damaged)


def test_a_reader_that_dies_is_an_error(tmp_path, monkeypatch):
    path = write(tmp_path / "a.parquet", [1, 2])
    monkeypatch.setattr("thalweg.images._columns._PROGRAM", "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    with pytest.raises(DataError, match=r"a.parquet made the Parquet reader fail \(signal 11\): the file is damaged"):
        read(path)


def test_a_bomb_is_stopped_by_the_limit(tmp_path):
    path = tmp_path / "a.parquet"
    bomb = pyarrow.array([bytes(90_000_000)] * 3, pyarrow.large_binary())
    pyarrow.parquet.write_table(pyarrow.table({"image": bomb, "label": [0, 1, 0]}), path, compression="zstd", use_dictionary=True)
    assert path.stat().st_size < 1_000_000
    with pytest.raises(DataError, match="more bytes of pictures than its size justifies"):
        read(path)


def test_without_pyarrow_the_extra_is_named(tmp_path, monkeypatch):
    path = write(tmp_path / "a.parquet", [1, 2])
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"pip install 'thalweg\[parquet\]'"):
        read(path)
