"""Sweep: many settings trained as one population, laid out as a leaderboard, with the best recipe ready to train."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from thalweg.core.display import Displayed
from thalweg.core.durable import write_file
from thalweg.core.entries import Source
from thalweg.core.errors import Interrupted
from thalweg.core.imageset import ImageSet
from thalweg.core.progress import Progress, Silent
from thalweg.core.visible import visible
from thalweg.evidence import leaderboard
from thalweg.evidence.leaderboard import Budget, Leaderboard
from thalweg.faces import api, sweep_page
from thalweg.faces._asked import call, source_of
from thalweg.faces._command import command_line
from thalweg.faces._consent import refuse_foreign
from thalweg.faces._folder import folder_of
from thalweg.faces._frame import frame
from thalweg.faces._made import Made
from thalweg.faces.onlookers import nobody, writing
from thalweg.faces.standings import Standings
from thalweg.faces.sweep_plan import Planned, Rules, plan_sweep
from thalweg.faces.sweep_table import shown
from thalweg.faces.terminal import watcher
from thalweg.run.population_record import MemberResult
from thalweg.run.recipe import Recipe
from thalweg.run.sweep import Population
from thalweg.run.sweep import sweep as train_population
from thalweg.run.versions import versions

BEST, PAGE, TABLE, RECORD = "best.toml", "sweep.html", "table.csv", "sweep.json"


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Sweep(Displayed):
    """A sweep: `board` orders the candidates, `results` are the members by number, `best` the recipe of the first candidate.

    `best` is None where every member diverged; it trains on the whole training part, without folds, from the sweep's first seed.
    """

    board: Leaderboard
    population: Population
    planned: Planned
    images: ImageSet
    command: str
    folder: Path | None = None

    @property
    def results(self) -> tuple[MemberResult, ...]:
        """What became of every member, by number, as far as training came."""
        return self.population.results

    @property
    def best(self) -> Recipe | None:
        """The recipe of the best candidate."""
        if self.board.winner is None:
            return None
        recipe = self.population.recipes[self.board.winner.candidate.members[0]]
        data = {**recipe.data.model_dump(), "folds": None, "fold": None}
        return recipe.with_changes(data=data, measure="all")

    def run(self, number: int) -> api.Run:
        """Return a member as a run."""
        return api.as_run(self.population.run(number), images=self.images)

    def rows(self) -> list[dict[str, Any]]:
        """Return one plain row a candidate, the best first."""
        return [
            {
                "rank": row.rank,
                **row.candidate.settings,
                "accuracy": row.candidate.accuracy.mean,
                "accuracy error": row.candidate.accuracy.error,
                "loss": row.candidate.loss.mean,
                "loss error": row.candidate.loss.error,
                "test accuracy": row.candidate.test.mean,
                "members": len(row.candidate.members),
                "diverged": row.candidate.diverged,
            }
            for row in self.board.rows
        ]

    def frame(self) -> Any:
        """Return the rows as a pandas data frame."""
        return frame(self.rows(), index="rank")

    def csv(self) -> str:
        """Return one line a candidate as comma-separated text."""
        return self.board.csv()

    def row(self) -> dict[str, Any]:
        """Return everything but weights as a JSON object."""
        return {"data": self.images.source, "board": self.board.row(), "members": [result.row() for result in self.results]}

    def report(self, path: Source | None = None) -> Path:
        """Write the page, one HTML file without network, and return its path; by default sweep.html in the sweep's folder, or here."""
        target = Path(path) if path is not None else (self.folder or Path()) / PAGE
        write_file(target, sweep_page.build(self.page()))
        return target

    def write(self, folder: Path) -> None:
        """Write the page, the table, the record and the best recipe."""
        self.report(folder / PAGE)
        write_file(folder / TABLE, self.csv())
        write_file(folder / RECORD, json.dumps(self.row(), allow_nan=False))
        if self.best is not None:
            write_file(folder / BEST, self.best.to_toml())

    def page(self) -> sweep_page.SweepPage:
        """Return what the page says."""
        recipe, best = next(iter(self.population.recipes.values())), self.folder / BEST if self.folder else Path(BEST)
        choices = {"score": recipe.score.name, "loss": recipe.loss.name, "optimiser": recipe.optimiser.name, "epochs": f"{recipe.epochs:,}"}
        made = Made(command=self.command, versions=versions(), seconds=sum(result.seconds for result in self.results))
        return sweep_page.SweepPage(
            title=self.images.source,
            board=self.board,
            results=self.results,
            retrain="" if self.board.winner is None else f"thalweg train {best}",
            made=made,
            choices={name: word for name, word in choices.items() if name not in {axis.name for axis in self.board.varied}},
            notes=self.planned.notes,
        )


