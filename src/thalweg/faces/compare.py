"""Compare: any number of runs on the same examples, as numbers, a table, a data frame or a page."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from thalweg.core.display import Displayed
from thalweg.core.durable import write_file
from thalweg.core.entries import Source
from thalweg.core.errors import ConfigError
from thalweg.core.imageset import ImageSet
from thalweg.core.outcome import Ending
from thalweg.core.progress import Progress, Silent
from thalweg.core.visible import visible
from thalweg.evidence import comparison
from thalweg.faces import api
from thalweg.faces._frame import frame
from thalweg.faces.comparison_page import build
from thalweg.faces.comparison_tables import tables
from thalweg.faces.contenders import answers, check_classes, other_examples, own_examples
from thalweg.faces.terminal import watcher
from thalweg.run.record import Figures
from thalweg.run.run import Run

PAGE = "comparison.html"


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Comparison(Displayed):
    """Runs compared: `record` holds the numbers, `source` names the examples, `notes` say what a reader should bear in mind."""

    record: comparison.Comparison
    source: str
    noun: str = "pictures"
    notes: tuple[str, ...] = ()

    def figures(self) -> dict[str, Mapping[str, Figures]]:
        """Return each run's figures of each part of its own data, by the run's name."""
        return dict(zip(self.record.names, self.record.figures, strict=True))

    def frame(self) -> Any:
        """Return a pandas data frame, one row a run: the settings that differ, accuracy with its interval, loss, figures of each part."""
        return frame(self.rows(), index="run")

    def rows(self) -> list[dict[str, Any]]:
        """Return what `frame` shows as plain rows."""
        record, rows = self.record, []
        for place, (name, share) in enumerate(zip(record.names, record.accuracies, strict=True)):
            settings = {setting.name: setting.values[place] for setting in record.differing}
            found = {"accuracy": share.value, "low": share.low, "high": share.high, "mean loss": record.losses[place]}
            parts = record.figures[place].items()
            own = {f"{part} {word}": getattr(figures, word) for part, figures in parts for word in ("accuracy", "loss", "penalty", "total")}
            rows.append({"run": name, **settings, **found, **own})
        return rows

    def row(self) -> dict[str, Any]:
        """Return everything as a JSON object."""
        return {"data": self.source, "notes": list(self.notes), **self.record.row()}

    def report(self, path: Source | None = None) -> Path:
        """Write the page, one HTML file without network, and return its path; by default `comparison.html` in the working folder."""
        target = Path(path or PAGE)
        write_file(target, build(self.record, source=self.source, noun=self.noun, notes=self.notes))
        return target


def compare(
    *runs: Run | Source, images: ImageSet | Source | None = None, trust_code: bool = False, progress: Progress | None = None
) -> Comparison:
    """Compare runs on the test pictures that they share: `compare("runs/a", "runs/b").report()`.

    `runs` are runs, or what `open` opens. With `images`, a set or a path or a name, all are measured on those instead; none may have been
    trained on them. Raises `ConfigError` on fewer than two runs, a run given twice, or other classes, and `DataError` naming the run that
    was tested on other pictures than the first.
    """
    if len(runs) < 2:
        raise ConfigError(f"compare needs at least two runs; got {len(runs)}.")
    twice = next((one for place, one in enumerate(runs) if _where(one) in map(_where, runs[:place])), None)
    if twice is not None:
        raise ConfigError(f"{_word(twice)} is given twice; a run has no difference from itself. Give different runs.")
    shown = progress or Silent()
    opened = [one if isinstance(one, Run) else api.open_run(one, trust_code=trust_code) for one in runs]
    named = dict(zip(_names(runs, opened), opened, strict=True))
    check_classes(named)
    if images is None:
        examples = own_examples(named, progress=shown)
    else:
        examples = other_examples(named, images if isinstance(images, ImageSet) else str(images), progress=shown)
    classes = opened[0].classes
    contenders = [answers(name, run, examples, place, classes, progress=shown) for place, (name, run) in enumerate(named.items())]
    record = comparison.measure(contenders, examples.labels(classes), classes, part=examples.part)
    noun = "points" if examples.sets[0].points else "pictures"
    return Comparison(record=record, source=examples.sets[0].source, noun=noun, notes=_notes(named, examples.part, noun))


def compare_command(
    runs: Sequence[str], *, data: str | None, output: Path | None, as_json: bool, quiet: bool, trust_code: bool = False
) -> None:
    """Compare runs, write the page and print the tables."""
    found = compare(*runs, images=data, trust_code=trust_code, progress=watcher(quiet=quiet))
    page = found.report(output)
    if as_json:
        print(json.dumps({**found.row(), "report": str(page)}, allow_nan=False))
        return
    print(tables(found.record, source=found.source, noun=found.noun))
    for note in found.notes:
        print(f"note: {visible(note)}")
    print(f"report  {visible(str(page))}")


def _where(one: Run | Source) -> object:
    """Return what tells runs apart: the run itself, or the place that a word names."""
    if isinstance(one, Run):
        return id(one) if one.folder is None else _where(one.folder)
    place, mark, member = str(one).partition("#")
    return f"{Path(place).resolve()}{mark}{member}"


def _word(one: Run | Source) -> str:
    return str(one.folder or "a run in memory") if isinstance(one, Run) else str(one)


def _names(given: Sequence[Run | Source], opened: Sequence[Run]) -> list[str]:
    """Name each run by the last part of its place, by all of it where two would be called the same, and by number where still so."""
    words = []
    for one, run in zip(given, opened, strict=True):
        in_memory = isinstance(one, Run) and one.folder is None
        words.append(f"{run.recipe.score.name} + {run.recipe.loss.name}" if in_memory else _word(one))
    short = [Path(word).name or word for word in words]
    names = [own if short.count(own) == 1 else word for own, word in zip(short, words, strict=True)]
    return [name if names.count(name) == 1 else f"{name} ({names[: place + 1].count(name)})" for place, name in enumerate(names)]


def _notes(runs: Mapping[str, Run], part: str, noun: str) -> tuple[str, ...]:
    notes = []
    if part == "validation":
        notes.append(f"no test part was kept: these are the validation {noun}, by which the runs may have chosen their weights.")
    for name, run in runs.items():
        if run.outcome.ending not in (Ending.FINISHED, Ending.CONVERGED, Ending.STOPPED_EARLY):
            notes.append(f"{name}: {run.outcome.ending.value} after epoch {run.outcome.epoch}.")
    return tuple(notes)
