"""Usage: what is wrong with a command line, in one line, with the nearest thing that is right."""

from pathlib import Path
from typing import Any

import typer

from thalweg.faces.misspelt import suggestion

_BASE = typer.BadParameter.__base__
assert _BASE is not None
UsageError: type[BaseException] = _BASE
"""What Typer raises on a command line that is none."""


def misused(error: Any) -> str:
    """Return the line for a wrong command line: what is wrong, what was perhaps meant, where to look."""
    message = " ".join(str(error.message if hasattr(error, "option_name") else error.format_message()).split())
    name = getattr(error, "option_name", "")
    context = getattr(error, "ctx", None)
    if name and context is not None:
        known = [option for each in context.command.params for option in (*each.opts, *each.secondary_opts)]
        message = f"{message}.{suggestion(name.lstrip('-'), [option.lstrip('-') for option in known if option.startswith('--')])}"
    where = getattr(context, "command_path", "thalweg")
    return f"{message[0].lower()}{message[1:].rstrip('.')}{'' if message.endswith('?') else '.'} `{where} -h` shows what there is."


def at_home(word: str) -> str:
    """Return a word with a leading `~` as the user's folder, also behind `--option=`, where shells leave it; any other as it is.

    >>> at_home("~/pictures") == str(Path.home() / "pictures"), at_home("a~b"), at_home("--rate=0.1")
    (True, 'a~b', '--rate=0.1')
    """
    option, equals, value = word.partition("=") if word.startswith("--") else ("", "", word)
    return f"{option}{equals}{Path(value).expanduser()}" if value.startswith(("~/", "~\\")) else word
