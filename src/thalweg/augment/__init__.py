"""Augmentations: random changes of a batch of raw pictures while training; one a file."""

from thalweg.core.catalogue import Catalogue
from thalweg.core.entries import Augmentation

AUGMENTATIONS = Catalogue("thalweg.augment", "augmentation", Augmentation)
