import numpy as np

from thalweg.core.imageset import ImageSet, Split


def made(images, **more):
    rows = np.arange(len(images))
    split = Split(train=rows[:1], validation=rows[1:1], test=rows[1:])
    labels = np.zeros(len(images), dtype=np.int64)
    return ImageSet(images=images, labels=labels, classes=("a", "b"), fingerprint="f", split=split, source="here", **more)


def test_shape_length_and_names_of_examples():
    pictures = made(np.zeros((3, 4, 5, 1), dtype=np.uint8))
    assert (len(pictures), pictures.shape, pictures.points) == (3, (4, 5, 1), False)
    assert pictures.origin(2) == "here#2"
    assert made(np.zeros((2, 4, 5, 1), dtype=np.uint8), origins=["x.png", "y.png"]).origin(1) == "y.png"
    assert made(np.zeros((2, 1, 1, 2), dtype=np.float32)).points


def test_parts_come_in_order():
    parts = made(np.zeros((3, 1, 1, 1), dtype=np.uint8)).split.parts()
    assert {name: rows.tolist() for name, rows in parts.items()} == {"train": [0], "validation": [], "test": [1, 2]}
    assert list(parts) == ["train", "validation", "test"]
