"""CIFAR-10: 60 000 photographs of ten kinds of animals and vehicles, 32 x 32 colour, 50 000 for training and 10 000 for testing."""

from thalweg.core.entries import Reader, ReadOptions
from thalweg.core.imageset import ImageSet
from thalweg.core.progress import Progress
from thalweg.images._download import NamedSet, fetch
from thalweg.images.cifar import read_cifar

ARCHIVE = "cifar-10-binary.tar.gz"

SET = NamedSet(
    name="cifar10",
    files={ARCHIVE: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"},
    mirrors=("https://www.cs.toronto.edu/~kriz/",),
    advice=f"Connect to the network, or pass the path of {ARCHIVE} (or of the folder in it) instead of the name.",
)


def read(source: str, options: ReadOptions, progress: Progress) -> ImageSet:
    """Read the archive from the cache, fetching it the first time; it is never unpacked on disk."""
    return read_cifar(str(fetch(SET, progress) / ARCHIVE), progress, name=SET.name)


ENTRY = Reader(
    summary="photographs, 32 x 32 colour, 10 classes, 50 000 + 10 000 (fetched once, 170 MB)",
    formula="10 classes: airplane, automobile, bird, cat, deer, dog, frog, horse, ship, truck",
    reference="Krizhevsky: Learning multiple layers of features from tiny images (2009); https://www.cs.toronto.edu/~kriz/cifar.html",
    matches=lambda source: source == SET.name,
    read=read,
)
