"""Doctor: checks of a recipe and its pictures, before training and after; each says what was measured, what is normal, what to do.

A catalogue: every public module holds one `ENTRY`, whose `examine` turns a `Patient` into a `Check`. The folder stands between run and
faces: a check meets recipe and pictures, and trains briefly through `run`'s own loop.
"""

from thalweg.core.catalogue import Catalogue
from thalweg.doctor._check import Examination

CHECKS = Catalogue("thalweg.doctor", "check", Examination)
