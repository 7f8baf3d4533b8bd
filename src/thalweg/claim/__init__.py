"""Claims: what the lecture says, one sentence a file, each with the measurement that shows it to hold.

A catalogue: every public module holds one `ENTRY`, whose `measure(bench, progress)` runs Thalweg's own losses, penalties and optimisers
and holds what comes out against the formula.
"""

from thalweg.core.catalogue import Catalogue
from thalweg.core.claims import Claim

CLAIMS = Catalogue("thalweg.claim", "claim", Claim)
