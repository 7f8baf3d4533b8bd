"""Export: a run as files that others can use without Thalweg; one format a file.

A catalogue: every public module holds one `ENTRY` that writes a run's model and reads it back the way a stranger would, so that what was
written is compared with the run before it is put in place.
"""

from thalweg.core.catalogue import Catalogue
from thalweg.faces.export._format import Format

FORMATS = Catalogue("thalweg.faces.export", "export format", Format)
