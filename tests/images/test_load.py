from dataclasses import replace

import numpy as np
import pytest

import thalweg.images
from thalweg.core.errors import ConfigError, DataError
from thalweg.images import READERS, load
from thalweg.images._fingerprint import content_fingerprint


def test_a_folder_is_split_by_class_and_seed(pets):
    root = pets(count=50)
    images = load(root)
    parts = images.split.parts()
    assert {name: len(rows) for name, rows in parts.items()} == {"train": 72, "validation": 8, "test": 20}
    assert [np.bincount(images.labels[rows]).tolist() for rows in parts.values()] == [[36, 36], [4, 4], [10, 10]]
    assert sorted(np.concatenate(list(parts.values())).tolist()) == list(range(100))
    assert np.array_equal(load(str(root)).split.test, images.split.test)
    assert not np.array_equal(load(root, seed=1).split.test, images.split.test)
    assert images.fingerprint == content_fingerprint(images.images, images.labels, images.classes) == load(root, seed=1).fingerprint


def test_a_part_of_the_source_stays(pets, tmp_path):
    for part, count in (("train", 20), ("test", 5)):
        pets(count=count, under=f"all/{part}")
    images = load(tmp_path / "all", validation=0.0)
    assert [len(rows) for rows in images.split.parts().values()] == [40, 0, 10]


def test_an_image_set_is_returned_as_it_is(pets):
    images = load(pets())
    assert load(images) is images


def test_arrays_are_taken_as_they_are(pets):
    pictures = np.arange(40 * 12, dtype=np.uint8).reshape(40, 2, 2, 3)
    labels = np.arange(40) % 2
    images = load((pictures, labels, ("even", "odd")))
    assert images.classes == ("even", "odd")
    assert np.array_equal(images.images, pictures)
    assert len(images.split.test) == 8
    assert load([pictures, labels]).classes == ("0", "1")


@pytest.mark.parametrize("what", [3, None, (1,), {"a": 1}, np.zeros(3)])
def test_anything_else_is_refused(what):
    with pytest.raises(DataError, match="expected a path, a name, an ImageSet, or arrays"):
        load(what)


def test_a_name_with_a_slip_gets_the_nearest(tmp_path, pets):
    with pytest.raises(DataError, match=r"no data at 'digist'.*Did you mean 'digits'\? Pass a path, or one of .*digits"):
        load("digist")
    root = pets()
    with pytest.raises(DataError, match="Did you mean 'pets'"):
        load(str(root)[:-1])
    with pytest.raises(DataError, match="does not exist either"):
        load(tmp_path / "none" / "at-all")


def test_a_file_of_no_known_format_lists_the_formats(tmp_path):
    (tmp_path / "a.xyz").write_bytes(b"?")
    with pytest.raises(DataError, match=r"a\.xyz is of no format that can be read.*(\n  .*)*\n  csv: .*(\n  .*)*\n  folder: "):
        load(tmp_path / "a.xyz")


def test_a_name_goes_before_a_folder_of_that_name(tmp_path, monkeypatch, pets):
    pets(under="blobs3", classes=("here", "there"))
    monkeypatch.chdir(tmp_path)
    images = load("blobs3")
    assert images.points
    assert any("written ./blobs3" in note for note in images.notes)
    assert load("./blobs3").classes == ("here", "there")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"fit": "corp"}, "unknown fit 'corp'. Did you mean 'crop'"),
        ({"colour": "gray"}, "unknown colour 'gray'. Did you mean 'grey'"),
        ({"size": 0}, r"size must be .* in \[1, 4096\]"),
        ({"size": (8, 5000)}, r"size must be .* got \(8, 5000\)"),
        ({"examples": 0}, r"examples must be a whole number in \[1, inf\); got 0"),
    ],
)
def test_options_out_of_range(options, message, pets):
    with pytest.raises(ConfigError, match=message):
        load(pets(), **options)


def test_one_number_is_a_square(pets):
    assert load(pets(), size=4).shape == (4, 4, 3)
    assert load(pets(under="two"), size=(4, 6)).shape == (4, 6, 3)


def test_points_are_split_too():
    images = load("circle", seed=3)
    assert images.points
    assert replace(images).fingerprint == load("circle", seed=3).fingerprint


def test_the_package_has_no_other_names():
    assert READERS is thalweg.images.READERS
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        thalweg.images.nothing  # noqa: B018


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"noise": 0.1}, "noise and examples are for the two-dimensional sets"),
        ({"examples": 5}, "noise and examples are for the two-dimensional sets"),
        ({"size": 16}, "size is for picture files"),
        ({"colour": "rgb"}, "colour is for picture files"),
    ],
)
def test_options_that_a_source_has_no_use_for_are_refused(options, says):
    with pytest.raises(ConfigError, match=says):
        load("digits", **options)
    assert load("digits", size=8, colour="grey").shape == (8, 8, 1)
