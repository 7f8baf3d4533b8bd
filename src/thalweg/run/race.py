"""Race: optimisers on the same data from the same weights over the same batches, each tuned with the same budget beforehand."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from thalweg.core.durable import json_bytes, write_file
from thalweg.core.errors import ConfigError, Interrupted, ModelError
from thalweg.core.imageset import ImageSet
from thalweg.core.progress import Progress, Silent
from thalweg.core.visible import visible
from thalweg.run.population import Member, plan
from thalweg.run.population_record import Contestant, MemberResult
from thalweg.run.race_entrants import Entrant, entrants
from thalweg.run.race_pace import seconds_a_step
from thalweg.run.race_record import Raced, Rules
from thalweg.run.race_tuning import chosen, trials
from thalweg.run.recipe import Recipe
from thalweg.run.seen import See, unseen
from thalweg.run.sweep import Population, sweep

TUNING, FINAL, PACE = "tuning", "final", "pace.json"


def race(
    images: ImageSet,
    base: Recipe,
    rules: Rules,
    *,
    folder: Path | None = None,
    fresh: bool = False,
    progress: Progress | None = None,
    see: See = unseen,
) -> Raced:
    """Tune every optimiser with the same budget, then race all of them at their tuned settings with other seeds.

    `base` is the recipe of all, but for its optimiser. From each seed all start with the same weights and see the same batches
    (`data_seed` is shared). Tuning trains every value of `race_entrants.grid`, around each optimiser's own default, for all epochs;
    `race_tuning.chosen` says which wins. Where that is the end of a grid it stays: grids are equally long for all, and the record shows it.
    Seeds of the tuning are base.seed and those after it, seeds of the race follow.

    The seconds of the race's runs are steps times `seconds_a_step`, for a member's share of a population's time is no run's. With a
    folder, the same call goes on where an earlier one stopped.

    Raises `ConfigError` on bad rules, `ModelError` where the folder holds something else, `BusyError` where another process is at work in
    it, and `Interrupted` where somebody asked to stop: what was trained is in the folder.
    """
    shown = progress or Silent()
    _check(base, folder)
    runners, left = entrants(base, rules.optimisers, rates=rules.rates, settings=rules.settings)
    for out in left:
        shown.say(f"left out: {out.optimiser}: {out.reason}")
    work = _Work(images.numbered_for(base.classes or images.classes), folder, fresh, shown, see)
    validated = len(images.split.validation) > 0 or base.data.folds is not None
    tried = work.trained(TUNING, trials(runners, seeds=rules.tuning_numbers(base.seed), validated=validated))
    tuned = {one.optimiser: chosen(one, _of(one, tried)) for one in runners}
    seeds = rules.numbers(base.seed)
    finals = {one.optimiser: [one.at(tuned[one.optimiser], seed=seed) for seed in seeds] for one in runners}
    settings = {one.optimiser: {} if one.knob is None else {one.knob: tuned[one.optimiser]} for one in runners}
    members = [Member(recipe, {"optimiser": name, **settings[name]}) for name, recipes in finals.items() for recipe in recipes]
    finished = work.trained(FINAL, members)
    assert finished is not None
    paces = work.paces({name: recipes[0] for name, recipes in finals.items()})
    contestants = tuple(
        Contestant(
            optimiser=one.optimiser,
            settings={**one.given, **settings[one.optimiser]},
            trials=_of(one, tried),
            runs=tuple(replace(run, seconds=run.step * paces[one.optimiser]) for run in _of(one, finished)),
        )
        for one in runners
    )
    return Raced(rules=rules, recipe=base, contestants=contestants, left_out=left, population=finished)


@dataclass(frozen=True)
class _Work:
    """The pictures of a race and where its parts are kept."""

    images: ImageSet
    folder: Path | None
    fresh: bool
    progress: Progress
    see: See

    def trained(self, part: str, members: Sequence[Member]) -> Population | None:
        """Train one part of the race; None where nobody takes part in it."""
        if not members:
            return None
        self.progress.say(f"{part}: {len(members)} members")
        folder = None if self.folder is None else self.folder / part
        population = sweep(plan(members, self.images), self.images, folder=folder, fresh=self.fresh, progress=self.progress, see=self.see)
        if not population.complete:
            raise Interrupted(population.signal)
        return population

    def paces(self, recipes: dict[str, Recipe]) -> dict[str, float]:
        """Return seconds a step by optimiser, measured once for each recipe."""
        path = None if self.folder is None else self.folder / PACE
        known = {} if path is None or self.fresh else _read(path)
        found = {}
        self.progress.begin("time a step", len(recipes), "optimisers")
        for name, recipe in recipes.items():
            key = f"{name} {recipe.fingerprint}"
            found[key] = known[key] if key in known else seconds_a_step(recipe, self.images)
            self.progress.advance()
        self.progress.end()
        if path is not None and found != known:
            write_file(path, json_bytes(found))
        return dict(zip(recipes, found.values(), strict=True))


def _of(entrant: Entrant, population: Population | None) -> tuple[MemberResult, ...]:
    """Return the results of one entrant, each with what it has of its own but for the optimiser's name."""
    if population is None:
        return ()
    own = [result for result in population.results if result.settings["optimiser"] == entrant.optimiser]
    return tuple(replace(one, settings={name: value for name, value in one.settings.items() if name != "optimiser"}) for one in own)


def _read(path: Path) -> dict[str, float]:
    """Return what was timed before; nothing where the file is missing or says something else, for it can be measured again."""
    try:
        content = json.loads(path.read_bytes())
        return {str(key): float(value) for key, value in content.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _check(base: Recipe, folder: Path | None) -> None:
    if base.start is not None:
        raise ConfigError(f"a race begins with the weights that each seed draws; leave out from ({base.start}).")
    if base.epochs < 1:
        raise ConfigError("a race needs at least one epoch; got 0.")
    if folder is not None and folder.is_dir() and not any((folder / part).is_dir() for part in (TUNING, FINAL)):
        found = sorted(path.name for path in folder.iterdir())
        if found:
            raise ModelError(f"{folder} exists and holds no race (it holds {visible(found[0])}); choose another --run.")
