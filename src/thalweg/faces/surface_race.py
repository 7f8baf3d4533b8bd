"""The command that races optimisers over a surface: a table to read, and a page, an animation and a file of numbers to keep."""

import json
import shlex
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float64

from thalweg import __version__
from thalweg.core.durable import write_file
from thalweg.core.errors import ConfigError
from thalweg.core.visible import visible
from thalweg.evidence import surface_paths
from thalweg.evidence.surface_paths import SurfacePaths
from thalweg.faces import surface_page
from thalweg.faces.animation import animate
from thalweg.faces.terminal import table, watcher
from thalweg.run.surface_landscape import landscape
from thalweg.run.surface_race import RATES, race_surface, runners_by_default
from thalweg.run.surface_record import Race

HEADINGS = ("optimiser", "rate", "outcome", "evaluations", "final value", "end point", "verdict")


def race_surface_command(
    name: str,
    *,
    optimisers: Sequence[str] | None = None,
    start: str | None = None,
    steps: int = 300,
    angle: int | float = 0.0,
    rates: str | None = None,
    seed: int = 0,
    folder: Path | None = None,
    as_json: bool = False,
    quiet: bool = False,
) -> None:
    """Race over the surface `name`, print who got where, and write race.html, race.gif and race.json into `folder`.

    `name` may hold the surface's knob, as quadratic:1000; `start` is written -1.5,2 and `rates` 0.01,0.1,1 (one rate: nothing is tuned).
    The default folder is races/<surface>. Raises `ConfigError` on anything that is not so.
    """
    chosen = list(runners_by_default() if optimisers is None else optimisers)
    begin = None if start is None else _start(start)
    numbers = RATES if rates is None else _numbers(rates, what="rates", such="0.01,0.1,1")
    progress = watcher(quiet=quiet)
    progress.begin("race", len(chosen), "optimisers")
    race = race_surface(
        name, optimisers=chosen, start=begin, steps=steps, angle=angle, rates=numbers, seed=seed, watch=lambda _: progress.advance()
    )
    progress.end()
    paths = measured(race, name)
    written = Path("races") / race.surface if folder is None else folder
    command = _command(name, optimisers=optimisers, start=start, steps=steps, angle=angle, rates=rates, seed=seed)
    write_file(written / "race.html", surface_page.build(paths, command=command, version=__version__))
    write_file(written / "race.gif", animate(paths))
    write_file(written / "race.json", json.dumps(race.row(), allow_nan=False))
    if as_json:
        print(json.dumps({**_brief(race), "folder": str(written)}, allow_nan=False))
        return
    print(f"{race.surface}: {race.formula}, from ({race.start[0]:.4g}, {race.start[1]:.4g}), {race.steps:,} steps\n")
    print(table(HEADINGS, [_row(race, place) for place in range(len(race.runners))]))
    for file in ("race.html", "race.gif", "race.json"):
        print(f"{'' if file != 'race.html' else chr(10)}{file:<10} {visible(str(written / file))}")


def measured(race: Race, name: str) -> SurfacePaths:
    """Return the race with the ground it went over; `name` is the surface as it was given."""
    ground = landscape(name, angle=race.angle)

    def height(points: Float64[np.ndarray, "m 2"]) -> Float64[np.ndarray, " m"]:
        return ground.value(torch.from_numpy(points)).numpy()

    return surface_paths.measure(race, height)


def _row(race: Race, place: int) -> list[object]:
    runner = race.ranked[place]
    x, y = runner.path[-1]
    rate = "–" if runner.rate is None else f"{runner.rate:.3g}"
    final = f"{runner.values[-1]:.4g}"
    return [runner.optimiser, rate, str(runner.ended), runner.evaluations, final, f"({x:.4g}, {y:.4g})", runner.verdict.kind]


def _brief(race: Race) -> dict[str, object]:
    """Return the race as one object without what is long: paths, values along them, every rate tried (they are in race.json)."""
    long = ("path", "values", "gradient_norms", "eigenvalues", "attempts")
    row = race.row()
    runners = [{key: value for key, value in runner.row().items() if key not in long} for runner in race.ranked]
    return {**row, "runners": runners}


def _start(text: str) -> tuple[float, float]:
    numbers = _numbers(text, what="start", such="-1.5,2")
    if len(numbers) != 2:
        raise ConfigError(f"start must be two numbers, as -1.5,2; got {text!r}.")
    return (numbers[0], numbers[1])


def _numbers(text: str, *, what: str, such: str) -> tuple[float, ...]:
    try:
        return tuple(float(word) for word in text.split(","))
    except ValueError:
        raise ConfigError(f"{what} must be numbers with commas between, as {such}; got {text!r}.") from None


def _command(
    name: str, *, optimisers: Sequence[str] | None, start: str | None, steps: int, angle: int | float, rates: str | None, seed: int
) -> str:
    """Return the command line that makes the same race."""
    words = ["thalweg", "race", name]
    options = {
        "optimisers": None if optimisers is None else ",".join(optimisers),
        "start": start,
        "steps": str(steps),
        "angle": f"{angle:g}" if angle else None,
        "rates": rates,
        "seed": str(seed) if seed else None,
    }
    words += [f"--{option}={value}" for option, value in options.items() if value is not None]
    return shlex.join(words)
