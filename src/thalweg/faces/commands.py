"""What the commands do: settings in, a run or a record out, printed as a person or a program wants it."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from thalweg.core.entries import Evidence
from thalweg.core.errors import unknown
from thalweg.core.imageset import ImageSet
from thalweg.core.visible import visible
from thalweg.doctor import CHECKS
from thalweg.evidence import EVIDENCE
from thalweg.faces import api
from thalweg.faces._consent import refuse_foreign
from thalweg.faces.export import FORMATS
from thalweg.faces.fields import recipe_from_words, size_from_text
from thalweg.faces.onlookers import train_seen
from thalweg.faces.predictions import predictions
from thalweg.faces.terminal import table, watcher
from thalweg.faces.words import compose, words_of
from thalweg.images import READERS, across_parts, find_duplicates
from thalweg.run.data_facts import data_facts
from thalweg.run.recipe import CATALOGUES, DataPart, Recipe
from thalweg.run.record import Figures
from thalweg.run.run import Run
from thalweg.surface import SURFACES

LISTS = ("prepare", "augment", "penalty", "schedule", "classes")


def train(
    given: Mapping[str, Any],
    knobs: Mapping[str, str],
    *,
    folder: Path | None,
    fresh: bool,
    report: bool,
    events: Path | None = None,
    trust_code: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Train, report, and print the figures."""
    progress = watcher(quiet=quiet)
    recipe = _recipe(given, knobs)
    refuse_foreign(recipe, given["data"], trusted=trust_code or given.get("score") is not None)
    images = api.load_data(recipe, progress=progress)
    trained = train_seen(images, recipe, folder=folder or api.default_folder(recipe), progress=progress, fresh=fresh, events=events)
    run = api.as_run(trained, images=images)
    page = run.report() if report else None
    facts = {
        "outcome": run.outcome.ending.value,
        "reason": run.outcome.reason,
        "epochs": run.outcome.epoch,
        "seconds": run.seconds,
        **{name: asdict(run.figures[name]) if name in run.figures else None for name in ("train", "validation", "test")},
        "weights": run.weights,
        "zero_weights": run.zero_weights,
        "run": str(run.folder),
        "report": None if page is None else str(page),
    }
    if as_json:
        _print_json(facts)
    else:
        print(_figures_table(run.figures))
        print(f"{run.outcome.ending.value} after epoch {run.outcome.epoch} ({run.outcome.reason}), {run.seconds:.1f} s")
        print(f"weights of epoch {run.kept_epoch}")
        if recipe.sparse:
            print(f"{run.zero_weights:,} of {run.weights:,} weights are exactly zero")
        if run.outcome.advice:
            print(run.outcome.advice)
        print(f"run     {visible(str(run.folder))}")
        if page is not None:
            print(f"report  {visible(str(page))}")
    if run.outcome.exit_code:
        raise SystemExit(run.outcome.exit_code)


def evaluate(folder: Path, data: str | None, *, trust_code: bool, skip_bad: bool, as_json: bool, quiet: bool) -> None:
    """Measure a run and print the figures."""
    progress = watcher(quiet=quiet)
    run = api.open_run(folder, trust_code=trust_code)
    images = _pictures(run, data, skip_bad=skip_bad, progress=progress)
    figures = run.evaluate(images, progress=progress)
    if data is not None and list(figures) == ["train"]:
        figures = {"all": figures["train"]}
    if as_json:
        _print_json({"run": str(folder), "data": images.source, **{name: asdict(part) for name, part in figures.items()}})
    else:
        print(_figures_table(figures))


def predict(folder: Path, paths: list[str], *, trust_code: bool, form: str) -> None:
    """Print the class of each picture."""
    run = api.open_run(folder, trust_code=trust_code)
    rows = predictions(run, paths)
    if form == "json":
        note = None if run.model.probabilities else f"loss {run.recipe.loss.name}: scores are not probabilities"
        _print_json({"run": str(folder), "classes": list(run.classes), "note": note, "predictions": [row.row(run.classes) for row in rows]})
    elif form == "csv":
        print(rows.csv(run.classes), end="")
    else:
        print(rows.table(run.classes))


def show(folder: Path, *, trust_code: bool, as_json: bool) -> None:
    """Print what a run is."""
    run = api.open_run(folder, trust_code=trust_code)
    if as_json:
        _print_json(
            {
                "run": str(folder),
                "recipe": run.recipe.model_dump(mode="json"),
                "data": asdict(run.data),
                "outcome": asdict(run.outcome),
                "seconds": run.seconds,
                "kept_epoch": run.kept_epoch,
                "expected_start": run.expected_start,
                "figures": {name: asdict(part) for name, part in run.figures.items()},
                "metrics": [row.row() for row in run.metrics],
                "versions": dict(run.versions),
            }
        )
        return
    print(f"{folder}: {run.recipe.score.name} + {run.recipe.loss.name}, {run.recipe.optimiser.name}, on {run.data.source}")
    print(f"{run.outcome.ending.value} after epoch {run.outcome.epoch}: {run.outcome.reason}\n")
    print(_course_table(run), "\n")
    print(_figures_table(run.figures), "\n")
    print(run.recipe.to_toml(), end="")


def report(folder: Path, data: str | None, *, trust_code: bool, output: Path | None, as_json: bool, quiet: bool) -> None:
    """Write a run's report and print its path."""
    run = api.open_run(folder, trust_code=trust_code)
    page = run.report(output, images=api.load_data(run.recipe, source=data, progress=watcher(quiet=quiet)))
    if as_json:
        _print_json({"run": str(folder), "report": str(page)})
    else:
        print(page)


