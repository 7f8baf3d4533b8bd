"""Losses: scores and labels to one number an example; one a file."""

from thalweg.core.catalogue import Catalogue
from thalweg.core.entries import Loss

LOSSES = Catalogue("thalweg.loss", "loss", Loss)
