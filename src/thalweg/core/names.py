"""Names of catalogue entries, read from file names alone: no entry is imported, so a help page needs no PyTorch."""

import importlib.util
import pkgutil


def entry_names(package: str) -> list[str]:
    """Return the names of the entries in a catalogue folder, sorted: public file names with hyphens for underscores.

    >>> "softmax" in entry_names("thalweg.loss")
    True
    """
    spec = importlib.util.find_spec(package)
    if spec is None or spec.submodule_search_locations is None:
        raise LookupError(f"{package} is not a catalogue folder")
    modules = pkgutil.iter_modules(list(spec.submodule_search_locations))
    return sorted(module.name.replace("_", "-") for module in modules if not module.name.startswith("_"))
