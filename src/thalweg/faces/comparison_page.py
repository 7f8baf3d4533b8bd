"""Comparison page: what sets runs apart and how sure that is, as one HTML file without network."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from thalweg.evidence._strict import number
from thalweg.evidence.comparison import Comparison, Pair
from thalweg.faces._page import render
from thalweg.faces.comparison_tables import pair_heads, pair_rows, points, probability, remarks, run_rows
from thalweg.views import comparison_curves, confusion_difference, paired_differences
from thalweg.views._drawing import Drawing, percent, quantity

MATRICES = 6
"""With more runs than this besides the first, the differences of confusion matrices are of the first so many."""


def build(record: Comparison, *, source: str, noun: str = "pictures", notes: Sequence[str] = ()) -> str:
    """Return the comparison as one HTML page; equal comparisons give equal bytes."""
    return render(
        "comparison",
        drawn(record),
        record=record,
        title=title(record.names),
        source=source,
        examples=noun if record.part == "all" else f"{record.part} {noun}",
        headline=headline(record),
        summary=summary(record),
        runs=run_rows(record),
        pairs=pair_rows(record),
        heads=pair_heads(record),
        remarks=remarks(record),
        parts=_parts(record),
        matrices=_matrices(record),
        notes=notes,
        percent=percent,
        quantity=quantity,
    )


def drawn(record: Comparison) -> dict[str, Drawing]:
    """Return what the views draw of a comparison, by the name it has in the page."""
    drawings: dict[str, Drawing] = {}
    if any(one.epochs for one in record.curves):
        drawings["curves"] = comparison_curves.draw(record)
    drawings["differences"] = paired_differences.draw(record)
    return drawings | {name: confusion_difference.draw(record, one) for name, one in _matrices(record).items()}


def _matrices(record: Comparison) -> dict[str, Pair]:
    return {f"matrix-{one.second}": one for one in record.against_first[:MATRICES]}


def title(names: Sequence[str]) -> str:
    """Return the names of the runs in a few words."""
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) <= 4 else f"{names[0]} and {len(names) - 1} others"


def headline(record: Comparison) -> str:
    """Return the difference that the page is about: of two runs the second less the first, of more the best less the first."""
    one = _leading(record)
    return points(record.against_first[one - 1].accuracy.value)


def _leading(record: Comparison) -> int:
    """Return the run that is held against the first: the best, or the second where the first is the best itself."""
    return 1 if len(record.names) == 2 else record.best or _second_best(record)


def _second_best(record: Comparison) -> int:
    return max(range(1, len(record.names)), key=lambda place: (record.accuracies[place].right, -place))


def summary(record: Comparison) -> list[str]:
    """Say in sentences how far the leading run is ahead, and how sure that is."""
    pair = record.against_first[_leading(record) - 1]
    name, other = record.names[pair.second], record.names[pair.first]
    if pair.accuracy.value is None:
        return [f"points between {name} and {other}: {pair.accuracy.reason}."]
    shares = [percent(record.accuracies[place].value, decimals=2) for place in (pair.second, pair.first)]
    words = [
        f"points of accuracy: {name} answers {shares[0]} rightly, {other} {shares[1]}.",
        f"With 95% confidence the difference lies between {points(pair.accuracy.low)} and {points(pair.accuracy.high)} points.",
    ]
    seen = pair.agreement
    only = f"{name} alone is right on {seen.only_second:,} examples, {other} alone on {seen.only_first:,}"
    if pair.test.exact is None:
        words.append(f"Nothing to test: {pair.test.reason}.")
    elif len(record.pairs) == 1:
        words.append(f"{only}: McNemar's exact test gives p = {probability(pair.test.exact)}.")
    else:
        corrected = f"{probability(pair.holm)} corrected for {len(record.pairs)} pairs"
        words.append(f"{only}: McNemar's exact test gives p = {probability(pair.test.exact)}, {corrected}.")
    return words


def _parts(record: Comparison) -> list[dict[str, Any]]:
    """Return each run's figures of each part of its own data."""
    return [
        {"run": name, "part": part, **{word: number(value) for word, value in asdict(figures).items()}}
        for name, parts in zip(record.names, record.figures, strict=True)
        for part, figures in parts.items()
    ]
