"""The digits that ship with scikit-learn: 1797 handwritten digits, 8 x 8 grey. The set to begin with: nothing to fetch."""

import numpy as np

from thalweg.core.entries import Reader, ReadOptions
from thalweg.core.imageset import ImageSet
from thalweg.core.progress import Progress
from thalweg.images._arrays import make_set
from thalweg.images._split import all_train


def read(source: str, options: ReadOptions, progress: Progress) -> ImageSet:
    """Return the digits with their 17 levels of grey, 0 to 16, spread over 0 to 255: pixel = round(255 * level / 16).

    scikit-learn gives no test part, so all are training rows; `thalweg.images.load` holds some out.
    """
    from sklearn.datasets import load_digits

    levels, labels = load_digits(return_X_y=True)
    images = np.rint(levels * (255 / 16)).astype(np.uint8).reshape(-1, 8, 8, 1)
    note = "Levels of grey 0 to 16 were spread over 0 to 255."
    classes = tuple(str(digit) for digit in range(10))
    return make_set(images, labels, split=all_train(len(labels)), source="digits", classes=classes, notes=(note,))


ENTRY = Reader(
    summary="1797 handwritten digits, 8 x 8 grey, which ship with scikit-learn",
    formula="10 classes: 0 to 9; pixel = round(255 * level / 16), levels 0 to 16",
    reference="Alpaydin, Kaynak: Optical recognition of handwritten digits, UCI Machine Learning Repository (1998), its test part",
    matches=lambda source: source == "digits",
    read=read,
)
