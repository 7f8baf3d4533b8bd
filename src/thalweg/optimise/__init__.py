"""Optimisers: how W moves; one a file, each a pair of pure functions."""

from thalweg.core.catalogue import Catalogue
from thalweg.core.entries import Optimiser

OPTIMISERS = Catalogue("thalweg.optimise", "optimiser", Optimiser)
