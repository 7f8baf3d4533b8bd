"""The command `thalweg log`: a run's metrics for other tools."""

from pathlib import Path
from typing import Annotated

import typer

from thalweg.faces.options import RunFolder, Trust
from thalweg.faces.terminal import answering


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("log")(answering(log))


def log(
    run: RunFolder,
    csv: Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Write comma-separated text here.")] = None,
    tensorboard: Annotated[Path | None, typer.Option(metavar="DIR", help="Write event files for TensorBoard into DIR/<run>.")] = None,
    trust_code: Trust = False,
) -> None:
    """Print the metrics log of a run as comma-separated text: one line an epoch. With --csv or --tensorboard, write it instead."""
    from thalweg.faces.log import log_command

    log_command(run, output=csv, events=tensorboard, trust_code=trust_code)
