"""Sweep page: the best candidate, what its lead is worth, and every other one, as one HTML file without network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from thalweg.core.visible import visible
from thalweg.evidence._axes import word
from thalweg.evidence.leaderboard import Leaderboard, Row
from thalweg.faces._made import Made
from thalweg.faces._page import render
from thalweg.faces._prose import counted, listed, sentence, settings_words
from thalweg.run.population_record import MemberResult
from thalweg.views import heat_map, leaderboard, parallel_coordinates
from thalweg.views._drawing import Drawing, Table, percent, quantity
from thalweg.views._sweep import FIGURES, names, setting, told
from thalweg.views.leaderboard import SHOWN

LISTED = 200
"""The most diverged members that the page lists."""
CAPTION = "Mean ± standard error over members, at the kept weights; train and test are accuracies. Level: within one error of the best"


@dataclass(frozen=True, kw_only=True)
class SweepPage:
    """Everything a sweep's page shows; equal records give equal bytes.

    `choices` are what all members share and is worth naming on top; `retrain` is the command that trains the best candidate, empty where
    there is none; `results` are the members that the board was made of.
    """

    title: str
    board: Leaderboard
    results: Sequence[MemberResult]
    retrain: str
    made: Made
    choices: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def build(page: SweepPage) -> str:
    """Return the sweep as one HTML page that opens from a file, prints, and fetches nothing."""
    board, drawings = page.board, drawn(page.board)
    lost = [member for member in page.results if member.diverged]
    return render(
        "sweep",
        drawings,
        page=page,
        headline="–" if board.winner is None else told(board, board.winner.figure.mean),
        summary=summary(page),
        caution=caution(board),
        best=best(board),
        caption=CAPTION,
        lost=_lost(lost[:LISTED]),
        lost_words=_lost_words(len(lost), len(page.results)),
    )


def drawn(board: Leaderboard, axes: Sequence[str] | None = None) -> dict[str, Drawing]:
    """Return what the views draw of a sweep; `axes` are the one or two settings of the heat map, by default those that decide most."""
    drawings: dict[str, Drawing] = {"board": leaderboard.draw(board)}
    if board.varied:
        drawings["heat"] = heat_map.draw(board, axes)
    if len(board.varied) > 1:
        drawings["parallel"] = parallel_coordinates.draw(board)
    return drawings


def summary(page: SweepPage) -> list[str]:
    """Say in sentences which candidate is the best, over what, and what was spent."""
    board, best = page.board, page.board.winner
    words = [] if best is not None else [sentence(board.reason)]
    if best is not None:
        words.append(f"mean {FIGURES[board.monitor]} of the best of {counted(len(board.rows), 'candidate')}{_over(board, best)}.")
        words.append(sentence(settings_words(best.candidate.settings) or "all candidates have the same settings"))
        if best.candidate.test.mean is not None:
            shares = best.candidate.test
            spread = "" if shares.error is None else f" ± {percent(shares.error, decimals=2)}"
            words.append(f"On test examples, by which nothing was chosen: {percent(shares.mean, decimals=2)}{spread}. Quote this one.")
    if board.budget is not None:
        budget = board.budget
        examples = "" if budget.examples is None else f", {budget.examples:,} training examples processed"
        words.append(f"Budget: {counted(budget.members, 'member')} of up to {counted(budget.epochs, 'epoch')}{examples}.")
    return words


def _over(board: Leaderboard, best: Row) -> str:
    """Say over what the mean was taken, and with which standard error."""
    figure, folds, seeds = best.figure, best.candidate.folds[board.monitor], best.candidate.seeds
    if figure.error is None:
        return ", one member each" if figure.count == 1 else ""
    over = [counted(len(found), noun) for found, noun in ((seeds, "seed"), (folds, "fold")) if len(found) > 1]
    return f", ± {told(board, figure.error)} (standard error over {listed(over) or counted(figure.count, 'member')})"


def caution(board: Leaderboard) -> list[str]:
    """Say what the order leaves open, and how far the best figure flatters."""
    best, count = board.winner, len(board.rows)
    if best is None or (count == 1 and not best.candidate.diverged):
        return []
    end = "highest" if board.monitor == "accuracy" else "lowest"
    flatters = f"The figure of the best is the {end} of {count}, so it flatters"
    words = []
    if board.level is None:
        words += [sentence(board.reason), f"{flatters}."]
    elif board.level > 1:
        words.append(f"{board.level} candidates lie within one standard error of the best: among them chance decided.")
        words.append(f"{flatters}: were these {board.level} equally good, by about {told(board, board.optimism)}.")
    elif count > 1:
        words += ["No other candidate lies within one standard error of the best.", f"{flatters}, if only a little."]
    if lost := best.candidate.diverged:
        words.append(f"{lost} of the best candidate's {len(best.candidate.members)} members diverged; its figure is that of the others.")
    return words


def best(board: Leaderboard) -> Table:
    """Return the first candidates with their settings and figures, and whether the order leaves them level with the best."""
    rows = tuple(
        (
            str(row.rank),
            *(setting(row, name) for name in names(board)),
            *_figures(board, row),
            f"{row.candidate.diverged} of {len(row.candidate.members)}",
            {True: "yes", False: "no", None: "?"}[row.level],
        )
        for row in board.rows[:SHOWN]
    )
    other = "loss" if board.monitor == "accuracy" else "accuracy"
    heads = (FIGURES[board.monitor], other, "train", "test", "diverged", "level")
    texts = tuple(place for place, axis in enumerate(board.varied or board.axes, start=1) if not axis.numeric)
    return Table(columns=("rank", *map(visible, names(board)), *heads), rows=rows, words=texts)


def _figures(board: Leaderboard, row: Row) -> tuple[str, str, str, str]:
    one = row.candidate
    error = "" if row.figure.error is None else f"\u00a0±\u00a0{told(board, row.figure.error)}"
    other = quantity(one.loss.mean) if board.monitor == "accuracy" else percent(one.accuracy.mean, decimals=2)
    return f"{told(board, row.figure.mean)}{error}", other, percent(one.train.mean, decimals=2), percent(one.test.mean, decimals=2)


def _lost(members: Sequence[MemberResult]) -> Table:
    known = list(dict.fromkeys(name for member in members for name in member.settings))
    folds = any(member.fold is not None for member in members)
    heads = ("member", *map(visible, known), "seed", *(("fold",) if folds else ()), "epoch", "step", "reason")
    rows = tuple(
        (
            str(member.number),
            *(visible(word(member.settings[name], digits=4)) if name in member.settings else "–" for name in known),
            str(member.seed),
            *((("–" if member.fold is None else str(member.fold)),) if folds else ()),
            str(member.epoch),
            f"{member.step:,}",
            visible(member.reason),
        )
        for member in members
    )
    texts = [place for place, name in enumerate(known, start=1) if any(isinstance(member.settings.get(name), str) for member in members)]
    return Table(columns=heads, rows=rows, words=(*texts, len(heads) - 1))


def _lost_words(lost: int, count: int) -> str:
    cut = f" The first {LISTED} are listed." if lost > LISTED else ""
    return f"{lost} of {counted(count, 'member')} diverged.{cut}"
