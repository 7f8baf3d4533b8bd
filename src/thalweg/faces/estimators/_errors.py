"""Errors of the estimators: our messages in classes that scikit-learn's users and tools expect, which are ValueErrors."""

from collections.abc import Iterator
from contextlib import contextmanager

from thalweg.core.errors import ConfigError, DataError


class SettingError(ConfigError, ValueError):
    """A parameter of an estimator is wrong."""


class ExamplesError(DataError, ValueError):
    """Features, labels or weights cannot be used as they are."""


@contextmanager
def as_value_errors() -> Iterator[None]:
    """Raise callers' errors inside the block as ValueErrors, with the same words."""
    try:
        yield
    except (SettingError, ExamplesError):
        raise
    except ConfigError as error:
        raise SettingError(str(error)) from None
    except DataError as error:
        raise ExamplesError(str(error)) from None
