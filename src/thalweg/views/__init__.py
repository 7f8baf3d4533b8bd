"""Views: evidence as drawings; touch no file.

A catalogue: every public module holds one `ENTRY`, whose `draw` turns the record of one evidence entry into a `Chart` or a `Gallery`.
"""

from thalweg.core.catalogue import Catalogue
from thalweg.core.entries import View

VIEWS = Catalogue("thalweg.views", "view", View)
