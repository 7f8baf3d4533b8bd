"""Uploads: what is kept is read back with the right classes, and nothing that a person sends is a path."""

import gzip
import io
import os
import stat
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from thalweg.core.errors import ConfigError, DataError, StorageError
from thalweg.faces.lab import _uploads
from thalweg.faces.lab._uploads import Caps, Uploads, class_folder, source_in
from thalweg.images import EXTENSIONS, load


def picture(shade: int, ending: str = "png") -> bytes:
    file = io.BytesIO()
    Image.new("L", (4, 4), shade).save(file, {"jpg": "jpeg", "tif": "tiff"}.get(ending, ending))
    return file.getvalue()


@pytest.fixture
def uploads(tmp_path: Path):
    with Uploads(tmp_path / "uploads") as place:
        yield place


def everything_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def fill(uploads: Uploads, batch: str, labels: list[str], *, each: int = 4) -> None:
    for number, label in enumerate(labels):
        for row in range(each):
            uploads.keep(batch, label, f"photo {row}.png", picture(20 * number + row))


@pytest.mark.parametrize(
    "labels",
    [
        ["black cat", "dog"],
        ["1", "10", "2"],
        ["train", "test"],
        ["meta", "data_batch_1", "train.bin", "data"],
        ["chat-noir_2", "猫", "किताब", "été"],
        ["a.png", "b.npz"],
        ["x" * 80, "ß" * 80],
    ],
)
def test_a_batch_of_class_folders_is_read_with_the_names_that_were_sent(uploads, labels):
    batch = uploads.begin()
    fill(uploads, batch, labels)
    folder = uploads.folder_of(batch)
    assert load(source_in(folder), fewest_classes=1).classes == tuple(sorted(labels))
    assert load(str(folder)).labels.tolist() == sorted(list(range(len(labels))) * 4)


def test_files_are_called_by_numbers_whatever_their_names_are(uploads):
    names = ["../../evil.png", "/etc/passwd.png", "C:\\x\\y.PNG", "a\0b.png", "a.php.png", "." * 300 + ".png", "\x1b[31m.png", ".png"]
    batch = uploads.begin()
    for number, name in enumerate(names):
        uploads.keep(batch, "cat" if number % 2 else "dog", name, picture(number))
    expected = sorted(f"{'cat' if number % 2 else 'dog'}/{number + 1:06}.png" for number in range(len(names)))
    assert everything_in(uploads.folder) == [f"{batch}/{name}" for name in expected]


def test_every_ending_of_a_picture_is_taken(uploads):
    batch = uploads.begin()
    for number, ending in enumerate(sorted(EXTENSIONS)):
        for shade in range(3):
            uploads.keep(batch, f"class {shade % 2}", f"x.{ending.upper()}", picture(10 * number + shade, ending))
    assert len(load(uploads.folder_of(batch)).labels) == 3 * len(EXTENSIONS)


@pytest.mark.parametrize("name", ["x", "x.svg", "x.html", "x.py", "x.pkl", "x.zip", "x.png.exe", "x.png ", "png", "x.npz", "x.csv", ""])
def test_other_endings_are_no_pictures(uploads, name):
    with pytest.raises(DataError, match=r"has not the ending of a picture: \.bmp, .*Save it as one of these\.$"):
        uploads.keep(uploads.begin(), "cat", name, b"1")


HARMFUL = [
    *("..", ".", "../cat", "a/b", "/etc", "a\\b", "C:cat", "cat\0", "cat\n", ".hidden", " cat", "cat ", "cat.", "x" * 81, "猫" * 80 + "犬"),
    *("con", "NUL", "com1", "COM²", "lpt9.png", "aux.tar.gz", "__MACOSX", "x.parquet", "a-images-idx3-ubyte", "b-labels.idx1-ubyte.gz"),
    *("<script>alert(1)</script>", "=1+1", "@cmd", "a:b", "a*b", "a|b", 'a"b', "a'b", "a;b", "a,b", "a%2fb"),
    *("\u202ecat", "a\u200bb", "\ud800", "T-shirt/top", "$(rm)", "`x`", "{{7*7}}", "~", "~root", "cat\x1b[31m", "\u2215etc", "猫" * 86),
]  # fmt: skip


@pytest.mark.parametrize("label", HARMFUL, ids=ascii)
def test_names_of_classes_that_could_do_harm_are_refused(uploads, label):
    batch = uploads.begin()
    with pytest.raises(DataError, match=r"^a class cannot be called '.*' here: a name has letters.* Rename it\.$") as error:
        uploads.keep(batch, label, "x.png", picture(1))
    assert len(str(error.value).splitlines()) == 1
    assert everything_in(uploads.folder) == []


