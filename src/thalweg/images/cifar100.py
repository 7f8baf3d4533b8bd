"""CIFAR-100: 60 000 photographs of a hundred kinds of things, 32 x 32 colour, 50 000 for training and 10 000 for testing."""

from thalweg.core.entries import Reader, ReadOptions
from thalweg.core.imageset import ImageSet
from thalweg.core.progress import Progress
from thalweg.images._download import NamedSet, fetch
from thalweg.images.cifar import read_cifar

ARCHIVE = "cifar-100-binary.tar.gz"

SET = NamedSet(
    name="cifar100",
    files={ARCHIVE: "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec"},
    mirrors=("https://www.cs.toronto.edu/~kriz/",),
    advice=f"Connect to the network, or pass the path of {ARCHIVE} (or of the folder in it) instead of the name.",
)


def read(source: str, options: ReadOptions, progress: Progress) -> ImageSet:
    """Read the archive from the cache, fetching it the first time; it is never unpacked on disk."""
    return read_cifar(str(fetch(SET, progress) / ARCHIVE), progress, name=SET.name)


ENTRY = Reader(
    summary="photographs, 32 x 32 colour, 100 classes, 50 000 + 10 000 (fetched once, 169 MB)",
    formula="100 classes (the fine labels)",
    reference="Krizhevsky: Learning multiple layers of features from tiny images (2009); https://www.cs.toronto.edu/~kriz/cifar.html",
    matches=lambda source: source == SET.name,
    read=read,
)
