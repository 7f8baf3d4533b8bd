from dataclasses import replace

import numpy as np
import pytest

from thalweg.core.entries import ReadOptions
from thalweg.core.errors import DataError
from thalweg.core.progress import Silent
from thalweg.images import fashion_mnist


def test_debians_package_or_the_advice_to_install_it(tmp_path, monkeypatch):
    monkeypatch.setenv("THALWEG_HOME", str(tmp_path))
    monkeypatch.setattr(fashion_mnist, "SET", replace(fashion_mnist.SET, mirrors=()))
    if not fashion_mnist.DEBIAN.is_dir():
        with pytest.raises(DataError, match="apt install dataset-fashion-mnist"):
            fashion_mnist.ENTRY.read("fashion-mnist", ReadOptions(), Silent())
        return
    images = fashion_mnist.ENTRY.read("fashion-mnist", ReadOptions(), Silent())
    assert images.images.shape == (70_000, 28, 28, 1)
    assert np.bincount(images.labels).tolist() == [7000] * 10
    assert images.split.train.size == 60_000
    assert images.split.test.tolist()[:2] == [60_000, 60_001]
    assert [images.classes[label] for label in images.labels[[0, 60_000]]] == ["Ankle boot", "Ankle boot"]
    # the mean of the training pixels as published: 0.2860 of 1
    assert abs(images.images[:60_000].mean() / 255 - 0.2860) < 5e-5


def test_without_the_package_and_without_network(tmp_path, monkeypatch):
    monkeypatch.setenv("THALWEG_HOME", str(tmp_path))
    monkeypatch.setattr(fashion_mnist, "DEBIAN", tmp_path / "gone")
    monkeypatch.setattr(fashion_mnist, "SET", replace(fashion_mnist.SET, mirrors=()))
    with pytest.raises(DataError, match=r"apt install dataset-fashion-mnist"):
        fashion_mnist.ENTRY.read("fashion-mnist", ReadOptions(), Silent())
