"""Check: the doctor before training; by command and from Python."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from thalweg.core.display import Displayed
from thalweg.core.durable import write_file
from thalweg.core.entries import Source
from thalweg.core.errors import ConfigError
from thalweg.core.imageset import ImageSet
from thalweg.core.progress import Progress
from thalweg.core.visible import visible
from thalweg.doctor import CHECKS
from thalweg.doctor._check import Check
from thalweg.doctor._diagnose import diagnose
from thalweg.doctor._patient import SAMPLE, Patient, check_asked
from thalweg.faces import api
from thalweg.faces._asked import asked, call
from thalweg.faces._command import command_line
from thalweg.faces._consent import refuse_foreign
from thalweg.faces._made import Made
from thalweg.faces.check_page import CheckPage, build
from thalweg.faces.check_words import lines
from thalweg.faces.fields import recipe_from_words
from thalweg.faces.terminal import watcher
from thalweg.faces.words import words_of
from thalweg.run.recipe import Recipe
from thalweg.run.versions import versions

PAGE = "check.html"


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Diagnosis(Displayed):
    """What the doctor found: `checks` are all that were made, `findings` those that have something to report.

    `examples` training pictures were there, `looked_at` of them were looked at; `again` is the call that checks the same again.
    """

    recipe: Recipe
    checks: tuple[Check, ...]
    examples: int
    looked_at: int
    again: str
    seconds: float

    @property
    def findings(self) -> tuple[Check, ...]:
        """The checks that are wrong or worth knowing, the wrong ones first."""
        return tuple(sorted((check for check in self.checks if check.found), key=lambda check: check.verdict != "wrong"))

    def __str__(self) -> str:
        return "\n".join(lines(self.checks, said=self.said))

    @property
    def said(self) -> str:
        """What was checked, and on how much of it."""
        recipe = self.recipe
        part = "" if self.looked_at == self.examples else f", a sample of {self.looked_at:,} of {self.examples:,} training pictures"
        return f"{recipe.data.source}, {recipe.score.name} + {recipe.loss.name}, {recipe.optimiser.name}{part}"

    def row(self) -> dict[str, Any]:
        """Return everything as a JSON object."""
        return {
            "data": self.recipe.data.source,
            "recipe": self.recipe.model_dump(mode="json"),
            "examples": self.examples,
            "looked_at": self.looked_at,
            "seconds": self.seconds,
            "findings": [check.name for check in self.findings],
            "checks": [check.row() for check in self.checks],
            "again": self.again,
        }

    def report(self, path: Source | None = None) -> Path:
        """Write the page, one HTML file without network, and return its path; by default `check.html` in the working folder."""
        target = Path(path or PAGE)
        page = CheckPage(
            title=self.recipe.data.source, said=self.said, checks=self.checks, findings=self.findings,
            made=Made(command=self.again, versions=versions(), seconds=self.seconds),
        )  # fmt: skip
        write_file(target, build(page))
        return target


def check(
    images: ImageSet | Source | Sequence[Any],
    *,
    only: Sequence[str] = (),
    sample: int = SAMPLE,
    recipe: Recipe | None = None,
    progress: Progress | None = None,
    **settings: Any,
) -> Diagnosis:
    """Check a recipe and its pictures: `check("digits", score="cnn").findings` is empty where all is well.

    `images` and `settings` are those of `train`; `only` names checks, `sample` is the most training pictures that are looked at. Raises
    `ConfigError` on a name that is no check, and wherever `train` does.
    """
    pictures, chosen = asked(images, recipe, settings, progress=progress)
    own = {"only": tuple(only) or None, "sample": sample if sample != SAMPLE else None}
    again = call("check", images, {**settings, **own, "recipe": recipe})
    return _checked(pictures, chosen, only=only, sample=sample, again=again, progress=progress)


def check_command(
    data: str,
    loose: Mapping[str, str],
    *,
    recipe: str | None = None,
    only: str | None = None,
    sample: int = SAMPLE,
    every: bool = False,
    strict: bool = False,
    output: Path | None = None,
    trust_code: bool = False,
    as_json: bool = False,
    quiet: bool = False,
) -> None:
    """Check the recipe of the options, or of a file, and print what was found; nothing but one line where all is well."""
    progress = watcher(quiet=quiet)
    chosen = _recipe(data, recipe, loose)
    refuse_foreign(chosen, recipe or data, trusted=trust_code or "score" in loose)
    names = words_of(only)
    check_asked(chosen, sample=sample)
    for name in names:
        CHECKS.get(name)
    images = api.load_data(chosen, progress=progress)
    own = {"only": only, "sample": sample if sample != SAMPLE else None}
    command = command_line("check", data, {**loose, **own}) if recipe is None else command_line("check", data, own) + f" {recipe}"
    found = _checked(images, chosen, only=names, sample=sample, again=command, progress=progress)
    page = None if output is None else found.report(output)
    if as_json:
        print(json.dumps({**found.row(), "report": None if page is None else str(page)}, allow_nan=False))
    else:
        for line in lines(found.checks, said=found.said, every=every):
            print(visible(line) if "\n" not in line else line)
        if page is not None:
            print(f"report  {visible(str(page))}")
    if strict and found.findings:
        raise SystemExit(1)


def _checked(
    images: ImageSet, recipe: Recipe, *, only: Sequence[str], sample: int, again: str, progress: Progress | None
) -> Diagnosis:  # fmt: skip
    begun = time.monotonic()
    patient = Patient(images, recipe, sample=sample, progress=progress)
    checks = diagnose(patient, only=only)
    return Diagnosis(
        recipe=recipe, checks=checks, examples=len(patient.images.split.train), looked_at=len(patient.some.split.train), again=again,
        seconds=time.monotonic() - begun,
    )  # fmt: skip


def _recipe(data: str, recipe: str | None, loose: Mapping[str, str]) -> Recipe:
    """Return the recipe of a file with other pictures, or that of the options."""
    if recipe is None:
        return recipe_from_words(data, loose)
    if not recipe.endswith(".toml"):
        raise ConfigError(f"RECIPE must be a recipe file, *.toml; got {recipe!r}. Options of `train` are written with two dashes.")
    own = recipe_from_words(recipe, loose)
    return own.with_changes(data={**own.data.model_dump(), "source": data})
