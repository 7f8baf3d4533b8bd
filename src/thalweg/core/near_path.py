"""Near path: which path that exists is closest to one that does not."""

import difflib
import os
from pathlib import Path

MANY = 10_000
"""Names of a folder beyond which none is looked for."""


def near_path(path: Path) -> str:
    """Say which path that is there a mistyped one may have meant: `" Did you mean 'runs/first'?"`, or an empty text where none is close.

    The first part that does not exist is compared with its neighbours; what follows it must be there, or be close to something, as well.

    >>> near_path(Path("/no/such/folder"))
    ''
    """
    parts = [*reversed(path.parents), path]
    missing = next((part for part in parts if not os.path.lexists(part)), None)
    if missing is None:
        return ""
    names = _names(missing.parent)
    close = difflib.get_close_matches(missing.name.lower(), {name.lower(): name for name in names}, n=1, cutoff=0.6)
    if not close:
        return ""
    found = missing.with_name(next(name for name in names if name.lower() == close[0])) / path.relative_to(missing)
    return f" Did you mean {str(found)!r}?" if os.path.lexists(found) else near_path(found)


def _names(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for _, entry in zip(range(MANY + 1), entries, strict=False) if not entry.name.startswith(".")]
    except OSError:
        return []
    return names if len(names) <= MANY else []
