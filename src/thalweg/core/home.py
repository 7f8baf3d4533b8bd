"""Home: the folder of caches, which `THALWEG_HOME` moves."""

import os
from pathlib import Path

import platformdirs

VARIABLE = "THALWEG_HOME"


def cache_home() -> Path:
    """Return where caches are kept: `$THALWEG_HOME`, with `~` as the user's folder, or `thalweg` in the platform's folder for caches.

    Where it cannot be written, whoever writes says so: fetching ends, decoded pictures are not kept.
    """
    given = os.environ.get(VARIABLE)
    if not given:
        return Path(platformdirs.user_cache_dir("thalweg"))
    return Path(given).expanduser()
