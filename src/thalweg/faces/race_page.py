"""Race page: which optimiser came how far, how fast and at what cost of tuning, as one HTML file without network."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from thalweg.core.visible import visible
from thalweg.evidence._runners import Runner
from thalweg.evidence.race import Race
from thalweg.faces._made import Made
from thalweg.faces._page import render
from thalweg.faces._prose import counted, listed, settings_words
from thalweg.views import race_examples, race_seconds, race_steps, race_tuning
from thalweg.views._drawing import Drawing, Table, quantity
from thalweg.views._race import subject, told, with_spread


@dataclass(frozen=True, kw_only=True)
class RacePage:
    """Everything a race's page shows; equal records give equal bytes. `choices` are what all optimisers share: score, loss, batch."""

    title: str
    race: Race
    made: Made
    choices: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def build(page: RacePage) -> str:
    """Return the race as one HTML page that opens from a file, prints, and fetches nothing."""
    race = page.race
    return render("race", drawn(race), page=page, headline=headline(race), summary=summary(race), table=table(race), caption=caption(race))


def drawn(race: Race) -> dict[str, Drawing]:
    """Return what the views draw of a race, by the name it has in the page."""
    drawings: dict[str, Drawing] = {"steps": race_steps.draw(race)}
    if len({(runner.steps, runner.examples) for runner in race.runners}) > 1:
        drawings["examples"] = race_examples.draw(race)
    if any(runner.seconds is not None for runner in race.runners):
        drawings["seconds"] = race_seconds.draw(race)
    if any(trial.rate is not None for runner in race.runners for trial in runner.trials):
        drawings["trials"] = race_tuning.draw(race)
    return drawings


def headline(race: Race) -> str:
    """Return the best optimiser's figure at the end."""
    best = race.runners[0].final.mean
    return "–" if best is None else told(race, best)


def caption(race: Race) -> str:
    """Return what stands above the table."""
    reached = "" if race.threshold is None else f"; steps until the median seed is at {told(race, race.threshold)}"
    return f"{subject(race).capitalize()} at the end, mean ± standard deviation over seeds{reached}"


def summary(race: Race) -> list[str]:
    """Say in sentences which optimiser came furthest, and what that is worth."""
    best, seeds = race.runners[0], max(runner.seeds for runner in race.runners)
    if best.final.mean is None:
        return ["Every optimiser diverged on every seed."]
    final = with_spread(race, best.final.mean, best.final.deviation)
    words = [f"{subject(race)} at the end with {visible(best.optimiser)}, the best of {counted(len(race.runners), 'optimiser')}: {final}."]
    near = [visible(runner.optimiser) for runner in race.runners[1:] if _level(best, runner)]
    if seeds == 1:
        words.append("One seed only: which differences are chance cannot be told.")
    elif near:
        words.append(f"Less than one standard deviation of the seeds behind it: {listed(near)}. That order may be chance.")
    elif len(race.runners) > 1:
        words.append(f"All others lie more than one standard deviation behind it ({counted(seeds, 'seed')}).")
    lost = [f"{visible(runner.optimiser)} {runner.diverged} of {runner.seeds}" for runner in race.runners if runner.diverged]
    if lost:
        words.append(f"Seeds that diverged: {listed(lost)}; “at the end” is the mean of the others.")
    edges = [visible(runner.optimiser) for runner in race.runners if runner.edge]
    if edges:
        words.append(f"Tuned to the edge of what was tried: {listed(edges)}. Widen the rates before trusting the order.")
    if not race.fair:
        words.append("Tuning budgets differ, see the last column: the order is no fair one.")
    return words


def _level(best: Runner, other: Runner) -> bool:
    if best.final.mean is None or other.final.mean is None:
        return False
    spreads = [one.final.deviation for one in (best, other) if one.final.deviation is not None]
    return bool(spreads) and abs(best.final.mean - other.final.mean) < max(spreads)


def table(race: Race) -> Table:
    """Return one line an optimiser, the best first."""
    columns = ("optimiser", "tuned settings", "at the end", "to threshold", "seeds there", "ms a step", "tuning runs")
    return Table(columns=columns, rows=tuple(_row(race, runner) for runner in race.runners), words=(0, 1))


def _row(race: Race, runner: Runner) -> tuple[str, ...]:
    reached = "never" if runner.reached is None else f"{runner.reached:,.0f}"
    return (
        visible(runner.optimiser),
        settings_words(runner.settings) or "none",
        with_spread(race, runner.final.mean, runner.final.deviation),
        "–" if race.threshold is None else reached,
        "–" if race.threshold is None else f"{runner.reachers} of {runner.seeds}",
        quantity(None if runner.step_seconds is None else 1000 * runner.step_seconds),
        f"{runner.tuning_runs:,}",
    )
