"""Findings of a race: the record with everything that can be asked of it, and its files."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from thalweg.core.display import Displayed
from thalweg.core.durable import write_file
from thalweg.core.entries import Source
from thalweg.core.imageset import ImageSet
from thalweg.evidence import race as evidence
from thalweg.faces import api, race_page, race_table
from thalweg.faces._frame import frame
from thalweg.faces._made import Made
from thalweg.faces._prose import counted
from thalweg.optimise import OPTIMISERS
from thalweg.run.race_record import Raced
from thalweg.run.record import Figures
from thalweg.run.versions import versions

FILES = ("race.html", "race.json", "race.csv")
WHOLE = "Examples count a step's batch once. Candidates, line searches and Hessian products look at it more often; the seconds count that."


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Race(Displayed):
    """A race: `record` lays it out, `raced` holds every trial and every run, `command` makes it again."""

    record: evidence.Race
    raced: Raced
    images: ImageSet
    command: str
    folder: Path | None = None

    def figures(self) -> dict[str, dict[int, dict[str, Figures]]]:
        """Return the figures of the weights that each run kept: by optimiser, by seed, by part of the data."""
        found: dict[str, dict[int, dict[str, Figures]]] = {}
        for one in self.raced.contestants:
            for run in one.runs:
                parts = {"train": run.train, "validation": run.validation, "test": run.test}
                found.setdefault(one.optimiser, {})[run.seed] = {name: part for name, part in parts.items() if part is not None}
        return found

    def rows(self) -> list[dict[str, Any]]:
        """Return one plain row an optimiser, the best first."""
        return race_table.rows(self.record, self.raced)

    def frame(self) -> Any:
        """Return the rows as a pandas data frame."""
        return frame(self.rows(), index="optimiser")

    def run(self, optimiser: str, seed: int | None = None) -> api.Run:
        """Return one run of the race, by default that of its first seed; raises `ConfigError` where there is none."""
        return api.as_run(self.raced.run(optimiser, self.raced.seeds[0] if seed is None else seed), images=self.images)

    def row(self) -> dict[str, Any]:
        """Return everything but weights as a JSON object."""
        return {"data": self.images.source, **self.raced.row(), "race": self.record.row()}

    def brief(self) -> dict[str, Any]:
        """Return the rows with what they are about, as a JSON object."""
        return {
            "data": self.images.source,
            "figure": f"{self.record.part} {self.record.figure}",
            "threshold": self.record.threshold,
            "optimisers": self.rows(),
            "left_out": [out._asdict() for out in self.raced.left_out],
        }

    def csv(self) -> str:
        """Return the rows as comma-separated text."""
        return race_table.csv(self.record, self.raced)

    def notes(self) -> tuple[str, ...]:
        """Return what a reader should bear in mind."""
        rules, seeds = self.raced.rules, self.raced.seeds
        whole = any(OPTIMISERS.get(one.optimiser).full_batch for one in self.raced.contestants)
        tuned = "on the validation part" if self.record.part == "validation" else "on the training part, as there is no validation part"
        return (
            f"Tuning: {counted(rules.rates, 'rate')} in half decades around each optimiser's default, "
            f"{counted(rules.tuning_seeds, 'seed')} each, chosen {tuned}; then {counted(len(seeds), 'other seed')}.",
            "A seed draws the initial weights. Data and batches are the same for all seeds, so the spread is that of the start alone.",
            "Seconds a step are those of a single run by itself on this machine: the median over a few steps, measurements aside.",
            *([WHOLE] if whole else []),
            *(f"Left out: {out.optimiser}: {out.reason}" for out in self.raced.left_out),
        )

    def report(self, path: Source | None = None) -> Path:
        """Write the page, one HTML file without network, and return its path; by default race.html in the race's folder, or here."""
        target = Path(path) if path is not None else (self.folder or Path()) / FILES[0]
        write_file(target, race_page.build(self._page()))
        return target

    def write(self, folder: Path) -> None:
        """Write race.html, race.json and race.csv."""
        page, numbers, sheet = (folder / name for name in FILES)
        self.report(page)
        write_file(numbers, json.dumps(self.row(), allow_nan=False))
        write_file(sheet, self.csv())

    def _page(self) -> race_page.RacePage:
        recipe, results = self.raced.recipe, [one for each in self.raced.contestants for one in (*each.trials, *each.runs)]
        batch = recipe.with_changes(optimiser="sgd").batch_size(len(self.images.split.train))
        choices = {"score": recipe.score.name, "loss": recipe.loss.name, "batch": f"{batch:,}", "epochs": f"{recipe.epochs:,}"}
        if recipe.penalty:
            choices["penalty"] = ", ".join(f"{part.name} {part.knobs['strength']:g}" for part in recipe.penalty)
        made = Made(command=self.command, versions=versions(), seconds=sum(result.seconds for result in results))
        return race_page.RacePage(title=self.images.source, race=self.record, made=made, choices=choices, notes=self.notes())


def laid_out(raced: Raced, images: ImageSet, *, threshold: float | None, folder: Path | None, command: str) -> Race:
    """Lay a race out by its recipe's `monitor`, on the validation part where it was measured."""
    validated = any(row.validation is not None for one in raced.contestants for run in one.runs for row in run.rows)
    part = "validation" if validated else "train"
    record = evidence.measure(raced.contestants, part=part, figure=raced.recipe.monitor, threshold=threshold)
    return Race(record=record, raced=raced, images=images, command=command, folder=folder)
