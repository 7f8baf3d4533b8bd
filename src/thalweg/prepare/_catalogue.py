"""The catalogue of preparations, apart from the folder's list so that the chain can look its links up."""

from thalweg.core.catalogue import Catalogue
from thalweg.core.entries import Preparation

PREPARATIONS = Catalogue("thalweg.prepare", "preparation", Preparation)
