"""Rows as a pandas data frame, where pandas is there."""

import importlib
from collections.abc import Mapping, Sequence
from typing import Any

from thalweg.core.errors import ConfigError


def frame(rows: Sequence[Mapping[str, Any]], *, index: str) -> Any:
    """Return rows as a pandas data frame whose index is the column of that name; raise `ConfigError` where pandas is not installed."""
    try:
        pandas = importlib.import_module("pandas")
    except ModuleNotFoundError:
        raise ConfigError("a data frame needs pandas, which is not installed: pip install pandas") from None
    return pandas.DataFrame(rows).set_index(index)
