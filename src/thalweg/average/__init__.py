"""Averages over the path of W; one a file."""

from thalweg.core.catalogue import Catalogue
from thalweg.core.entries import Average

AVERAGES = Catalogue("thalweg.average", "average", Average)
