"""The command of the lab. Options of `train` stand beside those declared: they are the settings that the lab opens with."""

from pathlib import Path
from typing import Annotated

import typer

from thalweg.faces.options import LOOSE
from thalweg.faces.terminal import answering

COMMANDS = ("lab",)
"""The commands that take options which they do not declare."""


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("lab")(answering(lab))


def lab(
    what: Annotated[
        str | None, typer.Argument(metavar="[DATA|RUN]", help="Points (spiral), pictures (digits, a folder), or a run to open.")
    ] = None,
    runs: Annotated[Path, typer.Option("--runs", metavar="DIR", help="Where runs are shown from and kept.")] = Path("runs"),
    host: Annotated[str, typer.Option(help="The address to listen at; another than this machine's own lets others in.")] = "127.0.0.1",
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="The port (else 8765 or the next free one; 0: any).")] = None,
    browser: Annotated[bool, typer.Option(help="Open the browser.")] = True,
    pages: Annotated[int, typer.Option(min=1, help="The most pages open at once; each has a process of its own.")] = 32,
) -> None:
    """Watch and steer a classifier in the browser: points in the plane, a race of optimisers, pictures, and the runs there are.

    Prints an address and serves it until Ctrl-C. Nothing leaves this machine. Options of `train` (--score mlp --rate 0.1) are the settings
    that the lab opens with.
    """
    from thalweg.faces.lab._serve import serve

    serve(what, dict(LOOSE), runs=runs, host=host, port=port, browser=browser, pages=pages)
