"""Race: which optimiser brings the loss down furthest, from the same start over the same batches, each at its best rate."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from thalweg.core.entries import Source
from thalweg.core.errors import ConfigError, nearest
from thalweg.core.imageset import ImageSet
from thalweg.core.progress import Progress
from thalweg.core.visible import visible
from thalweg.faces import race_table
from thalweg.faces._asked import call, source_of
from thalweg.faces._command import command_line
from thalweg.faces._folder import folder_of_question
from thalweg.faces._pictures import load_given
from thalweg.faces._prose import counted
from thalweg.faces.onlookers import see_of
from thalweg.faces.race_findings import FILES, Race, laid_out
from thalweg.faces.race_words import base_recipe, names_of, pictures, surface_of, whole
from thalweg.faces.surface_race import race_surface_command
from thalweg.faces.terminal import watcher
from thalweg.run.race import race as race_members
from thalweg.run.race_record import RATES, SEEDS, TUNING_SEEDS, Rules
from thalweg.run.recipe import Recipe
from thalweg.views._race import subject, told


def race(
    images: ImageSet | Source | Sequence[Any],
    *,
    optimisers: str | Sequence[str] = "all",
    rates: int = RATES,
    tuning_seeds: int = TUNING_SEEDS,
    seeds: int = SEEDS,
    threshold: float | None = None,
    knobs: Mapping[str, Mapping[str, Any]] | None = None,
    recipe: Recipe | None = None,
    folder: Source | None = None,
    fresh: bool = False,
    progress: Progress | None = None,
    **settings: Any,
) -> Race:
    """Race optimisers on data: `race("digits", optimisers=["sgd", "adam"], rates=7, seeds=3, score="mlp", epochs=5).report()`.

    Each tries `rates` values of its step size (`rate`, or `scale`) in half decades around its own default, for all epochs, with
    `tuning_seeds` seeds; the best validation figure wins, the loss unless `monitor="accuracy"`. Then all race with `seeds` other seeds.
    `settings` are those of `train` but for the optimiser (or all at once in `recipe`); `knobs` are those of single optimisers, as
    {"momentum": {"momentum": 0.5}}. `threshold` is what steps are counted to (by default the median of the final figures). With a folder
    the same call goes on where it was interrupted.

    Raises `ConfigError` on bad settings, and `Interrupted` where somebody asked to stop.
    """
    source = source_of(images)
    base, own = base_recipe(source, settings, recipe=recipe)
    for name, given in (knobs or {}).items():
        own[name] = {**own.get(name, {}), **given}
    rules = Rules(optimisers=names_of(optimisers), rates=rates, tuning_seeds=tuning_seeds, seeds=seeds, settings=own)
    loaded = load_given(images, base, source=source, progress=progress)
    where = None if folder is None else Path(folder)
    raced = race_members(loaded, base, rules, folder=where, fresh=fresh, progress=progress, see=see_of(progress))
    numbers = {"rates": rates, "tuning_seeds": tuning_seeds, "seeds": seeds, "threshold": threshold}
    words = call("race", images, {"optimisers": optimisers, **numbers, "knobs": knobs, "recipe": recipe, **settings})
    return laid_out(raced, loaded, threshold=threshold, folder=where, command=words)


def race_command(
    data: str,
    loose: Mapping[str, str],
    *,
    optimisers: str = "all",
    rates: str | None = None,
    tuning_seeds: int | None = None,
    seeds: int | None = None,
    threshold: float | None = None,
    folder: Path | None = None,
    fresh: bool = False,
    trust_code: bool = False,
    as_json: bool = False,
    quiet: bool = False,
) -> None:
    """Race on data or over a surface, print the table and write the files into the folder (default: runs/<data>-race-<hash>).

    `loose` are options of `train`, and knobs of single optimisers as `momentum.momentum`; over a surface start, steps, angle and seed.
    `rates` is a number of rates, over a surface the rates themselves. Ctrl-C ends with 130, and the same command goes on. Where every
    optimiser diverged on every seed the exit code is 4.
    """
    if surface_of(data):
        given = {"tuning-seeds": tuning_seeds, "seeds": seeds, "threshold": threshold}
        over_surface(data, loose, given, optimisers=optimisers, rates=rates, folder=folder, as_json=as_json, quiet=quiet)
        return
    recipe, own = base_recipe(data, loose, trust_code=trust_code)
    numbers = {
        "rates": RATES if rates is None else whole("rates", rates),
        "tuning_seeds": TUNING_SEEDS if tuning_seeds is None else tuning_seeds,
        "seeds": SEEDS if seeds is None else seeds,
    }
    rules = Rules(optimisers=names_of(optimisers), settings=own, **numbers)
    shown = watcher(quiet=quiet)
    images = pictures(recipe, progress=shown)
    where = folder or folder_of_question(recipe, kind="race", question=rules)
    raced = race_members(images, recipe, rules, folder=where, fresh=fresh, progress=shown)
    words = command_line("race", data, {"optimisers": optimisers, **numbers, "threshold": threshold, **loose})
    found = laid_out(raced, images, threshold=threshold, folder=where, command=words)
    found.write(where)
    print(json.dumps({**found.brief(), "folder": str(where)}, allow_nan=False) if as_json else _text(found))
    if found.record.runners[0].final.mean is None:
        raise SystemExit(4)


def over_surface(
    name: str,
    loose: Mapping[str, str],
    given: Mapping[str, Any],
    *,
    optimisers: str,
    rates: str | None,
    folder: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Race over a surface; `given` are options that only races on data have."""
    known = ("optimisers", "rates", "start", "steps", "angle", "seed")
    for option in (*(option for option, value in given.items() if value is not None), *loose):
        if option not in known:
            raise ConfigError(f"a race over a surface has no option {option}.{nearest(option, known)} Its options: {', '.join(known)}.")
    own: dict[str, Any] = {option: whole(option, loose[option]) for option in ("steps", "seed") if option in loose}
    if "angle" in loose:
        own["angle"] = _degrees(loose["angle"])
    race_surface_command(
        name, optimisers=names_of(optimisers), start=loose.get("start"), rates=rates, folder=folder, as_json=as_json, quiet=quiet, **own
    )


def _degrees(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ConfigError(f"angle must be a number of degrees, as 30; got {text!r}.") from None


def _text(found: Race) -> str:
    recipe, record = found.raced.recipe, found.record
    seeds = counted(len(found.raced.seeds), "seed")
    head = (
        f"{found.images.source}: {recipe.score.name} + {recipe.loss.name}, {counted(recipe.epochs, 'epoch')}; mean ± deviation of {seeds}"
    )
    lines = [visible(head), "", race_table.printed(record, found.raced), ""]
    if record.threshold is not None:
        lines.append(
            f"threshold: {subject(record)} {told(record, record.threshold)}" + ("" if record.given else ", the median of the above")
        )
    lines += [visible(f"note: {note}") for note in found.notes()]
    if found.folder is not None:
        lines += [f"{file:<9}  {visible(str(found.folder / file))}" for file in FILES]
    return "\n".join(lines)
