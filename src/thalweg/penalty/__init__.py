"""Penalties: weights to R(W); one a file."""

from thalweg.core.catalogue import Catalogue
from thalweg.core.entries import Penalty

PENALTIES = Catalogue("thalweg.penalty", "penalty", Penalty)
