"""Comparison tables: what a comparison found, as plain text and as the rows that text and page share."""

from typing import Any

from thalweg.evidence.comparison import Comparison, Pair
from thalweg.faces.terminal import table
from thalweg.views._drawing import percent, quantity

MOST = 15
"""With more pairs than this, only those with the first run are listed."""


def tables(record: Comparison, *, source: str, noun: str) -> str:
    """Return the comparison as text: what differs, each run, each pair, and the test of all at once."""
    place = noun if record.part == "all" else f"{record.part} {noun}"
    runs = table(["run", "accuracy", "95% interval", "loss"], run_rows(record))
    pairs = table(pair_heads(record), pair_rows(record))
    pieces = [f"{record.count:,} {place} of {source}", differences(record), runs, pairs, "\n".join(remarks(record))]
    return "\n\n".join(pieces).rstrip()


def differences(record: Comparison) -> str:
    """Return the settings in which the recipes differ, one a row, a column a run."""
    if not record.differing:
        return "the recipes are the same"
    rows = [[setting.name, *(_short(value) for value in setting.values)] for setting in record.differing]
    return table(["setting", *record.names], rows)


def run_rows(record: Comparison) -> list[list[str]]:
    """Return name, accuracy, its interval and the mean loss of each run."""
    each = zip(record.names, record.accuracies, record.losses, strict=True)
    return [[name, percent(one.value, decimals=2), between(one.low, one.high), quantity(loss)] for name, one, loss in each]


def listed(record: Comparison) -> tuple[Pair, ...]:
    """Return the pairs that are shown: all of them, or those with the first run where they are many."""
    return record.pairs if len(record.pairs) <= MOST else record.against_first


def pair_heads(record: Comparison) -> list[str]:
    """Return the headings of `pair_rows`; a single test needs no correction."""
    heads = ["run", "less", "points", "95% interval", "only run", "only other", "exact p", "mid-p"]
    return [*heads, *(["Holm p"] if len(record.pairs) > 1 else []), "loss", "error"]


def pair_rows(record: Comparison) -> list[list[Any]]:
    """Return each pair as second less first: difference in accuracy, its interval, who alone is right, McNemar's test, loss."""
    rows = []
    for one in listed(record):
        found, seen, test = one.accuracy, one.agreement, one.test
        corrected = [probability(one.holm)] if len(record.pairs) > 1 else []
        numbers = [points(found.value), between(found.low, found.high, signed=True), seen.only_second, seen.only_first]
        tests = [probability(test.exact), probability(test.mid), *corrected]
        loss = ["–" if one.loss.value is None else f"{one.loss.value:+#.4g}", quantity(one.loss.error)]
        rows.append([record.names[one.second], record.names[one.first], *numbers, *tests, *loss])
    return rows


def remarks(record: Comparison) -> list[str]:
    """Say what stands beside the pairs: the test of all runs at once, pairs left out, and why a number is missing.

    Of two runs Cochran's Q is McNemar's test without its exactness, and is not given.
    """
    words, found = [], record.cochran
    if len(record.names) > 2 and found.p is None:
        words.append(f"Cochran's Q is undefined: {found.reason}.")
    elif len(record.names) > 2:
        shown = f"Cochran's Q = {quantity(found.statistic)} with {found.freedom} degrees of freedom, p = {probability(found.p)}"
        words.append(f"All runs equally often right? {shown}.")
    left_out = len(record.pairs) - len(listed(record))
    if left_out:
        words.append(f"Left out: {left_out:,} pairs without {record.names[0]}; corrected p-values count all {len(record.pairs):,}.")
    reasons = dict.fromkeys(reason for one in listed(record) for reason in (one.test.reason, one.loss.reason) if reason)
    return [*words, *(f"A dash: {reason}." for reason in reasons)]


def points(value: float | None) -> str:
    """Return a difference of shares in percentage points, with its sign.

    >>> points(-0.0125), points(None)
    ('-1.25', '–')
    """
    return "–" if value is None else f"{100 * value:+.2f}"


def between(low: float | None, high: float | None, *, signed: bool = False) -> str:
    """Return the ends of an interval of shares, or of signed differences in points.

    >>> between(0.5, 0.75), between(-0.01, 0.02, signed=True), between(None, None)
    ('50.00% to 75.00%', '-1.00 to +2.00', '–')
    """
    if low is None or high is None:
        return "–"
    return f"{points(low)} to {points(high)}" if signed else f"{percent(low, decimals=2)} to {percent(high, decimals=2)}"


def probability(value: float | None) -> str:
    """Return a p-value with four decimals; smaller ones with an exponent.

    >>> probability(0.04567), probability(3.2e-7), probability(None)
    ('0.0457', '3.2e-07', '–')
    """
    if value is None:
        return "–"
    return f"{value:.1e}" if value < 5e-5 else f"{value:.4f}"


def _short(value: Any) -> str:
    words = "–" if value is None else str(value)
    return words if len(words) <= 40 else f"{words[:39]}…"
