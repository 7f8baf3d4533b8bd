"""The commands of housekeeping: `thalweg runs | rm`. Neither loads PyTorch."""

from pathlib import Path
from typing import Annotated

import typer

from thalweg.faces.options import Json
from thalweg.faces.terminal import answering


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    for command in (runs, rm):
        app.command(command.__name__)(answering(command))


def runs(
    folder: Annotated[Path | None, typer.Argument(metavar="[DIR]", help="The folder to look in (else runs).")] = None,
    sort: Annotated[str, typer.Option(help="date (newest first), accuracy (best validation first) or size (largest first).")] = "date",
    json: Json = False,
) -> None:
    """List the runs, sweeps, races and other experiments in a folder: what each is, how it ended, how good it is, and its size."""
    from thalweg.faces.run_list import runs_command

    runs_command(folder, sort=sort, as_json=json)


def rm(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Folders of runs, sweeps, races or other experiments.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    leave_others: Annotated[
        bool, typer.Option("--leave-others", help="Where a folder holds files that are not Thalweg's: remove Thalweg's and leave those.")
    ] = False,
    json: Json = False,
) -> None:
    """Remove runs, sweeps, races and other experiments with all their files; asks first.

    Only what Thalweg wrote is removed, and nothing where any of the folders cannot be. There is no way back.
    """
    from thalweg.faces.removing import rm_command

    rm_command(runs, yes=yes, leave_others=leave_others, as_json=json)
