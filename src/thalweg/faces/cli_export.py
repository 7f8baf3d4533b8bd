"""The command `thalweg export`. Every format of the catalogue is an option of its own name, so that a new format needs no line here."""

import inspect
from pathlib import Path
from typing import Annotated, Any

import typer

from thalweg.core.names import entry_names
from thalweg.faces.options import Json, Quiet, RunFolder, Trust
from thalweg.faces.terminal import answering


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    signature = inspect.signature(export)
    given = [parameter for parameter in signature.parameters.values() if parameter.kind is not parameter.VAR_KEYWORD]
    formats = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[Path | None, typer.Option(f"--{name}", metavar="PATH", help=f"Write {name} (thalweg list {name}).")],
        )
        for name in entry_names("thalweg.faces.export")
    ]

    def command(**options: Any) -> None:
        export(**options)

    command.__doc__ = export.__doc__
    command.__signature__ = signature.replace(parameters=[*given[:2], *formats, *given[2:]])  # type: ignore[attr-defined]
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in (*given, *formats)}
    app.command("export")(answering(command))


def export(
    run: RunFolder,
    folder: Annotated[Path | None, typer.Argument(metavar="[DIR]", help="A folder for every format that suits.")] = None,
    *,
    data: Annotated[str | None, typer.Option(metavar="DATA", help="Where the run's pictures are now, if they have moved.")] = None,
    check: Annotated[int, typer.Option(help="How many examples each file is compared with the run on.")] = 1000,
    card: Annotated[bool, typer.Option(help="Write a model card, README.md, beside the files.")] = True,
    force: Annotated[bool, typer.Option("--force", help="Replace files that are no exports.")] = False,
    trust_code: Trust = False,
    json: Json = False,
    quiet: Quiet = False,
    **files: Path | None,
) -> None:
    """Write a run as files that need no Thalweg: into DIR everything that suits, ready for a model hub, or one file a format.

    Each file takes raw pixels, is read back and compared with the run before it appears, and carries class names and recipe; a model
    card lies beside it. Earlier exports are replaced; anything else only with --force, and a README.md of yours never.
    """
    from thalweg.faces.exporting import export_command

    export_command(
        run, folder, files=files, data=data, check=check, card=card, force=force, trust_code=trust_code, as_json=json, quiet=quiet or json
    )
