"""The commands of populations: `thalweg sweep | race | rate | search`. Each takes the options of `train` beside its own."""

from typing import Annotated

import typer

from thalweg.faces.options import LOOSE, Data, Folder, Fresh, Json, Quiet, Tensorboard, Trust
from thalweg.faces.terminal import answering

COMMANDS = ("sweep", "race", "rate", "search")


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    for command in (sweep, race, rate, search):
        app.command(command.__name__)(answering(command))


def sweep(
    data: Data = "digits",
    method: Annotated[str, typer.Option(help="grid, random or halving.")] = "grid",
    trials: Annotated[int | None, typer.Option(help="Draws of method random (or halving).")] = None,
    factor: Annotated[int, typer.Option(help="Of method halving: one in so many goes on at each rung.")] = 3,
    seeds: Annotated[int, typer.Option(help="Repeat every candidate with so many seeds, on the same data.")] = 1,
    folds: Annotated[int | None, typer.Option(help="Cross-validate every candidate over so many folds.")] = None,
    memory: Annotated[float | None, typer.Option(metavar="GB", help="Memory that may be taken (else half of what is free).")] = None,
    run: Folder = None,
    fresh: Fresh = False,
    report: Annotated[bool, typer.Option(help="Write sweep.html, table.csv, sweep.json and best.toml.")] = True,
    tensorboard: Tensorboard = None,
    trust_code: Trust = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Train many settings of a classifier on DATA as one population, and order them.

    Every option of `train` may have several values: --rate 0.01,0.1 or 1e-3..1e0:log:16 (16 values in equal ratios), --optimiser sgd,adam,
    --l2 0,1e-5..1e-2:log:3, --widths "256,128;64". The same command goes on where it was interrupted.
    """
    from thalweg.faces.sweep import sweep_command
    from thalweg.faces.sweep_plan import Rules

    rules = Rules(method=method, trials=trials, factor=factor, seeds=seeds, folds=folds, memory=memory)
    sweep_command(
        data, dict(LOOSE), rules=rules, folder=run, fresh=fresh, report=report, events=tensorboard, trust_code=trust_code, as_json=json,
        quiet=quiet or json,
    )  # fmt: skip


def race(
    data: Data = "digits",
    optimisers: Annotated[str, typer.Option(metavar="NAME[,..]", help="Who races; all is every one that can.")] = "all",
    rates: Annotated[str | None, typer.Option(help="How many rates each is tuned over; over a surface, the rates themselves.")] = None,
    tuning_seeds: Annotated[int | None, typer.Option(help="Seeds of the tuning.")] = None,
    seeds: Annotated[int | None, typer.Option(help="Seeds of the race itself.")] = None,
    threshold: Annotated[float | None, typer.Option(help="The figure that steps are counted to.")] = None,
    run: Folder = None,
    fresh: Fresh = False,
    trust_code: Trust = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Race optimisers on DATA: the same start, the same batches, each tuned over as many rates.

    DATA may be a surface instead: rosenbrock, beale, saddle, monkey-saddle, rastrigin, himmelblau, long-valley, double-well, plateau or
    quadratic:KAPPA, with --start X,Y, --steps N, --angle DEGREES and --seed. Other options are those of `train`.
    """
    from thalweg.faces.race import race_command

    race_command(
        data, dict(LOOSE), optimisers=optimisers, rates=rates, tuning_seeds=tuning_seeds, seeds=seeds, threshold=threshold, folder=run,
        fresh=fresh, trust_code=trust_code, as_json=json, quiet=quiet or json,
    )  # fmt: skip


def rate(
    data: Data = "digits",
    seeds: Annotated[int, typer.Option(help="How many seeds climb, on the same batches.")] = 3,
    low: Annotated[float | None, typer.Option(help="The first rate.")] = None,
    high: Annotated[float | None, typer.Option(help="The last rate.")] = None,
    steps: Annotated[int, typer.Option(help="Steps from the first to the last.")] = 200,
    run: Folder = None,
    trust_code: Trust = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Find the rates that suit an optimiser on DATA: a band that all seeds agree on, or none with the reason.

    Other options are those of `train`.
    """
    from thalweg.faces.rate import rate_command

    rate_command(
        data,
        dict(LOOSE),
        seeds=seeds,
        low=low,
        high=high,
        steps=steps,
        folder=run,
        trust_code=trust_code,
        as_json=json,
        quiet=quiet or json,
    )


def search(
    data: Data = "digits",
    evaluations: Annotated[int, typer.Option(help="Evaluations of the loss that each method may make.")] = 1000,
    seeds: Annotated[int, typer.Option(help="Seeds of every method.")] = 5,
    subset: Annotated[int, typer.Option(help="Training pictures that the loss is over; 0: all.")] = 5000,
    gradient_cost: Annotated[int | None, typer.Option(help="Evaluations that a gradient counts as (2 linear, else 3).")] = None,
    run: Folder = None,
    trust_code: Trust = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Guess, try small steps, or follow the gradient: the lecture's three ways at equal numbers of evaluations.

    Other options are those of `train`.
    """
    from thalweg.faces.search import search_command

    search_command(
        data,
        dict(LOOSE),
        evaluations=evaluations,
        seeds=seeds,
        subset=subset,
        gradient_cost=gradient_cost,
        folder=run,
        trust_code=trust_code,
        as_json=json,
        quiet=quiet or json,
    )
