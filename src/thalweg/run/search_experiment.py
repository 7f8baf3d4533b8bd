"""Search experiment: guessing, trying nearby and following the gradient, at equal numbers of evaluations of one objective."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from torch import nn

from thalweg.core.entries import Optimiser
from thalweg.core.errors import ConfigError, unknown
from thalweg.core.imageset import ImageSet, Split
from thalweg.core.progress import Progress, Silent
from thalweg.core.seeds import generator, some_of
from thalweg.optimise import OPTIMISERS
from thalweg.run.memory import keep_freed_memory
from thalweg.run.population_record import SearchTrace
from thalweg.run.recipe import Recipe
from thalweg.run.search_course import Course, courses
from thalweg.run.search_record import Method, Searches, Tried, finite
from thalweg.run.setting import settle_down

WAYS = ("random-search", "local-search", "gradient-descent")
"""The lecture's three strategies, by the names of their optimisers; the first knob of each is its step size."""
GRID = tuple(10 ** (power / 2) for power in range(-4, 7))
"""What the default step size is multiplied with in tuning: from a hundredth to a thousandfold, in half decades."""
FEWEST, MOST = 10, 1_000_000
SUBSET, MOST_MEASURED = 5000, 2000
"""Training examples of the objective, and examples for the accuracy, at most."""
WIDEST, NUMBERS = 32, 1 << 26
"""Candidates of a step of guessing, and numbers that the candidates of all members may hold together, at most."""


def search(
    images: ImageSet,
    recipe: Recipe,
    *,
    evaluations: int = 1000,
    seeds: int = 5,
    subset: int | None = SUBSET,
    gradient_cost: int | None = None,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
    progress: Progress | None = None,
) -> Searches:
    """Let random search, local search and gradient descent loose on one objective, each with `evaluations` of it from each seed.

    All begin at the same weights (those of the seed) and see the same examples: a fixed random `subset` of the training part (None: all of
    it). Local search tries one step at a time, as in the lecture. A step along the gradient needs value and gradient and counts
    `gradient_cost` evaluations; by default 2 for a score in closed form, where the gradient is one matrix product beside that of the
    scores, and 3 for any other, where the backward pass takes about twice the time of the forward pass.

    The step size of each method is the best of eleven on a log grid about its default, by the lowest objective after as many evaluations
    from one seed that is not among those that count; one that stands in `settings` ({"gradient-descent": {"rate": 0.5}}) is taken as it
    is. Accuracies are those on the test part (validation or training part where there is none), which nothing was chosen by.

    Raises `ConfigError` on numbers out of range, on unknown methods or knobs, and where the recipe cannot be searched.
    """
    _check(recipe, evaluations=evaluations, seeds=seeds, subset=subset, gradient_cost=gradient_cost, settings=settings or {})
    keep_freed_memory()
    shown = progress or Silent()
    numbered = images.numbered_for(recipe.classes or images.classes)
    some, part = _some(numbered, recipe, subset)
    setting = settle_down(searching(recipe, WAYS[0], {}, seed=recipe.seed), some)
    cost = gradient_cost or (2 if setting.closed_form else 3)
    together = _candidates(evaluations, setting.module, members=max(seeds, len(GRID)))
    experiment = _Experiment(some, recipe, evaluations, seeds, part, cost, settings or {}, together, shown)
    methods, traces = [], []
    for name in WAYS:
        method = experiment.tuned(name)
        methods.append(method)
        traces += experiment.traces(method)
    return Searches(
        recipe=recipe,
        methods=tuple(methods),
        traces=tuple(traces),
        evaluations=evaluations,
        seeds=experiment.seeds,
        examples=len(some.split.train),
        available=len(numbered.split.train),
        part=part,
        measured=len(some.split.parts()[part]),
        chance=1 / len(numbered.classes),
    )


