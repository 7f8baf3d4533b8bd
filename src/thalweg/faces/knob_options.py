"""Options of the command line that are knobs of catalogue entries, told apart from those that every command has."""

import re
from collections.abc import Sequence

from thalweg.core.errors import ConfigError
from thalweg.faces.misspelt import suggestion

OPTION = re.compile(r"--[A-Za-z]")


def separate(words: Sequence[str], known: set[str]) -> tuple[list[str], dict[str, str]]:
    """Return the words without unknown options, and those options with their values.

    A flag needs none: `--half`, `--no-half`, `--half false`.

    >>> separate(["train", "digits", "--margin", "2", "--epochs", "3"], {"--epochs"})
    (['train', 'digits', '--epochs', '3'], {'margin': '2'})
    >>> separate(["train", "--strength=-1"], {"--epochs"})
    (['train'], {'strength': '-1'})
    """
    rest: list[str] = []
    loose: dict[str, str] = {}
    position = 0
    while position < len(words):
        word = words[position]
        position += 1
        option, equals, value = word.partition("=")
        if word == "--":
            return [*rest, *words[position - 1 :]], loose
        if not OPTION.match(word) or option in known:
            rest.append(word)
            continue
        name = option.removeprefix("--")
        if name in loose:
            raise ConfigError(f"option {option} is given twice.")
        if not equals and name.startswith("no-") and _is_flag(name[3:]):
            name, value = name[3:], "false"
        elif not equals:
            value, position = _value(name, words, position)
        loose[name] = value
    return rest, loose


def _is_flag(name: str) -> bool:
    from thalweg.faces.fields import field_of  # not before an option is found that only the catalogues can know
    from thalweg.faces.words import is_flag

    field = field_of(name)
    return is_flag(name.replace("-", "_")) if field is None else field.info.annotation is bool


def _value(name: str, words: Sequence[str], position: int) -> tuple[str, int]:
    """Return the value that follows an option, and where to go on."""
    if _is_flag(name):
        said = position < len(words) and words[position].lower() in ("true", "false", "yes", "no")
        return (words[position], position + 1) if said else ("true", position)
    if position == len(words) or OPTION.match(words[position]):
        raise ConfigError(f"option --{name} needs a value, as --{name} 0.1.{suggestion(name, ())}")
    return words[position], position + 1