def data(given: Mapping[str, Any], *, as_json: bool, quiet: bool) -> None:
    """Print what the data are."""
    settings = _recipe(given, {})
    images = api.load_data(settings, progress=watcher(quiet=quiet))
    groups = find_duplicates(images)
    leaks = across_parts(groups, images.split)
    height, width, channels = images.shape
    parts = {name: dict(zip(images.classes, counts, strict=True)) for name, counts in data_facts(images).counts.items()}
    if as_json:
        _print_json(
            {
                "source": images.source,
                "examples": len(images),
                "height": height,
                "width": width,
                "channels": channels,
                "classes": list(images.classes),
                "counts": parts,
                "fingerprint": images.fingerprint,
                "duplicates": [[images.origin(row) for row in group] for group in groups],
                "across_parts": [[images.origin(row) for row in group] for group in leaks],
                "skipped": [asdict(skipped) for skipped in images.skipped],
                "notes": list(images.notes),
            }
        )
        return
    print(f"{images.source}: {len(images):,} pictures of {height} x {width} x {channels}, {len(images.classes)} classes")
    print(table(["class", *parts], [[name, *(parts[part][name] for part in parts)] for name in images.classes]))
    print(f"pictures that occur more than once: {len(groups)}; in more than one part: {len(leaks)}")
    for group in leaks[:2]:
        print("  in two parts: " + " = ".join(images.origin(row) for row in group[:3]))
    for note in images.notes:
        print(f"note: {note}")
    for skipped in images.skipped:
        print(f"left out: {skipped.path}: {skipped.reason}")


def list_entries(what: str | None, *, as_json: bool) -> None:
    """Print entries with their knobs."""
    catalogues: dict[str, Any] = {
        "format": READERS,
        **CATALOGUES,
        "surface": SURFACES,
        "evidence": EVIDENCE,
        "check": CHECKS,
        "export": FORMATS,
    }
    chosen = {kind: [entry for entry in catalogue if _listed(entry, kind, what)] for kind, catalogue in catalogues.items()}
    found = {kind: entries for kind, entries in chosen.items() if entries}
    if not found:
        names = [name for kind, catalogue in catalogues.items() for name in (kind, *catalogue.names())]
        raise unknown("catalogue or entry", str(what), names)
    if as_json:
        _print_json({kind: [_entry_row(entry) for entry in entries] for kind, entries in found.items()})
        return
    for kind, entries in found.items():
        print(kind)
        for entry in entries:
            print(f"  {entry.name:<20} {entry.summary}")
            if what is not None:
                print(f"  {'':<20} {entry.formula}\n  {'':<20} {entry.reference}")
            for knob in entry.knobs:
                print(f"  {'':<20} --{knob.name.replace('_', '-')} {_written(knob.default)}: {knob.meaning} ({knob.allowed})")
        print()


def _listed(entry: Any, kind: str, what: str | None) -> bool:
    """Whether an entry is asked for; evidence that no command makes by itself stands in pages only."""
    return what in (None, kind, entry.name) and not (isinstance(entry, Evidence) and entry.inspect is None)


def _recipe(given: Mapping[str, Any], knobs: Mapping[str, str]) -> Recipe:
    """Make the recipe of a command: what was given by option, or a recipe file as it is."""
    chosen = {name: value for name, value in given.items() if value is not None and value is not False}
    source = str(chosen.pop("data"))
    if source.endswith(".toml"):
        return recipe_from_words(source, {**chosen, **knobs})
    settings = {name: _list(value) if name in LISTS else value for name, value in chosen.items() if name in Recipe.model_fields}
    if settings.get("average") == "none":
        settings["average"] = None
    own = {name: value for name, value in chosen.items() if name in DataPart.model_fields}
    if "size" in own:
        own["size"] = size_from_text(own["size"])
    return compose({**settings, "data": {"source": source, **own}}, knobs)


def _list(text: str) -> list[str]:
    return [] if text == "none" else words_of(text)


def _pictures(run: Run, data: str | None, *, skip_bad: bool, progress: Any) -> ImageSet:
    """Load a run's own pictures, or others brought to its shape by its own rules."""
    if data is None:
        recipe = run.recipe.with_changes(data={**run.recipe.data.model_dump(), "skip_bad": skip_bad or run.recipe.data.skip_bad})
        own = api.load_data(recipe, progress=progress)
        run.check_own(own)
        return own
    return api.load_at_shape(run, data, skip_bad=skip_bad, progress=progress)


def _figures_table(figures: Mapping[str, Figures]) -> str:
    rows = [
        [name, f"{part.loss:.4f}", f"{part.penalty:.4f}", f"{part.total:.4f}", f"{part.accuracy:.2%}"] for name, part in figures.items()
    ]
    return table(["", "loss", "penalty", "total", "accuracy"], rows)


def _course_table(run: Run) -> str:
    rows = [
        [
            row.epoch,
            f"{row.rate:.3g}",
            "" if row.train is None else f"{row.train.loss:.4f}",
            "" if row.train is None else f"{row.train.accuracy:.2%}",
            "" if row.validation is None else f"{row.validation.loss:.4f}",
            "" if row.validation is None else f"{row.validation.accuracy:.2%}",
        ]
        for row in run.metrics
    ]
    return table(["epoch", "rate", "train loss", "accuracy", "validation loss", "accuracy"], rows)


def _entry_row(entry: Any) -> dict[str, Any]:
    knobs = [{"name": knob.name, "default": knob.default, "allowed": knob.allowed, "meaning": knob.meaning} for knob in entry.knobs]
    return {"name": entry.name, "summary": entry.summary, "formula": entry.formula, "reference": entry.reference, "knobs": knobs}


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _print_json(value: Any) -> None:
    print(json.dumps(value, allow_nan=False))
