"""A single run in the lab: what it is, how it went, and what is known of its weights."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from thalweg.core.entries import Evidence
from thalweg.core.errors import ThalwegError
from thalweg.core.findings import Finding
from thalweg.core.visible import visible
from thalweg.evidence import balance
from thalweg.faces import api, report
from thalweg.faces.inspection_page import drawings_of
from thalweg.faces.kept_evidence import all_kept, digest_of
from thalweg.faces.kinds import kinds
from thalweg.faces.lab._drawings import all_shown
from thalweg.faces.lab._form import written
from thalweg.faces.lab._pictures_data import NAMED
from thalweg.faces.run_card import Card
from thalweg.run import files
from thalweg.run.own_files import check_own
from thalweg.run.recipe import CATALOGUES, Recipe
from thalweg.run.record import Figures
from thalweg.run.run import Run
from thalweg.run.store import Store
from thalweg.views import balance as balance_view
from thalweg.views._drawing import percent, quantity

FOREIGN = (
    "Its score function is a module of somebody's: opening it would run that code, which the lab never does. "
    "If you trust it: thalweg inspect RUN --trust-code"
)
UNENDED = "Training has not come to an end here; evidence is of weights that are kept at the end."


def run_details(name: str, folder: Path, card: Card) -> dict[str, Any]:
    """Return what the room shows of a run. Of one that has not ended, or whose code is somebody's, only what its records say."""
    check_own(folder)
    kept = Store(folder)
    recipe, log = kept.recipe(), kept.log()
    common = {
        "kind": "run",
        "name": name,
        "choices": {part: getattr(recipe, part).name for part in ("score", "loss", "optimiser")},
        "recipe": visible_lines(recipe.to_toml()),
        "ending": card.row()["ending"],
        "reason": card.row()["reason"],
    }
    manifest = kept.manifest()
    if card.foreign or "outcome" not in manifest:
        drawn = report.course_of(log, manifest.get("expected_start"))
        reason = FOREIGN if card.foreign else UNENDED
        return {**common, "facts": _few_facts(recipe), "drawings": all_shown(drawn), "evidence": [], "closed": reason}
    run = api.open_run(folder)
    shares = balance.measure(run.data.classes, run.data.counts)
    drawn = {**report.course_of(run.metrics, run.expected_start), "balance": balance_view.draw(shares)}
    return {
        **common,
        "advice": visible(run.outcome.advice),
        "facts": _facts(run),
        "figures": _figures(run.figures),
        "drawings": all_shown(drawn),
        "evidence": evidence_of(run),
        "onwards": _onwards(name, recipe),
        "closed": "",
    }


def _onwards(name: str, recipe: Recipe) -> dict[str, str]:
    """Return the state in which the Pictures room goes on from a run; empty where its pictures are none that the room has by name."""
    if recipe.data.source not in NAMED:
        return {}
    usual = CATALOGUES["score"].get(recipe.score.name).defaults()
    own = {knob: written(value) for knob, value in recipe.score.knobs.items() if value != usual[knob]}
    return {"from": name, "data": recipe.data.source, "score": recipe.score.name, "loss": recipe.loss.name, **own}


def evidence_of(run: Run) -> list[dict[str, Any]]:
    """Return every kind of evidence that can be had of a model at its weights, with what is kept of this run."""
    assert run.folder is not None
    found = all_kept(run.folder / files.EVIDENCE, model=digest_of(run.model.to_bytes()))
    return [_section(entry, found.get(entry.name)) for entry in kinds()]


def _section(entry: Evidence, finding: Finding | None) -> dict[str, Any]:
    title = entry.summary[0].upper() + entry.summary[1:]
    about = {"name": entry.name, "title": title, "note": f"{entry.formula}. {entry.reference}.", "slow": entry.slow}
    if finding is None:
        return {**about, "kept": False, "sentences": [], "drawings": []}
    try:
        drawings = all_shown(drawings_of(entry.name, finding))
        sentences = [visible(line) for line in finding.sentences()]
    except (ThalwegError, ValueError, KeyError, IndexError, TypeError):  # a record that was written by hand need not make sense
        return {**about, "kept": False, "sentences": ["What is kept of it cannot be drawn; compute it anew."], "drawings": []}
    return {**about, "kept": True, "sentences": sentences, "drawings": drawings}


def _few_facts(recipe: Recipe) -> list[list[str]]:
    return [["data", visible(recipe.data.source)], ["epochs", f"{recipe.epochs:,} planned"], ["seed", str(recipe.seed)]]


def _facts(run: Run) -> list[list[str]]:
    data, recipe, ended = run.data, run.recipe, run.outcome
    counts = ", ".join(f"{sum(own):,} {part}" for part, own in data.counts.items() if sum(own))
    written = time.strftime("%d %B %Y, %H:%M", time.localtime(_manifest_time(run)))
    return [
        ["data", visible(data.source)],
        ["examples", counts],
        ["classes", f"{len(data.classes)}: {visible(', '.join(data.classes))}"],
        ["shape", " × ".join(map(str, data.shape))],
        ["epochs", f"{ended.epoch:,} of {recipe.epochs:,}, {ended.step:,} steps"],
        ["weights", f"those after epoch {run.kept_epoch} ({recipe.keep} by {recipe.monitor})"],
        ["seed", str(recipe.seed)],
        ["time", f"{run.seconds:,.1f} s"],
        ["ended", written],
    ]


def _manifest_time(run: Run) -> float:
    assert run.folder is not None
    return (run.folder / files.MANIFEST).stat().st_mtime


def _figures(figures: Mapping[str, Figures]) -> dict[str, Any]:
    """Return loss, penalty, total and accuracy of each part as a table."""
    rows = [[part, *map(quantity, (one.loss, one.penalty, one.total)), percent(one.accuracy, decimals=2)] for part, one in figures.items()]
    return {"columns": ["part", "loss", "penalty", "total", "accuracy"], "rows": rows, "words": [0]}


def visible_lines(text: str) -> str:
    """Return text of several lines with hidden characters as escapes, line by line."""
    return "\n".join(visible(line) for line in text.splitlines())
