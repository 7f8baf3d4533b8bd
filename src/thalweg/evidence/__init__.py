"""Evidence: what can be shown of a trained W, as records; reads runs, draws nothing.

A catalogue: every public module holds one `ENTRY`, whose `measure` turns arrays into a frozen record with a strict JSON form.
"""

from thalweg.core.catalogue import Catalogue
from thalweg.core.entries import Evidence

EVIDENCE = Catalogue("thalweg.evidence", "evidence", Evidence)
