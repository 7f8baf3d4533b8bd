"""Preload: what every worker needs, loaded once in the process that workers are copies of."""

from thalweg.faces.lab import ROOMS
from thalweg.loss import LOSSES
from thalweg.optimise import OPTIMISERS
from thalweg.score import SCORES

for catalogue in (ROOMS, LOSSES, OPTIMISERS, SCORES):
    list(catalogue)
