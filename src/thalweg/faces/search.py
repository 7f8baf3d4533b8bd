"""Search: how far guessing, trying nearby and following the gradient come with equally many evaluations; by command and from Python."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from thalweg.core.display import Displayed
from thalweg.core.durable import write_file
from thalweg.core.entries import Source
from thalweg.core.imageset import ImageSet
from thalweg.core.progress import Progress
from thalweg.core.visible import visible
from thalweg.evidence import search_course
from thalweg.evidence.search_course import SearchCourse
from thalweg.faces import api
from thalweg.faces._asked import asked, call
from thalweg.faces._command import command_line
from thalweg.faces._consent import refuse_foreign
from thalweg.faces._folder import folder_of_question
from thalweg.faces._made import Made
from thalweg.faces.fields import recipe_from_words
from thalweg.faces.search_page import SearchPage, build
from thalweg.faces.search_words import divided, methods_table, notes_of
from thalweg.faces.terminal import watcher
from thalweg.run.recipe import Recipe
from thalweg.run.search_experiment import SUBSET
from thalweg.run.search_experiment import search as experiment
from thalweg.run.search_record import Searches
from thalweg.run.versions import versions
from thalweg.views import search_course as view
from thalweg.views._drawing import PART_WORDS, Drawing

PAGE, NUMBERS = "search.html", "search.json"
EVALUATIONS, SEEDS = 1000, 5


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class SearchFinding(Displayed):
    """A search experiment: `searches` is what was measured, `course` lays the methods side by side, `again` is the command for it."""

    searches: Searches
    course: SearchCourse
    again: str
    seconds: float

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader should bear in mind: what was counted, on which examples, how step sizes were chosen."""
        return notes_of(self.searches)

    def figures(self) -> dict[str, Drawing]:
        """Return the figures of the report by name, as charts with a title, a text equivalent and a table."""
        return {"course": view.draw(self.course)}

    def row(self) -> dict[str, Any]:
        """Return everything as a JSON object."""
        return {"course": self.course.row(), "again": self.again, "notes": list(self.notes), **self.searches.row()}

    def report(self, path: Source | None = None) -> Path:
        """Write the page, one HTML file without network, and return its path; by default `search.html` in the working folder."""
        target, searches = Path(path or PAGE), self.searches
        recipe = searches.recipe
        penalty = ", ".join(each.name for each in recipe.penalty) or "none"
        page = SearchPage(
            title=recipe.data.source,
            course=self.course,
            made=Made(command=self.again, versions=versions(), seconds=self.seconds),
            part=PART_WORDS[searches.part],
            choices={"score": recipe.score.name, "loss": recipe.loss.name, "penalty": penalty, "examples": f"{searches.examples:,}"},
            notes=(" ".join(self.notes),),
        )
        write_file(target, build(page))
        return target


def search(
    images: ImageSet | Source | Sequence[Any],
    *,
    evaluations: int = EVALUATIONS,
    seeds: int = SEEDS,
    subset: int | None = SUBSET,
    gradient_cost: int | None = None,
    methods: Mapping[str, Mapping[str, Any]] | None = None,
    recipe: Recipe | None = None,
    progress: Progress | None = None,
    **settings: Any,
) -> SearchFinding:
    """Compare random search, local search and gradient descent: `search("digits", evaluations=1000, seeds=5).report()`.

    `images` and `settings` are those of `train`; `methods` sets knobs of single methods, as {"gradient-descent": {"rate": 0.5}}, which
    are tuned otherwise. `subset`: so many training examples make up the objective (None: all). A step along the gradient counts
    `gradient_cost` evaluations (None: 2 for a linear score, 3 for any other).
    """
    begun = time.monotonic()
    if recipe is None:
        divided(settings)
        settings = {**settings, "optimiser": "gradient-descent"}
    pictures, chosen = asked(images, recipe, settings, progress=progress)
    settings.pop("optimiser", None)
    searches = experiment(
        pictures, chosen, evaluations=evaluations, seeds=seeds, subset=subset, gradient_cost=gradient_cost, settings=methods,
        progress=progress,
    )  # fmt: skip
    own = _asked_for(evaluations=evaluations, seeds=seeds, gradient_cost=gradient_cost)
    own["subset"] = subset if subset not in (SUBSET, None) else None
    return _found(searches, again=call("search", images, {**settings, **own, "methods": methods, "recipe": recipe}), begun=begun)


def search_command(
    data: str,
    loose: Mapping[str, str],
    *,
    evaluations: int = EVALUATIONS,
    seeds: int = SEEDS,
    subset: int = SUBSET,
    gradient_cost: int | None = None,
    folder: Path | None = None,
    as_json: bool = False,
    quiet: bool = False,
    trust_code: bool = False,
) -> None:
    """Run the experiment on the objective of the options, print its table, and write search.html and search.json into a folder.

    `subset` 0 is the whole training part.
    """
    begun, progress = time.monotonic(), watcher(quiet=quiet)
    shared, methods = divided(loose)
    recipe = recipe_from_words(data, shared if data.endswith(".toml") else {**shared, "optimiser": "gradient-descent"})
    refuse_foreign(recipe, data, trusted=trust_code or "score" in loose)
    images = api.load_data(recipe, progress=progress)
    searches = experiment(
        images, recipe, evaluations=evaluations, seeds=seeds, subset=subset or None, gradient_cost=gradient_cost, settings=methods,
        progress=progress,
    )  # fmt: skip
    own = {**_asked_for(evaluations=evaluations, seeds=seeds, gradient_cost=gradient_cost), "subset": None if subset == SUBSET else subset}
    found = _found(searches, again=command_line("search", data, {**loose, **own}), begun=begun)
    written = folder or folder_of_question(recipe, kind="search", question=found.again)
    write_file(written / NUMBERS, json.dumps(found.row(), allow_nan=False))
    page = found.report(written / PAGE)
    if as_json:
        brief = {name: value for name, value in found.row().items() if name != "traces"}
        print(json.dumps({**brief, "report": str(page)}, allow_nan=False))
        return
    print(methods_table(found.course, searches), "\n")
    if found.course.shared:
        order = " > ".join(method.name for method in found.course.methods)
        print(f"losses end in the order {order} in {found.course.ordered} of {found.course.shared} seeds")
    for note in found.notes:
        print(f"note: {visible(note)}")
    print(f"report  {visible(str(page))}")


def _asked_for(*, evaluations: int, seeds: int, gradient_cost: int | None) -> dict[str, Any]:
    """Return what differs from the defaults, by name; None elsewhere."""
    return {
        "evaluations": evaluations if evaluations != EVALUATIONS else None,
        "seeds": seeds if seeds != SEEDS else None,
        "gradient_cost": gradient_cost,
    }


def _found(searches: Searches, *, again: str, begun: float) -> SearchFinding:
    course = search_course.measure(searches.traces, chance=searches.chance)
    return SearchFinding(searches=searches, course=course, again=again, seconds=time.monotonic() - begun)
