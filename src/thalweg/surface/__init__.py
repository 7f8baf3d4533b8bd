"""Surfaces: functions of two numbers to race optimisers on; one a file."""

from thalweg.core.catalogue import Catalogue
from thalweg.core.entries import Surface

SURFACES = Catalogue("thalweg.surface", "surface", Surface)
