import os
import shutil
import unicodedata

import numpy as np
import pytest
from PIL import Image

from thalweg.core.entries import ReadOptions
from thalweg.core.errors import DataError
from thalweg.core.imageset import Skipped
from thalweg.core.progress import Silent
from thalweg.images._scan import scan_pictures
from thalweg.images.folder import ENTRY, list_folder


def read(path, **options):
    return ENTRY.read(str(path), ReadOptions(**options), Silent())


def test_pixels_labels_names_and_order_by_hand(tmp_path):
    for name, value in (("dog/b.png", 3), ("dog/a.png", 2), ("cat/z.png", 1)):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.new("L", (2, 1), value).save(tmp_path / name)
    images = read(tmp_path)
    assert images.images.tolist() == [[[[1], [1]]], [[[2], [2]]], [[[3], [3]]]]
    assert images.labels.tolist() == [0, 1, 1]
    assert images.classes == ("cat", "dog")
    assert [images.origin(row) for row in range(3)] == [str(tmp_path / name) for name in ("cat/z.png", "dog/a.png", "dog/b.png")]
    assert images.split.train.tolist() == [0, 1, 2]


def test_parts_above_the_classes_are_the_split(pets, tmp_path):
    for part, count in (("train", 4), ("test", 2), ("valid", 1)):
        pets(count=count, under=f"all/{part}")
    images = read(tmp_path / "all")
    assert [len(rows) for rows in images.split.parts().values()] == [8, 2, 4]
    assert all("/train/" in images.origin(row) for row in images.split.train.tolist())
    assert all("/valid/" in images.origin(row) for row in images.split.validation.tolist())
    assert all("/test/" in images.origin(row) for row in images.split.test.tolist())


def test_a_class_may_be_called_train(pets):
    assert read(pets(classes=("train", "bus"))).classes == ("bus", "train")


def test_parts_that_do_not_fit_are_refused(pets, tmp_path):
    pets(under="all/train")
    pets(under="all/extra")
    with pytest.raises(DataError, match="beside the parts 'train' there is 'extra'"):
        list_folder(str(tmp_path / "all"), Silent())
    shutil.move(tmp_path / "all/extra", tmp_path / "all/val")
    pets(under="all/validation")
    with pytest.raises(DataError, match="name one part twice"):
        list_folder(str(tmp_path / "all"), Silent())
    shutil.rmtree(tmp_path / "all/validation")
    (tmp_path / "all/val/fox").mkdir()
    with pytest.raises(DataError, match="the validation part has the class 'fox'"):
        list_folder(str(tmp_path / "all"), Silent())


def test_grey_where_all_are_grey_and_as_asked(pets):
    root = pets(mode="L")
    assert read(root).shape == (8, 8, 1)
    assert read(root, colour="rgb").shape == (8, 8, 3)
    Image.new("RGB", (8, 8)).save(root / "dog" / "9.png")
    colour = read(root)
    assert colour.shape == (8, 8, 3)
    assert colour.notes == ("6 pictures in grey: converted to RGB.",)
    assert read(root, colour="grey").shape == (8, 8, 1)


def test_colour_far_behind_many_grey_ones_is_found(pets):
    root = pets(mode="L", count=60)
    Image.new("RGB", (8, 8), (1, 2, 3)).save(root / "dog" / "0033.png")
    images = read(root)
    assert images.shape == (8, 8, 3)
    assert images.images[60 + 33, 0, 0].tolist() == [1, 2, 3]


def test_the_fingerprint_is_of_the_content_and_not_of_the_place(pets, tmp_path):
    here = pets()
    there = tmp_path / "there"
    shutil.copytree(here, there)
    os.utime(there / "cat" / "0000.png", (0, 0))
    assert read(here).fingerprint == read(there).fingerprint
    Image.new("RGB", (8, 8)).save(there / "cat" / "0000.png")
    assert read(here).fingerprint != read(there).fingerprint


def test_pictures_in_subfolders_of_a_class_count(pets):
    root = pets()
    (root / "cat" / "2019").mkdir()
    Image.new("RGB", (8, 8)).save(root / "cat" / "2019" / "x.JPG")
    assert len(read(root)) == 7


def test_hidden_files_and_other_files(pets):
    root = pets()
    for name in (".DS_Store", "cat/._0000.png", "cat/notes.txt", "dog/Thumbs.db"):
        (root / name).write_bytes(b"x")
    (root / "__MACOSX").mkdir()
    (root / ".git").mkdir()
    images = read(root)
    assert len(images) == 6
    assert images.notes == ("2 files without the extension of a picture were left out.",)


def test_names_that_unicode_writes_in_two_ways_are_flagged(pets):
    root = pets(classes=(unicodedata.normalize("NFC", "é"), unicodedata.normalize("NFD", "é"), "e"))
    assert any("look the same" in note for note in read(root).notes)


def test_an_empty_class_of_the_test_part_is_no_matter(pets, tmp_path):
    pets(under="all/train")
    pets(under="all/test", classes=("cat",))
    (tmp_path / "all/test/dog").mkdir()
    assert len(read(tmp_path / "all")) == 9


def test_one_class_only_is_refused_with_a_hint(pets, tmp_path):
    pets(under="all/inner")
    with pytest.raises(DataError, match=r"found 1 class 'inner'.*holds folders itself \('cat', 'dog'\): pass that folder"):
        read(tmp_path / "all")


def test_a_folder_that_is_not_there_is_one_line(tmp_path):
    with pytest.raises(DataError, match="cannot be listed: No such file or directory"):
        read(tmp_path / "none")


def test_many_classes_are_listed_quickly(tmp_path):
    for number in range(3000):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "a.png").write_bytes(b"x")
    listing = list_folder(str(tmp_path), Silent())
    assert len(listing.classes) == len(listing.paths) == 3000
    assert np.array_equal(np.bincount(listing.labels), np.ones(3000))


def test_paths_too_deep_to_open_are_bad_and_do_not_hang(pets):
    root = pets()
    here = os.open(root / "cat", os.O_RDONLY)
    for _ in range(30):
        os.mkdir("d" * 200, dir_fd=here)
        inner = os.open("d" * 200, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)
    found = scan_pictures(str(root / "cat"))
    assert len(found.names()) == 3
    assert [entry.reason for entry in found.bad] == ["File name too long"]
    assert isinstance(found.bad[0], Skipped)


def test_progress_hears_of_every_folder_and_every_picture(pets):
    class Heard(Silent):
        def begin(self, stage, total, unit):
            stages.append([stage, total, unit, 0, False])

        def advance(self, count=1, **figures):
            stages[-1][3] += count

        def end(self):
            stages[-1][4] = True

    stages = []
    ENTRY.read(str(pets(count=300)), ReadOptions(), Heard())
    assert stages == [["listing", 2, "folders", 2, True], ["decoding", 600, "pictures", 600, True]]
