"""Prose of the pages: counted nouns, lists and sentences."""

from collections.abc import Mapping, Sequence
from typing import Any

from thalweg.core.visible import visible
from thalweg.evidence._axes import word


def counted(count: int, noun: str) -> str:
    """Return a number with its noun in the right number.

    >>> counted(1, "seed"), counted(1200, "step")
    ('1 seed', '1,200 steps')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def sentence(words: str) -> str:
    """Return words that begin with a capital and end with a full stop.

    >>> sentence("no spread is known")
    'No spread is known.'
    """
    stop = "" if not words or words.rstrip().endswith((".", "!", "?")) else "."
    return words[:1].upper() + words[1:].rstrip() + stop


def listed(words: Sequence[str]) -> str:
    """Return words as a list in a sentence.

    >>> listed(["a", "b", "c"]), listed(["a"])
    ('a, b and c', 'a')
    """
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)


def settings_words(settings: Mapping[str, Any]) -> str:
    """Return settings in a line, names before values, numbers with four digits.

    >>> settings_words({"rate": 0.1, "layers": (64, 32)})
    'rate 0.1, layers 64,32'
    """
    return ", ".join(f"{visible(name)} {visible(word(value, digits=4))}" for name, value in settings.items())
