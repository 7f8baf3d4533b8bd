"""MNIST: 70 000 handwritten digits, 28 x 28 grey, 60 000 for training and 10 000 for testing."""

from thalweg.core.entries import Reader, ReadOptions
from thalweg.core.imageset import ImageSet
from thalweg.core.progress import Progress
from thalweg.images._download import NamedSet, fetch
from thalweg.images.idx import read_idx

SET = NamedSet(
    name="mnist",
    files={
        "train-images-idx3-ubyte.gz": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        "train-labels-idx1-ubyte.gz": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        "t10k-images-idx3-ubyte.gz": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        "t10k-labels-idx1-ubyte.gz": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    },
    mirrors=("https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/"),
    advice="Connect to the network, or pass the folder with the four files train-images-idx3-ubyte.gz, ... instead of the name.",
)


def read(source: str, options: ReadOptions, progress: Progress) -> ImageSet:
    """Read the four files from the cache, fetching them the first time."""
    classes = tuple(str(digit) for digit in range(10))
    return read_idx(str(fetch(SET, progress)), progress, classes=classes, name=SET.name)


ENTRY = Reader(
    summary="handwritten digits, 28 x 28 grey, 60 000 + 10 000 (fetched once, 12 MB)",
    formula="10 classes: 0 to 9",
    reference="LeCun, Bottou, Bengio, Haffner: Gradient-based learning applied to document recognition (1998)",
    matches=lambda source: source == SET.name,
    read=read,
)
