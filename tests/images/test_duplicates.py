import shutil

import numpy as np

from thalweg.images import load
from thalweg.images._duplicates import across_parts, find_duplicates


def test_copies_are_found_with_their_rows_and_parts(pets, tmp_path):
    for part in ("train", "test"):
        pets(count=5, under=f"all/{part}")
    root = tmp_path / "all"
    shutil.copy(root / "train/cat/0000.png", root / "train/dog/9.png")
    shutil.copy(root / "train/cat/0001.png", root / "test/cat/9.png")
    images = load(root, validation=0.0)
    groups = find_duplicates(images)
    leaks = across_parts(groups, images.split)
    named = [[images.origin(row)[len(str(root)) + 1 :] for row in rows] for rows in groups]
    assert named == [["train/cat/0000.png", "train/dog/9.png"], ["train/cat/0001.png", "test/cat/9.png"]]
    assert leaks == [groups[1]]


def test_groups_are_those_of_a_comparison_of_all_pairs():
    pixels = np.random.default_rng(0).integers(0, 2, (60, 2, 2, 1), dtype=np.uint8)
    groups = find_duplicates(load((pixels, np.arange(60) % 2)))
    rows = pixels.reshape(60, -1)
    expected = {tuple(np.flatnonzero((rows == row).all(1)).tolist()) for row in rows}
    assert groups == sorted(group for group in expected if len(group) > 1)


def test_no_copies_no_groups():
    pixels = np.arange(20, dtype=np.uint8).reshape(20, 1, 1, 1)
    assert find_duplicates(load((pixels, np.arange(20) % 2))) == []