def sweep(
    images: ImageSet | Source | Sequence[Any],
    *,
    method: str = "grid",
    trials: int | None = None,
    factor: int = 3,
    seeds: int = 1,
    folds: int | None = None,
    memory: float | None = None,
    folder: Source | None = None,
    fresh: bool = False,
    progress: Progress | None = None,
    tensorboard: Source | None = None,
    **settings: Any,
) -> Sweep:
    """Train every combination of settings as one population: `sweep("digits", rate=[0.01, 0.1], optimiser=["sgd", "adam"], folds=5)`.

    `settings` are those of `train`; each may have several values: a list, a text such as `"1e-3..1e0:log:16"`, or `between(...)` of
    `thalweg.run.ranges`. `method` is grid, random (`trials` draws) or halving (one in `factor` goes on). Seeds and folds repeat every
    candidate on the same data. `memory`: gigabytes that may be taken. With a folder the same call goes on where it was interrupted.

    `tensorboard`: a folder for event files, a sub-folder each member.

    Raises `ConfigError` on bad settings, and `Interrupted` where somebody asked to stop before anything had ended.
    """
    rules = Rules(method=method, trials=trials, factor=factor, seeds=seeds, folds=folds, memory=memory)
    words = call("sweep", images, {**settings, **rules.told()})
    events = None if tensorboard is None else Path(tensorboard)
    return _swept(images, settings, rules, folder=folder, fresh=fresh, progress=progress or Silent(), command=words, events=events)


def sweep_command(
    data: str,
    loose: Mapping[str, str],
    *,
    rules: Rules,
    folder: Path | None,
    fresh: bool,
    report: bool,
    events: Path | None = None,
    trust_code: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Sweep, write the folder, print the leaderboard."""
    progress = watcher(quiet=quiet)
    if data.endswith(".toml") and "score" not in loose and not trust_code:
        refuse_foreign(Recipe.read(Path(data)), data)
    words = command_line("sweep", data, {**loose, **rules.told()})
    made = _swept(data, loose, rules, folder=folder, fresh=fresh, progress=progress, command=words, kept=True, events=events)
    assert made.folder is not None
    if report:
        made.write(made.folder)
    if as_json:
        print(json.dumps(_facts(made, report=report), allow_nan=False))
    else:
        print(shown(made.board))
        print(f"sweep   {visible(str(made.folder))}")
        if report:
            print(f"report  {visible(str(made.folder / PAGE))}")
            print(f"best    thalweg train {visible(str(made.folder / BEST))}" if made.best else "best    none: every member diverged")
    if not made.population.complete:
        raise Interrupted(made.population.signal)
    if made.board.winner is None:
        raise SystemExit(4)


def _swept(
    images: Any, settings: Mapping[str, Any], rules: Rules, *, folder: Source | None, fresh: bool, progress: Progress, command: str,
    kept: bool = False, events: Path | None = None,
) -> Sweep:  # fmt: skip
    """Plan, train and order; `kept`: in a folder, by default one named for the sweep."""
    planned, loaded = plan_sweep(images, settings, rules, progress=progress)
    own = folder_of(source_of(images), kind="sweep", digest=planned.plan.fingerprint) if kept else None
    where = own if folder is None else Path(folder)
    progress.say(planned.said)
    standings = Standings(planned, progress)
    name = (where or folder_of(source_of(images), kind="sweep", digest=planned.plan.fingerprint)).resolve().name
    with nobody(progress) if events is None else writing(events, name, progress=progress, many=True) as (board, see):
        population = train_population(
            planned.plan, loaded, folder=where, fresh=fresh, told=standings.told, progress=progress, candidates=planned.candidates, see=see
        )
        if board is not None:
            board.complete({result.number: (population.recipes[result.number], result.rows) for result in population.results})
    if not population.results:
        raise Interrupted(population.signal)
    monitor = next(iter(population.recipes.values())).monitor
    examples = sum(result.rows[-1].examples for result in population.results if result.rows)
    epochs = max(recipe.epochs for recipe in population.recipes.values())
    board = leaderboard.measure(
        population.results, monitor=monitor, budget=Budget(members=len(population.recipes), epochs=epochs, examples=examples)
    )
    return Sweep(board=board, population=population, planned=planned, images=loaded, command=command, folder=where)


def _facts(made: Sweep, *, report: bool) -> dict[str, Any]:
    """Return what a program wants to know."""
    assert made.folder is not None
    winner = made.board.winner
    files = {"report": PAGE, "table": TABLE, "record": RECORD, **({"best": BEST} if made.best else {})}
    return {
        "complete": made.population.complete,
        "candidates": len(made.board.rows),
        "members": len(made.population.recipes),
        "diverged": sum(result.diverged for result in made.results),
        "monitor": made.board.monitor,
        "winner": None if winner is None else made.rows()[0],
        "level": made.board.level,
        "seconds": sum(result.seconds for result in made.results),
        "run": str(made.folder),
        **{name: str(made.folder / file) if report else None for name, file in files.items()},
    }
