"""Schedules: what multiplies the rate at each step; one a file."""

from thalweg.core.catalogue import Catalogue
from thalweg.core.entries import Schedule

SCHEDULES = Catalogue("thalweg.schedule", "schedule", Schedule)
