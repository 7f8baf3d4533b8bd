"""The command line as a page: every command with its arguments and options, and the exit codes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from docs.builder.prose import cell, code, fenced, markdown
from thalweg.core import errors
from thalweg.faces.cli import app

CODES = {
    0: "Done.",
    1: "`check --strict` found something, or a claim failed.",
    4: "Training diverged; the last finite weights are kept.",
    130: "Interrupted by Ctrl-C; what was done is saved, and the same command goes on.",
    143: "Ended by a signal (SIGTERM); what was done is saved, and the same command goes on.",
}
"""Exit codes that are no error's: outcomes and signals."""


KINDS = {str: "TEXT", int: "N", float: "X", Path: "PATH"}
"""What stands for the value of an option that names none itself."""


def commands() -> dict[str, Any]:
    """Return every command of the program by its name."""
    program: Any = typer.main.get_command(app)
    return dict(program.commands)


def page() -> str:
    """Return the page."""
    intro = (
        "Every command ends with one of the exit codes below; `--help` after a command shows what is said here. Knobs of the chosen "
        "entries are options too: the pages of the catalogues list them."
    )
    parts = ["# Command line", intro, *(section(name, command) for name, command in commands().items()), "## Exit codes", codes()]
    return "\n\n".join(parts) + "\n"


def section(name: str, command: Any) -> str:
    """Return what is to say of one command."""
    shown = [parameter for parameter in command.params if not getattr(parameter, "hidden", False) and parameter.name != "help"]
    arguments = " ".join(_argument(parameter) for parameter in shown if parameter.param_type_name == "argument")
    usage = f"thalweg {name} {arguments} [OPTIONS]".replace("  ", " ")
    rows = "\n".join(_row(parameter) for parameter in shown)
    table = f"| argument or option | meaning |\n|---|---|\n{rows}" if rows else ""
    return "\n\n".join(part for part in (f"(command-{name})=\n## `thalweg {name}`", fenced(usage), markdown(command.help), table) if part)


def _argument(parameter: Any) -> str:
    shown = parameter.metavar or parameter.name.upper()
    return shown if parameter.required or shown.startswith("[") else f"[{shown}]"


def _row(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        written = _argument(parameter)
    else:
        value = "" if parameter.is_flag else f" {parameter.metavar or KINDS[parameter.type_descriptor.annotation]}"
        names = ", ".join((*parameter.opts, *parameter.secondary_opts))
        written = f"{names}{value}"
    words = [cell(parameter.help or ""), *([f"Default: {code(str(parameter.default))}."] if _has_default(parameter) else [])]
    return f"| {code(written)} | {' '.join(words)} |"


def _has_default(parameter: Any) -> bool:
    """Whether a parameter has a default that is worth telling; what a switch does when it is not there goes without saying."""
    return isinstance(parameter.default, str | int | float | Path) and not isinstance(parameter.default, bool)


def codes() -> str:
    """Return the table of exit codes: those of errors are read off their classes."""
    said = {**CODES, **{kind.exit_code: _first(kind) for kind in _kinds(errors.ThalwegError)}}
    return "| code | meaning |\n|---|---|\n" + "\n".join(f"| {number} | {cell(words)} |" for number, words in sorted(said.items()))


def _kinds(base: type[errors.ThalwegError]) -> Iterator[type[errors.ThalwegError]]:
    for kind in base.__subclasses__():
        if "exit_code" in vars(kind):
            yield kind
        yield from _kinds(kind)


def _first(kind: type) -> str:
    return (kind.__doc__ or "").splitlines()[0]
