"""Fashion-MNIST: 70 000 articles of clothing, 28 x 28 grey, 60 000 for training and 10 000 for testing."""

from pathlib import Path

from thalweg.core.entries import Reader, ReadOptions
from thalweg.core.imageset import ImageSet
from thalweg.core.progress import Progress
from thalweg.images._download import NamedSet, fetch
from thalweg.images.idx import read_idx

CLASSES = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")

DEBIAN = Path("/usr/share/datasets/fashion-mnist")
"""Where the Debian package dataset-fashion-mnist puts the four files."""

SET = NamedSet(
    name="fashion-mnist",
    files={
        "train-images-idx3-ubyte.gz": "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        "train-labels-idx1-ubyte.gz": "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        "t10k-images-idx3-ubyte.gz": "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        "t10k-labels-idx1-ubyte.gz": "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
    },
    mirrors=(
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    ),
    advice="Connect to the network, install Debian's package (apt install dataset-fashion-mnist), or pass the folder with the four files.",
)


def read(source: str, options: ReadOptions, progress: Progress) -> ImageSet:
    """Read the four files from the Debian package where it is installed, else from the cache, fetching them the first time."""
    folder = DEBIAN if DEBIAN.is_dir() else fetch(SET, progress)
    return read_idx(str(folder), progress, classes=CLASSES, name=SET.name)


ENTRY = Reader(
    summary="articles of clothing, 28 x 28 grey, 60 000 + 10 000 (Debian's package, or fetched once, 30 MB)",
    formula=f"10 classes: {', '.join(CLASSES)}",
    reference="Xiao, Rasul, Vollgraf: Fashion-MNIST (2017); https://github.com/zalandoresearch/fashion-mnist",
    matches=lambda source: source == SET.name,
    read=read,
)
