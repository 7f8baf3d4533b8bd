"""Words of a search experiment: which options are whose, its table, and what a reader should bear in mind."""

from collections.abc import Mapping
from typing import Any

from thalweg.core.errors import ConfigError
from thalweg.evidence.search_course import SearchCourse
from thalweg.faces._prose import counted, listed
from thalweg.faces.terminal import table
from thalweg.faces.words import read_own
from thalweg.optimise import OPTIMISERS
from thalweg.run.search_experiment import WAYS
from thalweg.run.search_record import Method, Searches
from thalweg.views._drawing import PART_WORDS, percent, quantity

NO_USE = (
    "optimiser", "schedule", "average", "augment", "batch", "epochs", "patience", "monitor", "keep", "tolerance", "measure",
    "checkpoint_steps", "checkpoint_minutes", "path_points", "from", "start", "folds", "fold",
)  # fmt: skip
"""Options of `train` that a search experiment has no use for: it chooses the methods, looks at all examples at every step, and counts
evaluations."""


def divided(loose: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Tell knobs of single methods from what all share: return (shared options, knobs by method).

    Raises `ConfigError` on an option that a search has no use for, and on a knob that a method has not.

    >>> divided({"loss": "svm-sum", "gradient-descent.rate": "0.5"})
    ({'loss': 'svm-sum'}, {'gradient-descent': {'rate': 0.5}})
    """
    shared: dict[str, Any] = {}
    methods: dict[str, dict[str, Any]] = {}
    for name, value in loose.items():
        place, _, knob = name.replace("_", "-").rpartition(".")
        knob = knob.replace("-", "_")
        if place in WAYS:
            methods.setdefault(place, {})[knob] = read_own(place, knob, value)
            continue
        if not place and knob in NO_USE:
            raise ConfigError(f"a search compares {listed(WAYS)} on one objective and has no use for {name}; leave it out.")
        if not place and any(knob == each.name for way in WAYS for each in OPTIMISERS.get(way).knobs):
            owner = next(way for way in WAYS if knob in {each.name for each in OPTIMISERS.get(way).knobs})
            raise ConfigError(f"{name} must say whose it is, as --{owner}.{name} {value}; what is not given is tuned.")
        shared[name] = value
    return shared, methods


def methods_table(course: SearchCourse, searches: Searches) -> str:
    """Return the methods in the order of their losses as a table: settings, median and extremes of loss and accuracy over seeds."""
    own = {method.name: method for method in searches.methods}
    rows = [
        [
            method.name,
            f"{own[method.name].knob} {own[method.name].settings[own[method.name].knob]:g}",
            *(quantity(method.final_loss[place]) for place in (1, 0, 2)),
            *(percent(method.final_accuracy[place]) for place in (1, 0, 2)),
        ]
        for method in course.methods
    ]
    accuracy = f"{PART_WORDS[searches.part]} accuracy"
    return table(["method", "step size", "median loss", "lowest", "highest", f"median {accuracy}", "worst", "best"], rows)


def notes_of(searches: Searches) -> tuple[str, ...]:
    """Return what was counted, on which examples, and how step sizes were chosen."""
    every = searches.examples == searches.available
    which = "all" if every else f"a fixed random {searches.examples:,} of"
    objective = f"The objective is the mean over {which} {searches.available:,} training examples, penalty included"
    gradient = searches.methods[-1]
    notes = [
        f"{objective}; accuracy is that on {counted(searches.measured, f'{PART_WORDS[searches.part]} example')}.",
        f"A step along the gradient counts as {counted(gradient.cost, 'evaluation')}.",
    ]
    tuned = [method for method in searches.methods if method.tried]
    if tuned:
        values = ", ".join(f"{method.name} {method.knob} {method.settings[method.knob]:g}" for method in tuned)
        tries = counted(len(tuned[0].tried), "step size")
        budget = counted(searches.evaluations, "evaluation")
        notes.append(
            f"Beside those shown, {tries} of {budget} each were tried for every method, from a seed of their own; the best: {values}."
        )
    notes += [f"{method.name}: the best {method.knob} is the {_end(method)} of those tried." for method in tuned if method.edge]
    return tuple(notes)


def _end(method: Method) -> str:
    return "lowest" if method.settings[method.knob] == method.tried[0].value else "highest"
