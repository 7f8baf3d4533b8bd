"""The command `thalweg completion`, and the answer to a shell that asks what may stand where its cursor is."""

import os
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from thalweg.faces.terminal import answering

ASKING = "__complete"
SHELLS = ("bash", "zsh", "fish", "powershell")


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("completion")(answering(completion))


def completion(shell: Annotated[str, typer.Argument(metavar="SHELL", help="bash, zsh, fish or powershell.")]) -> None:
    """Print the script that makes the Tab key of a shell complete commands, options, values, data and runs.

    bash, in ~/.bashrc: eval "$(thalweg completion bash)". zsh, in ~/.zshrc after compinit: eval "$(thalweg completion zsh)". fish:
    thalweg completion fish > ~/.config/fish/completions/thalweg.fish. PowerShell, in $PROFILE: thalweg completion powershell | Out-String |
    Invoke-Expression.
    """
    from thalweg.core.errors import unknown
    from thalweg.faces.completion import script

    if shell not in SHELLS:
        raise unknown("shell", shell, SHELLS)
    print(script(shell), end="")


def tell(app: typer.Typer, words: Sequence[str], loose: Sequence[str]) -> None:
    """Print what may stand in the place of the last word; whatever goes wrong, the person goes on typing undisturbed."""
    from thalweg.faces.completion import answer

    program: Any = typer.main.get_command(app)
    try:
        print(answer(words, program.commands, loose))
    except Exception:
        if os.environ.get("THALWEG_DEBUG") == "1":
            raise
