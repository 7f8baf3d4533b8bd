"""Rate: which rates suit a recipe, found by letting the rate grow, from several seeds; by command and from Python."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from thalweg.core.display import Displayed
from thalweg.core.durable import write_file
from thalweg.core.entries import Source
from thalweg.core.imageset import ImageSet
from thalweg.core.progress import Progress, Silent
from thalweg.core.visible import visible
from thalweg.evidence import rate_band
from thalweg.evidence.rate_band import RateBand
from thalweg.faces import api
from thalweg.faces._asked import asked, call
from thalweg.faces._command import command_line
from thalweg.faces._consent import refuse_foreign
from thalweg.faces._folder import folder_of_question
from thalweg.faces._made import Made
from thalweg.faces.fields import recipe_from_words
from thalweg.faces.rate_page import RatePage, build
from thalweg.faces.rate_words import answer, limit_of, prediction, ramps_table
from thalweg.faces.terminal import watcher
from thalweg.run.rate_finder import find_rate as climb
from thalweg.run.rate_record import RateRamps
from thalweg.run.recipe import Recipe
from thalweg.run.versions import versions
from thalweg.views import rate_band as view
from thalweg.views._drawing import Drawing

PAGE, NUMBERS = "rate.html", "rate.json"
SEEDS, STEPS = 3, 200


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class RateFinding(Displayed):
    """The rates that suit a recipe: `band` is what was read off the ramps, `ramps` what was measured.

    `suggestion` is None where the band has none; `band.reason` says why. `again` and `train` are the commands that find the same again and
    that train at the suggestion (empty where there is none).
    """

    ramps: RateRamps
    band: RateBand
    again: str
    train: str
    seconds: float
    notes: tuple[str, ...] = ()

    @property
    def suggestion(self) -> float | None:
        """The suggested rate."""
        return self.band.suggestion

    def figures(self) -> dict[str, Drawing]:
        """Return the figures of the report by name, as charts with a title, a text equivalent and a table."""
        return {"band": view.draw(self.band)}

    def row(self) -> dict[str, Any]:
        """Return everything as a JSON object."""
        said = {"again": self.again, "train": self.train or None, "notes": list(self.notes)}
        return {"suggestion": self.suggestion, "band": self.band.row(), **said, **self.ramps.row()}

    def report(self, path: Source | None = None) -> Path:
        """Write the page, one HTML file without network, and return its path; by default `rate.html` in the working folder."""
        target = Path(path or PAGE)
        recipe = self.ramps.recipe
        part = {"score": recipe.score.name, "loss": recipe.loss.name, "optimiser": recipe.optimiser.name}
        page = RatePage(
            title=recipe.data.source,
            band=self.band,
            train=self.train,
            made=Made(command=self.again, versions=versions(), seconds=self.seconds),
            choices={**part, "batch": f"{self.ramps.batch:,} of {self.ramps.examples:,}"},
            notes=self.notes,
        )
        write_file(target, build(page))
        return target


def find_rate(
    images: ImageSet | Source | Sequence[Any],
    *,
    seeds: int = SEEDS,
    low: float | None = None,
    high: float | None = None,
    steps: int = STEPS,
    recipe: Recipe | None = None,
    progress: Progress | None = None,
    **settings: Any,
) -> RateFinding:
    """Find the rates that suit a recipe: `rate("digits", score="cnn", optimiser="adam").suggestion`.

    `images` and `settings` are those of `train`; the rate grows from `low` to `high` (1e-5 and 1e4 times the recipe's own) by one factor in
    each of `steps` steps, once for each of `seeds` seeds. Raises `ConfigError` where the optimiser has no rate.
    """
    begun = time.monotonic()
    pictures, chosen = asked(images, recipe, settings, progress=progress)
    own = {"seeds": seeds if seeds != SEEDS else None, "low": low, "high": high, "steps": steps if steps != STEPS else None}
    given = {name: value for name, value in settings.items() if name != "rate"}

    def train(rate: float) -> str:
        changed = "recipe.with_changes(optimiser={**recipe.optimiser.flat, 'rate': " + f"{rate:.2g}" + "})"
        return call("train", images, {**given, "rate": rate}) if recipe is None else f"tw.train(images, recipe={changed})"

    again = call("rate", images, {**settings, **own, "recipe": recipe})
    ramps = climb(pictures, chosen, seeds=seeds, low=low, high=high, steps=steps, progress=progress or Silent())
    return _found(ramps, again=again, train=train, begun=begun)


def rate_command(
    data: str,
    loose: Mapping[str, str],
    *,
    seeds: int = SEEDS,
    low: float | None = None,
    high: float | None = None,
    steps: int = STEPS,
    folder: Path | None = None,
    as_json: bool = False,
    quiet: bool = False,
    trust_code: bool = False,
) -> None:
    """Find the rates that suit the recipe of the options, print them, and write rate.html and rate.json into a folder."""
    begun, progress = time.monotonic(), watcher(quiet=quiet)
    recipe = recipe_from_words(data, loose)
    refuse_foreign(recipe, data, trusted=trust_code or "score" in loose)
    images = api.load_data(recipe, progress=progress)
    ramps = climb(images, recipe, seeds=seeds, low=low, high=high, steps=steps, progress=progress)
    asked_for = {"seeds": seeds if seeds != SEEDS else None, "low": low, "high": high, "steps": steps if steps != STEPS else None}
    found = _found(
        ramps, again=command_line("rate", data, {**loose, **asked_for}), train=lambda rate: _training(data, loose, rate), begun=begun
    )
    written = folder or folder_of_question(recipe, kind="rate", question=f"{seeds} {low} {high} {steps}")
    write_file(written / NUMBERS, json.dumps(found.row(), allow_nan=False))
    page = found.report(written / PAGE)
    if as_json:
        brief = {name: value for name, value in found.row().items() if name not in ("rates", "losses")}
        print(json.dumps({**brief, "report": str(page)}, allow_nan=False))
        return
    print(ramps_table(ramps, found.band), "\n")
    for line in answer(found.band, found.train):
        print(line)
    for note in found.notes:
        print(f"note: {visible(note)}")
    print(f"report  {visible(str(page))}")


def _found(ramps: RateRamps, *, again: str, train: Callable[[float], str], begun: float) -> RateFinding:
    """Read the band off the ramps, and say what is to be said of it."""
    band = rate_band.measure(ramps.rates, ramps.losses, start=ramps.start, noise=ramps.noise, limit=limit_of(ramps))
    return RateFinding(
        ramps=ramps,
        band=band,
        again=again,
        train="" if band.suggestion is None else train(float(f"{band.suggestion:.2g}")),
        seconds=time.monotonic() - begun,
        notes=(*prediction(ramps, band), *ramps.notes),
    )


def _training(data: str, loose: Mapping[str, str], rate: float) -> str:
    """Return the command that trains with a rate; a recipe file has it changed inside."""
    if data.endswith(".toml"):
        return f"{command_line('train', data, {})}  # with rate = {rate:.2g} under [optimiser]"
    return command_line("train", data, {**{name: value for name, value in loose.items() if name != "rate"}, "rate": rate})
