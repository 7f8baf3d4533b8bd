"""A sweep in the lab: its order and what that does not decide, the heat map over two settings, every candidate over all of them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from thalweg.core.errors import ModelError
from thalweg.core.visible import visible
from thalweg.evidence import leaderboard
from thalweg.evidence.leaderboard import Budget, Leaderboard
from thalweg.faces import sweep_page
from thalweg.faces._made import Made
from thalweg.faces.lab._drawings import all_shown, table
from thalweg.run.own_files import check_own
from thalweg.run.population_record import MemberResult
from thalweg.run.population_store import PopulationStore
from thalweg.views._sweep import told


def sweep_details(name: str, folder: Path, *, axes: Sequence[str] = ()) -> dict[str, Any]:
    """Return what the room shows of a sweep; `axes` are the two settings of the heat map, by default those that decide most."""
    check_own(folder)
    store = PopulationStore(folder)
    results = store.told()
    if not results:
        raise ModelError(f"{visible(name)}: no member has ended yet; the board appears with the first group of them.")
    board = _board(store, results)
    page = sweep_page.SweepPage(title=name, board=board, results=results, retrain="", made=Made(command="", versions={}))
    chosen = tuple(axes) if {axis.name for axis in board.varied} >= set(axes) else ()
    return {
        "kind": "sweep",
        "name": name,
        "headline": "–" if board.winner is None else told(board, board.winner.figure.mean),
        "summary": [visible(line) for line in sweep_page.summary(page)],
        "caution": [visible(line) for line in sweep_page.caution(board)],
        "best": {**table(sweep_page.best(board)), "caption": sweep_page.CAPTION},
        "drawings": all_shown(sweep_page.drawn(board, chosen or None)),
        "settings": [{"name": axis.name, "shown": visible(axis.name)} for axis in board.varied],
        "axes": list(chosen),
        "facts": _facts(store, results),
    }


def _board(store: PopulationStore, results: Sequence[MemberResult]) -> Leaderboard:
    recipe = store.recipe(results[0].number)
    examples = sum(result.rows[-1].examples for result in results if result.rows)
    members = sum(len(chunk) for chunk in store.facts()["chunks"])
    budget = Budget(members=members, epochs=max(recipe.epochs, *(result.epoch for result in results)), examples=examples)
    return leaderboard.measure(results, monitor=recipe.monitor, budget=budget)


def _facts(store: PopulationStore, results: Sequence[MemberResult]) -> list[list[str]]:
    data: Mapping[str, Any] = store.facts()["data"]
    seconds = sum(result.seconds for result in results)
    return [
        ["data", visible(str(data["source"]))],
        ["members", f"{len(results):,} ended, {sum(result.diverged for result in results):,} of them diverged"],
        ["time", f"{seconds:,.1f} s"],
    ]