@given(st.text(min_size=1, max_size=90))
def test_a_class_has_a_folder_in_its_batch_or_none(label):
    try:
        name = class_folder(label)
    except DataError:
        return
    assert Path(name).name == name == name.strip()
    assert not name.startswith(".")
    assert len(os.fsencode(name)) <= 255
    assert name.isprintable()
    assert class_folder(name) == name


def test_one_name_written_in_two_ways_is_one_class(uploads):
    batch = uploads.begin()
    fill(uploads, batch, ["e\u0301te\u0301", "\u00e9t\u00e9", "hiver"])
    assert load(uploads.folder_of(batch)).classes == ("hiver", "\u00e9t\u00e9")


def test_where_the_file_system_knows_no_capitals_two_classes_do_not_become_one(uploads):
    batch = uploads.begin()
    uploads.keep(batch, "Cat", "x.png", picture(1))
    (uploads.folder_of(batch) / "cat").mkdir()
    with pytest.raises(DataError, match=r"two classes differ only in capitals: cat\. Rename one of them\."):
        uploads.keep(batch, "cat", "x.png", picture(1))


def test_an_archive_is_read_from_its_batch(uploads):
    file = io.BytesIO()
    np.savez(file, images=np.arange(20 * 16, dtype=np.uint8).reshape(20, 4, 4), labels=np.arange(20) % 2, classes=np.array(["no", "yes"]))
    batch = uploads.begin()
    uploads.keep(batch, "", "../../My Set.NPZ", file.getvalue())
    source = source_in(uploads.folder_of(batch))
    assert everything_in(uploads.folder) == [f"{batch}/pictures.npz"]
    assert load(source).classes == ("no", "yes")


@pytest.mark.parametrize("zipped", [True, False])
def test_idx_files_are_read_from_their_batch(uploads, zipped):
    pictures = bytes([0, 0, 8, 3, 0, 0, 0, 20, 0, 0, 0, 2, 0, 0, 0, 2]) + bytes(range(80))
    labels = bytes([0, 0, 8, 1, 0, 0, 0, 20]) + bytes(row % 2 for row in range(20))
    batch = uploads.begin()
    for part in ("../my-train", "C:\\T10K"):
        for name, content in (("images-idx3-ubyte", pictures), ("labels.idx1-ubyte", labels)):
            ending, data = (".GZ", gzip.compress(content)) if zipped else ("", content)
            uploads.keep(batch, "", f"{part}-{name}{ending}", data)
    end = ".gz" if zipped else ""
    kept = [f"{batch}/{part}-{name}-ubyte{end}" for part in ("t10k", "train") for name in ("images-idx3", "labels-idx1")]
    assert everything_in(uploads.folder) == kept
    read = load(source_in(uploads.folder_of(batch)))
    assert (len(read.labels), len(read.split.test)) == (40, 20)


@pytest.mark.parametrize(
    "name", ["x.csv", "x.png", "x.gz", "x.tar.gz", "data_batch_1", "x.parquet", "x.pkl", "", "images-idx2-ubyte", "x.npz/"]
)
def test_files_of_data_of_other_formats_are_refused(uploads, name):
    with pytest.raises(DataError, match=r"belongs to no class\. Put pictures into a folder a class"):
        uploads.keep(uploads.begin(), "", name, b"path,label\n/etc/passwd,cat\n")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("", "x.npz"), ("", "y.npz")),
        (("", "x.npz"), ("", "train-images-idx3-ubyte")),
        (("", "train-images-idx3-ubyte"), ("", "x.npz")),
        (("", "train-images-idx3-ubyte"), ("", "other-images-idx3-ubyte")),
        (("cat", "x.png"), ("", "x.npz")),
    ],
)
def test_a_batch_is_of_one_kind(uploads, first, second):
    batch = uploads.begin()
    uploads.keep(batch, *first, b"1")
    with pytest.raises(DataError, match=r"an upload is of pictures, of one archive .npz, or of IDX files, each once"):
        uploads.keep(batch, *second, b"1")


def test_arrays_and_pictures_do_not_mix(uploads):
    batch = uploads.begin()
    uploads.keep(batch, "", "x.npz", b"1")
    with pytest.raises(DataError, match=r"x.png: the upload is of arrays; pictures are an upload of their own"):
        uploads.keep(batch, "cat", "x.png", b"1")


@pytest.mark.parametrize(
    ("caps", "words"),
    [
        (Caps(file_bytes=9), r"^c\.png: 10 bytes; a file may have 9\. Send a smaller picture\.$"),
        (Caps(files=2), r"^c\.png: an upload may have 2 files, and as many are there\. Give the lab the folder instead\.$"),
        (Caps(batch_bytes=27), r"^c\.png: with it the upload has more than 27 bytes\. Give the lab the folder instead\.$"),
    ],
)
def test_too_much_is_refused_and_what_was_kept_stays(tmp_path, caps, words):
    with Uploads(tmp_path / "uploads", caps) as uploads:
        batch = uploads.begin()
        uploads.keep(batch, "cat", "a.png", b"123456789")
        uploads.keep(batch, "cat", "b.png", b"123456789")
        with pytest.raises(DataError, match=words):
            uploads.keep(batch, "cat", "c.png", b"1234567890")
        assert len(everything_in(uploads.folder)) == 2


