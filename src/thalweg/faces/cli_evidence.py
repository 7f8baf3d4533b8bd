"""The commands of evidence: `thalweg inspect | check | claims`. Knobs of evidence, or options of `train`, stand beside those declared."""

from pathlib import Path
from typing import Annotated

import typer

from thalweg.core.names import entry_names
from thalweg.faces.options import LOOSE, Colour, Data, Examples, Fit, Json, Noise, Quiet, Size, SkipBad, Test, Trust
from thalweg.faces.terminal import answering

COMMANDS = ("inspect", "check")
"""The commands that take options which they do not declare."""


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    for command in (inspect, check, claims):
        app.command(command.__name__)(answering(command))


def inspect(
    run: Annotated[str, typer.Argument(metavar="RUN", help="The folder of a run, or a member of a sweep: SWEEP#12.")],
    only: Annotated[
        str | None, typer.Option(metavar="NAME[,..]", help="Which evidence (thalweg list evidence); all for the slow ones too.")
    ] = None,
    data: Annotated[str | None, typer.Option(metavar="DATA", help="Where the run's pictures are now, if they have moved.")] = None,
    part: Annotated[str, typer.Option(help="train, validation or test.")] = "train",
    examples: Annotated[int, typer.Option(help="How many examples to measure over; 0 is all of the part.")] = 2000,
    mode: Annotated[str, typer.Option(help="What batch-norm and dropout do: evaluation or training.")] = "evaluation",
    beside: Annotated[str | None, typer.Option(metavar="RUN[,RUN]", help="Other runs of the same structure, for planes.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="The page (else inspection.html in the run's folder).")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Measure again what is kept already.")] = False,
    trust_code: Trust = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Show what a run's weights are worth and why: gradient check, spectrum, verdict, certificate, surface, path, templates.

    Knobs of the evidence are options too: --top 3, --blocks layers, --grid 25. Each finding is kept in the run's folder as soon as it is
    there; the same command goes on where it was interrupted, and `thalweg report RUN` shows what is kept.
    """
    from thalweg.faces.inspect import inspect_command

    inspect_command(
        run, dict(LOOSE), only=only, data=data, part=part, examples=examples, mode=mode, beside=beside, output=output, fresh=fresh,
        trust_code=trust_code, as_json=json, quiet=quiet or json,
    )  # fmt: skip


def check(
    data: Data = "digits",
    recipe: Annotated[str | None, typer.Argument(metavar="[RECIPE]", help="A recipe.toml to check on DATA.")] = None,
    only: Annotated[
        str | None, typer.Option(metavar="NAME[,..]", help=f"Only these checks: {', '.join(entry_names('thalweg.doctor'))}.")
    ] = None,
    sample: Annotated[int, typer.Option(help="The most training pictures to look at.")] = 5000,
    every: Annotated[bool, typer.Option("--all", help="Show every check and every measurement.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="End with exit code 1 where something is found.")] = False,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write a page of all checks, as check.html.")] = None,
    trust_code: Trust = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Check a recipe and its pictures before training: says what is wrong and what to do, and nothing when all is well.

    DATA may be a recipe.toml, and a RECIPE may be given beside it. Other options are those of `train`. Trains briefly, in memory.
    """
    from thalweg.faces.check import check_command

    check_command(
        data, dict(LOOSE), recipe=recipe, only=only, sample=sample, every=every, strict=strict, output=output, trust_code=trust_code,
        as_json=json, quiet=quiet or json,
    )  # fmt: skip


def claims(
    data: Data = "digits",
    only: Annotated[str | None, typer.Option(metavar="CLAIM[,..]", help="Only these, as F14 or exact-saddle.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Decides what is drawn: samples, weights, noise, split.")] = 0,
    verbose: Annotated[bool, typer.Option("--verbose", help="Print every check with prediction, measurement and tolerance.")] = False,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="The page (else claims.html in runs/<name>).")] = None,
    size: Size = None,
    fit: Fit = None,
    colour: Colour = None,
    skip_bad: SkipBad = False,
    noise: Noise = None,
    examples: Examples = None,
    test: Test = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Measure what the lecture claims, 22 sentences, on DATA: prediction, measurement, tolerance, verdict, and a page with figures.

    The exit code is 0 when all hold and 1 when one fails. Most claims use at most 2,000 training pictures, averaged to 8 x 8 grey
    pixels, of the ten largest classes; some need no pictures. All take half a minute on one core.
    """
    from thalweg.faces.claims import claims_command

    given = {"size": size, "fit": fit, "colour": colour, "noise": noise, "examples": examples, "test": test}
    reading = {name: str(value) for name, value in given.items() if value is not None}
    if skip_bad:
        reading["skip_bad"] = "true"
    claims_command(data, reading, only=only, seed=seed, verbose=verbose, output=output, as_json=json, quiet=quiet or json)
