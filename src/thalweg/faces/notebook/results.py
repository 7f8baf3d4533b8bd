"""Results: what a notebook shows of sweeps, races, comparisons, rate finders, searches, checks, claims and inspections."""

from functools import singledispatch
from typing import Any

from thalweg.core.visible import visible
from thalweg.faces import check_words, claims_words, comparison_page, race_page, rate_page, search_page, sweep_page
from thalweg.faces._prose import sentence
from thalweg.faces.check import Diagnosis
from thalweg.faces.claims import Claims
from thalweg.faces.compare import Comparison
from thalweg.faces.comparison_tables import run_rows
from thalweg.faces.inspection import Inspection
from thalweg.faces.inspection_page import sections_of
from thalweg.faces.notebook.cell import Cell
from thalweg.faces.race_findings import Race
from thalweg.faces.rate import RateFinding
from thalweg.faces.search import SearchFinding
from thalweg.faces.sweep import Sweep
from thalweg.views._drawing import PART_WORDS, Drawing, Table, percent
from thalweg.views._sweep import told

SHOWN = 12
"""The most lines of a table of candidates or checks before the rest is left to the page."""


@singledispatch
def result(value: Any) -> Cell | None:
    """Return what is shown of a result of the Python face; None of anything else."""
    return None


@result.register
def _sweep(value: Sweep) -> Cell:
    page = value.page()
    board, table = value.board, sweep_page.best(value.board)
    drawn = list(sweep_page.drawn(board).values())
    return Cell(
        kind="Sweep",
        title=page.title,
        choices=page.choices,
        headline="–" if board.winner is None else told(board, board.winner.figure.mean),
        sentences=[*sweep_page.summary(page), *sweep_page.caution(board)],
        alarm="" if value.population.complete else "Interrupted: these are the members trained so far. The same call goes on in a folder.",
        tables=[(sweep_page.CAPTION, Table(columns=table.columns, rows=table.rows[:SHOWN], words=table.words))],
        drawings=drawn[:2],
        folded={one.title: one for one in drawn[2:]},
        notes=[*value.planned.notes, _rest(len(board.rows), "candidate"), f"Kept in {value.folder}." if value.folder else ""],
    )


@result.register
def _race(value: Race) -> Cell:
    record, drawn = value.record, list(race_page.drawn(value.record).values())
    recipe = value.raced.recipe
    return Cell(
        kind="Race",
        title=value.images.source,
        choices={"score": recipe.score.name, "loss": recipe.loss.name, "epochs": f"{recipe.epochs:,}"},
        headline=race_page.headline(record),
        sentences=race_page.summary(record),
        tables=[(race_page.caption(record), race_page.table(record))],
        drawings=drawn[:2],
        folded={one.title: one for one in drawn[2:]},
        notes=value.notes(),
    )


@result.register
def _comparison(value: Comparison) -> Cell:
    record = value.record
    drawn = list(comparison_page.drawn(record).values())
    table = Table(columns=("run", "accuracy", "95% interval", "loss"), rows=tuple(tuple(map(visible, row)) for row in run_rows(record)))
    return Cell(
        kind="Comparison",
        title=comparison_page.title(record.names),
        choices={"pictures": f"{record.count:,} of {value.source}"},
        headline=comparison_page.headline(record),
        sentences=comparison_page.summary(record),
        tables=[("", table)],
        drawings=drawn[:2],
        folded={one.title: one for one in drawn[2:]},
        notes=[sentence(note) for note in value.notes],
    )


@result.register
def _rate(value: RateFinding) -> Cell:
    recipe = value.ramps.recipe
    return Cell(
        kind="Rate",
        title=recipe.data.source,
        choices={"score": recipe.score.name, "loss": recipe.loss.name, "optimiser": recipe.optimiser.name},
        headline=rate_page.headline(value.band),
        sentences=[*rate_page.summary(value.band), *map(sentence, value.band.remarks)],
        drawings=list(value.figures().values()),
        folded={"Train with it": value.train} if value.train else {},
        notes=value.notes,
    )


@result.register
def _search(value: SearchFinding) -> Cell:
    recipe, drawing = value.searches.recipe, value.figures()["course"]
    return Cell(
        kind="Search",
        title=recipe.data.source,
        choices={"score": recipe.score.name, "loss": recipe.loss.name, "examples": f"{value.searches.examples:,}"},
        headline=percent(value.course.methods[-1].final_accuracy[1]),
        sentences=search_page.summary(value.course, PART_WORDS[value.searches.part]),
        drawings=[drawing],
        notes=value.notes,
    )


@result.register
def _check(value: Diagnosis) -> Cell:
    found = value.findings
    heads = ("check", "verdict", "what was found", "normal", "what to do")
    rows = tuple((check.name, check.verdict, visible(check.sentence), visible(check.normal), visible(check.advice)) for check in found)
    every = tuple((check.name, check.verdict, visible(check.sentence)) for check in value.checks)
    return Cell(
        kind="Check",
        title=value.recipe.data.source,
        headline="all well" if not found else str(len(found)),
        sentences=[sentence(check_words.summary(value.checks)), f"{value.said}."],
        tables=[("", Table(columns=heads, rows=rows, words=(0, 1, 2, 3, 4)))] if found else [],
        folded={"All checks": Table(columns=heads[:3], rows=every, words=(0, 1, 2))},
    )


@result.register
def _claims(value: Claims) -> Cell:
    held = sum(found.verdict == "holds" for found in value.findings)
    rows = tuple((found.number, found.summary, found.held, found.verdict) for found in value.findings)
    return Cell(
        kind="Claims",
        title=value.source,
        headline=f"{held}/{len(value.findings)}",
        sentences=[
            sentence(claims_words.summary(value.findings)),
            f"Measured on {value.data}, seed {value.seed}." if value.data else "",
        ],
        tables=[("", Table(columns=("", "claim", "checks", "verdict"), rows=rows, words=(0, 1, 2, 3)))],
        notes=['One of them in full: found["F14"].'] if any(found.number == "F14" for found in value.findings) else [],
    )


@result.register
def _inspection(value: Inspection) -> Cell:
    """Return each finding's sentences, the first drawing of each of the first four, and the rest folded."""
    sections, drawn = sections_of(value.findings)
    first = [drawn[section.drawn[0]] for section in sections if section.drawn]
    rest: dict[str, Drawing | Table | str] = {one.title: one for one in first[4:]}
    rest |= {drawn[name].title: drawn[name] for section in sections for name in section.drawn[1:]}
    said = tuple((section.name, visible(section.sentences[0])) for section in sections)
    rest["In full"] = Table(
        columns=("evidence", "what was found"),
        rows=tuple((section.name, visible(words)) for section in sections for words in section.sentences),
        words=(0, 1),
    )
    return Cell(
        kind="Inspection",
        title=value.title,
        choices=value.choices,
        tables=[("", Table(columns=("evidence", "what was found"), rows=said, words=(0, 1)))] if said else [],
        drawings=first[:4],
        folded=rest,
        notes=[f"{name} does not apply: {sentence(reason)}" for name, reason in value.skipped.items()],
    )


def _rest(count: int, noun: str) -> str:
    return f"The first {SHOWN} of {count:,} {noun}s are listed." if count > SHOWN else ""