def test_the_number_of_batches_is_bounded_and_dropping_makes_room(tmp_path):
    with Uploads(tmp_path / "uploads", Caps(batches=2)) as uploads:
        first, _ = uploads.begin(), uploads.begin()
        with pytest.raises(DataError, match="2 uploads are kept at a time"):
            uploads.begin()
        uploads.drop(first)
        assert uploads.begin() != first
        with pytest.raises(ConfigError, match="no upload of this name"):
            uploads.folder_of(first)


@pytest.mark.parametrize("batch", ["", "..", "/", "../..", "x" * 1000, "a\0b", "con"])
def test_only_names_that_the_lab_gave_are_batches(uploads, batch):
    uploads.begin()
    for ask in (uploads.folder_of, uploads.drop, lambda name: uploads.keep(name, "cat", "x.png", b"1")):
        with pytest.raises(ConfigError, match=r"^there is no upload of this name\. Send the pictures again\.$"):
            ask(batch)


def test_batches_have_names_that_nobody_guesses(tmp_path):
    with Uploads(tmp_path / "uploads", Caps(batches=100)) as uploads:
        names = {uploads.begin() for _ in range(100)}
    assert len(names) == 100
    assert all(len(name) == 43 for name in names)


def test_an_empty_file_is_refused(uploads):
    with pytest.raises(DataError, match=r"^x\.png: the file is empty \(0 bytes\)\.$"):
        uploads.keep(uploads.begin(), "cat", "x.png", b"")


def test_errors_show_names_on_one_line_and_not_at_any_length(uploads):
    with pytest.raises(DataError) as error:
        uploads.keep(uploads.begin(), "cat", "\x1b[31m\n" + "y" * 10_000, b"1")
    assert len(str(error.value)) < 300
    assert str(error.value).isprintable()


def test_at_the_end_everything_is_removed_but_what_others_put_there(tmp_path):
    folder = tmp_path / "uploads"
    with Uploads(folder) as uploads:
        fill(uploads, uploads.begin(), ["cat", "dog"])
    assert not folder.exists()
    folder.mkdir()
    (folder / "note.txt").write_text("mine")
    with Uploads(folder) as uploads:
        fill(uploads, uploads.begin(), ["cat", "dog"])
    assert everything_in(folder) == ["note.txt"]


def test_a_place_that_was_never_used_leaves_nothing(tmp_path):
    with Uploads(tmp_path / "uploads"):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_only_this_user_may_read_and_nothing_may_be_run(uploads):
    batch = uploads.begin()
    uploads.keep(batch, "cat", "x.png", b"1")
    folder = uploads.folder_of(batch)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (uploads.folder, folder, folder / "cat", folder / "cat" / "000001.png")]
    assert modes == [0o700, 0o700, 0o700, 0o600]


def test_of_a_write_that_fails_nothing_stays_and_the_next_one_works(uploads, monkeypatch):
    batch = uploads.begin()

    class Full(io.BufferedWriter):
        def write(self, content):
            raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fdopen", lambda descriptor, mode: Full(io.FileIO(descriptor, mode)))
        for label, name in (("cat", "x.png"), ("", "x.npz")):
            with pytest.raises(StorageError, match=r"3 bytes needed\): the disk is full"):
                uploads.keep(batch if label else (other := uploads.begin()), label, name, b"123")
    assert everything_in(uploads.folder) == []
    uploads.keep(batch, "cat", "x.png", b"123")
    uploads.keep(other, "", "x.npz", b"123")
    assert len(everything_in(uploads.folder)) == 2


def test_a_file_that_stands_where_one_is_to_be_written_is_left_alone(uploads, tmp_path):
    batch = uploads.begin()
    uploads.keep(batch, "cat", "x.png", b"1")
    outside = tmp_path / "mine.txt"
    outside.write_text("mine")
    (uploads.folder_of(batch) / "cat" / "000002.png").symlink_to(outside)
    with pytest.raises(StorageError, match=r"cannot write .*000002\.png"):
        uploads.keep(batch, "cat", "x.png", b"1")
    assert outside.read_text() == "mine"


def test_many_at_once_lose_nothing(uploads, monkeypatch):
    write = _uploads._write_new

    def slow(path, content):
        time.sleep(0.001)
        write(path, content)

    monkeypatch.setattr(_uploads, "_write_new", slow)
    batch = uploads.begin()
    threads = [threading.Thread(target=fill, args=(uploads, batch, ["cat", "dog"]), kwargs={"each": 10}) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(load(uploads.folder_of(batch)).labels) == 160
