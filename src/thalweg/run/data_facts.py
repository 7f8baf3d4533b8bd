"""Facts of the data: what there is to say about an ImageSet without its pixels."""

import numpy as np

from thalweg.core.imageset import ImageSet
from thalweg.run.record import DataFacts


def data_facts(images: ImageSet) -> DataFacts:
    """Return what there is to say about an ImageSet without its pixels."""
    counts = {
        name: tuple(int(n) for n in np.bincount(images.labels[rows], minlength=len(images.classes)))
        for name, rows in images.split.parts().items()
    }
    return DataFacts(
        source=images.source,
        fingerprint=images.fingerprint,
        shape=images.shape,
        classes=images.classes,
        counts=counts,
        skipped=tuple((skipped.path, skipped.reason) for skipped in images.skipped),
        notes=images.notes,
        split=images.split.fingerprint,
        dtype=images.images.dtype.name,
    )
