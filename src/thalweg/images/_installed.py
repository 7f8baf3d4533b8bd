"""Installed: whether a named data set can be read without fetching anything."""

import importlib

from thalweg.core.errors import DataError
from thalweg.core.names import entry_names
from thalweg.images._download import cache_folder


def is_installed(name: str) -> bool:
    """Whether a source can be read without fetching anything: all but published sets that are not on this machine.

    >>> is_installed("digits"), is_installed("./some/folder")
    (True, True)
    """
    if name not in entry_names("thalweg.images"):
        return True
    module = importlib.import_module(f"thalweg.images.{name.replace('-', '_')}")
    wanted, package = getattr(module, "SET", None), getattr(module, "DEBIAN", None)
    if wanted is None or (package is not None and package.is_dir()):
        return True
    return all((cache_folder() / wanted.name / file).is_file() for file in wanted.files)


def need_installed(name: str) -> None:
    """Raise `DataError`, which says what to do, where a source is not installed.

    >>> need_installed("digits"), need_installed("./some/folder")
    (None, None)
    """
    if not is_installed(name):
        raise DataError(
            f"{name} is not on this machine, and nothing is fetched here. `thalweg data {name}` fetches it once, with your leave."
        )
