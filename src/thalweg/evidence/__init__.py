"""Evidence: what can be shown of a trained W, as records; reads runs, draws nothing.

A catalogue: every public module holds one `ENTRY`, whose `measure` turns arrays, or an objective and parameters, into a frozen record
with a strict JSON form. The package can be called as well: `thalweg.evidence(model, loss, batches)` is `thalweg.faces.inspect.evidence`,
since a package and a function of the Python face cannot otherwise share the name.
"""

import importlib
import sys
from types import ModuleType
from typing import Any

from thalweg.core.catalogue import Catalogue
from thalweg.core.entries import Evidence

EVIDENCE = Catalogue("thalweg.evidence", "evidence", Evidence)


class _Callable(ModuleType):
    """A package that hands its call on to the Python face, imported by name when it is called: evidence itself knows no face."""

    def __call__(self, *arguments: Any, **settings: Any) -> Any:
        """Return the inspection of a module."""
        return importlib.import_module("thalweg.faces.inspect").evidence(*arguments, **settings)


sys.modules[__name__].__class__ = _Callable