@dataclass(frozen=True, eq=False)
class _Experiment:
    """What all methods have in common."""

    images: ImageSet
    recipe: Recipe
    evaluations: int
    count: int
    part: str
    gradient_cost: int
    settings: Mapping[str, Mapping[str, Any]]
    together: int
    progress: Progress

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds that count."""
        return tuple(range(self.recipe.seed, self.recipe.seed + self.count))

    def tuned(self, name: str) -> Method:
        """Return a method with its step size: the one given, or the best of those tried."""
        entry: Optimiser = OPTIMISERS.get(name)
        knob, known = entry.knobs[0], {each.name for each in entry.knobs}
        own = dict(self.settings.get(name, {}))
        if "candidates" in known:
            own.setdefault("candidates", self.together if name == WAYS[0] else 1)
        cost = own.get("candidates", self.gradient_cost)
        if knob.name in own:
            return Method(name=name, knob=knob.name, settings=own, cost=cost)
        default = float(entry.defaults()[knob.name])
        values = [float(f"{default * factor:.3g}") for factor in GRID]
        found = self.run(f"tune {name}", name, [({**own, knob.name: value}, self.recipe.seed + self.count) for value in values], cost)
        tried = tuple(Tried(value=value, objective=finite(course.lowest)) for value, course in zip(values, found, strict=True))
        best = min(range(len(values)), key=lambda place: found[place].lowest)
        return Method(name=name, knob=knob.name, settings={**own, knob.name: values[best]}, cost=cost, tried=tried)

    def traces(self, method: Method) -> list[SearchTrace]:
        """Run a method from every seed that counts."""
        found = self.run(method.name, method.name, [(method.settings, seed) for seed in self.seeds], method.cost)
        return [
            SearchTrace(
                method=method.name, seed=seed, evaluations=course.evaluations, losses=course.objectives, accuracies=course.accuracies
            )
            for seed, course in zip(self.seeds, found, strict=True)
        ]  # fmt: skip

    def run(self, stage: str, name: str, members: Sequence[tuple[Mapping[str, Any], int]], cost: int) -> list[Course]:
        """Run members of one method, given by settings and seed, as one population."""
        recipes = [searching(self.recipe, name, settings, seed=seed) for settings, seed in members]
        self.progress.begin(stage, self.evaluations - 1, "evaluations")
        told: Callable[[int], None] = self.progress.advance
        try:
            return courses(recipes, self.images, evaluations=self.evaluations, cost=cost, part=self.part, told=told)
        finally:
            self.progress.end()


def searching(recipe: Recipe, name: str, settings: Mapping[str, Any], *, seed: int) -> Recipe:
    """Return the recipe of one method from one seed: the objective of `recipe`, and nothing beside the method that moves W."""
    return recipe.with_changes(
        optimiser={"name": name, **settings}, schedule=(), average=None, augment=(), batch=0, seed=seed, data_seed=recipe.shared_seed
    )


def _candidates(evaluations: int, module: nn.Module, *, members: int) -> int:
    """Return how many guesses to make at a time: what fits, and divides the evaluations after the first, so that none is left over."""
    fit = NUMBERS // (members * sum(tensor.numel() for tensor in module.parameters()))
    return max(width for width in range(1, max(1, min(WIDEST, fit)) + 1) if (evaluations - 1) % width == 0)


def _some(images: ImageSet, recipe: Recipe, subset: int | None) -> tuple[ImageSet, str]:
    """Return the pictures of the experiment and the name of the part that accuracies are measured on."""
    parts = images.split.parts()
    part = next((name for name in ("test", "validation") if len(parts[name])), "train")

    def chosen(name: str, most: int | None) -> Any:
        rows = parts[name]
        if most is None or most >= len(rows):
            return rows
        return rows[some_of(len(rows), most, generator(recipe.shared_seed, "subset", name)).numpy()]

    most = {"train": subset, part: MOST_MEASURED} if part != "train" else {"train": subset}
    return replace(images, split=Split(*(chosen(name, most.get(name)) for name in parts))), part


def _check(
    recipe: Recipe, *, evaluations: int, seeds: int, subset: int | None, gradient_cost: int | None,
    settings: Mapping[str, Mapping[str, Any]],
) -> None:  # fmt: skip
    if not FEWEST <= evaluations <= MOST:
        raise ConfigError(f"evaluations must be a whole number in [{FEWEST}, {MOST}]; got {evaluations}.")
    if seeds < 1:
        raise ConfigError(f"seeds must be at least 1; got {seeds}.")
    if subset is not None and subset < 1:
        raise ConfigError(f"subset must be at least 1 training example; got {subset}. Leave it out for the default, {SUBSET}.")
    if gradient_cost is not None and not 1 <= gradient_cost < evaluations:
        raise ConfigError(f"gradient_cost must be a whole number in [1, {evaluations - 1}]; got {gradient_cost}.")
    if recipe.start is not None or recipe.data.folds is not None:
        raise ConfigError("a search experiment begins from fresh weights, on one split of the data; leave out --from and folds.")
    for name in settings:
        if name not in WAYS:
            raise unknown("method", name, WAYS)
    for name in WAYS:
        searching(recipe, name, settings.get(name, {}), seed=recipe.seed)
