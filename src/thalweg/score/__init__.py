"""Score functions: images to class scores; one a file."""

from thalweg.core.catalogue import Catalogue
from thalweg.core.entries import Score

SCORES = Catalogue("thalweg.score", "score", Score)
