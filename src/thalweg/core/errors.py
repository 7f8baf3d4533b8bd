"""Callers' errors: what is wrong, what was given, what is allowed, what to do.

Outcomes of training (diverged, stopped early, ...) are values, see `thalweg.core.outcome`; an exception here always means that
somebody has to change something: a command, a file, a folder, a disk. Each class carries the exit code that a face ends with.
"""

import difflib
from collections.abc import Iterable


class ThalwegError(Exception):
    """An error whose message is written for the person at the keyboard."""

    exit_code = 1


class ConfigError(ThalwegError):
    """A command, a setting or a recipe is wrong."""

    exit_code = 2


class DataError(ThalwegError):
    """Images or labels cannot be used as they are."""

    exit_code = 3


class ModelError(ThalwegError):
    """A checkpoint, a model file or a run folder is damaged or does not fit."""

    exit_code = 5


class StorageError(ThalwegError):
    """The disk is full, a folder cannot be written, or memory ran out."""

    exit_code = 6


class BusyError(ThalwegError):
    """Another process holds the run."""

    exit_code = 7


class Interrupted(ThalwegError):  # noqa: N818  (nothing is wrong)
    """Somebody asked for the end before all was done; what was done is saved, and the same call goes on."""

    def __init__(self, signal: int | None = None) -> None:
        super().__init__("interrupted; run the same command again to go on.")
        self.exit_code = 128 + (signal or 2)


def nearest(word: str, allowed: Iterable[str]) -> str:
    """Say which allowed name is closest to `word`: `" Did you mean 'adam'?"`, or an empty text where none is close.

    >>> nearest("adm", ["adam", "sgd"])
    " Did you mean 'adam'?"
    >>> nearest("xyz", ["adam", "sgd"])
    ''
    """
    close = difflib.get_close_matches(word.lower(), list(allowed), n=1, cutoff=0.5)
    return f" Did you mean {close[0]!r}?" if close else ""


def unknown(kind: str, word: str, allowed: Iterable[str]) -> ConfigError:
    """Make the error for a name that is not in a list: the name, the nearest one, the list.

    >>> str(unknown("loss", "sofmax", ["softmax", "svm-sum"]))
    "unknown loss 'sofmax'. Did you mean 'softmax'? Known: softmax, svm-sum."
    """
    names = list(allowed)
    return ConfigError(f"unknown {kind} {word!r}.{nearest(word, names)} Known: {', '.join(names)}.")
