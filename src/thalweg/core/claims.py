"""Claims: sentences of the lecture, each held against what is predicted and what is measured."""

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from thalweg.core.display import Displayed
from thalweg.core.entries import Entry

Verdict = Literal["holds", "fails", "not applicable"]
Real = int | float
_EXPONENT = re.compile(r"e\+?(-?)0*(\d)")


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing that a claim predicts: what, the prediction, the measurement and the tolerance as text, and the verdict.

    `predicted` and `measured` are the numbers behind the text, None where there is no single one (or it is not finite). `reason` says why
    a check that is not applicable is not.
    """

    part: str
    prediction: str
    measurement: str
    tolerance: str
    verdict: Verdict
    predicted: float | None = None
    measured: float | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Series:
    """One line or cloud of points of a figure; `low` and `high` are the ends of each point's interval, empty where there is none."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    kind: Literal["line", "points", "prediction"] = "line"


@dataclass(frozen=True, kw_only=True)
class Plot:
    """A figure of a claim as numbers: what is on the axes, which of them are logarithmic, and the series."""

    title: str
    x: str
    y: str
    series: tuple[Series, ...]
    log_x: bool = False
    log_y: bool = False


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What measuring a claim gives: its checks, sentences on how they were made, and a figure where one says more than numbers."""

    checks: tuple[Check, ...]
    notes: tuple[str, ...] = ()
    plot: Plot | None = None


@dataclass(frozen=True, kw_only=True)
class Claim(Entry):
    """A sentence of the lecture that can be measured: `measure(bench, progress) -> Measured`.

    `number` is its place in the list of facts (`F14`), `claim` the sentence, `caveat` what has to be said with it. `needs_data`: whether it
    is measured on pictures; the others are the same whatever the pictures are.
    """

    number: str
    claim: str
    measure: Callable[..., Measured]
    caveat: str = ""
    needs_data: bool = False


@dataclass(frozen=True, kw_only=True, repr=False)
class Finding(Displayed):
    """A claim as it was found: the sentence, its caveat, on which data, every check, and how long that took."""

    number: str
    name: str
    summary: str
    claim: str
    formula: str
    reference: str
    checks: tuple[Check, ...]
    data: str
    seconds: float
    caveat: str = ""
    notes: tuple[str, ...] = field(default=())
    plot: Plot | None = None

    @property
    def verdict(self) -> Verdict:
        """`fails` where one check does, `holds` where some do and none fails, else `not applicable`."""
        found = {check.verdict for check in self.checks}
        return "fails" if "fails" in found else "holds" if "holds" in found else "not applicable"

    @property
    def held(self) -> str:
        """How many checks hold, of those that apply.

        >>> one = Check(part="a", prediction="1", measurement="1", tolerance="exact", verdict="holds")
        >>> what = {"number": "F1", "name": "x", "summary": "", "claim": "", "formula": "", "reference": "", "data": ""}
        >>> Finding(**what, checks=(one, absent("b", "2", reason="no data")), seconds=0.0).held
        '1 of 1 holds, 1 not applicable'
        """
        applied = [check for check in self.checks if check.verdict != "not applicable"]
        if not applied:
            return "not applicable"
        good = sum(check.verdict == "holds" for check in applied)
        left = len(self.checks) - len(applied)
        words = f"{good} of {len(applied)} {'holds' if len(applied) == 1 else 'hold'}"
        return words + (f", {left} not applicable" if left else "")

    def row(self) -> dict[str, Any]:
        """Return the record as a JSON object, its verdict beside it."""
        return {**asdict(self), "verdict": self.verdict}

    def sentences(self) -> tuple[str, ...]:
        """Return the verdict and every check that fails, as sentences."""
        failed = [check for check in self.checks if check.verdict == "fails"]
        return (
            f"{self.number} {self.verdict}: {self.held}.",
            *(
                f"{each.part}: {each.prediction} was predicted (tolerance {each.tolerance}), {each.measurement} measured."
                for each in failed
            ),
        )


def close(part: str, predicted: Real, measured: Real, tolerance: Real, *, relative: bool = False) -> Check:
    """Hold a measurement against a number: |measured - predicted| <= tolerance (times |predicted| where `relative`).

    >>> close("slope", 1.0, 1.01, 0.05).verdict, close("slope", 1.0, 1.2, 0.05).verdict
    ('holds', 'fails')
    """
    reach = tolerance * abs(predicted) if relative else tolerance
    words = f"{100 * tolerance:g} %" if relative and tolerance >= 1e-3 else f"{said(tolerance)}{' relative' if relative else ''}"
    return _check(part, said(predicted), said(measured), words, bool(abs(measured - predicted) <= reach), predicted, measured)


def exactly(part: str, predicted: Real, measured: Real) -> Check:
    """Hold a measurement against a number that it must equal, to the last bit."""
    return _check(part, said(predicted), said(measured), "exact", bool(measured == predicted), predicted, measured)


def at_most(part: str, bound: Real, measured: Real, *, why: str = "") -> Check:
    """Hold a measurement against a bound that it must not exceed; `why` says what the bound is made of."""
    return _check(part, f"≤ {said(bound)}", said(measured), why or said(bound), bool(measured <= bound), bound, measured)


def at_least(part: str, bound: Real, measured: Real, *, why: str = "") -> Check:
    """Hold a measurement against a bound that it must reach; `why` says what the bound is made of."""
    return _check(part, f"≥ {said(bound)}", said(measured), why or said(bound), bool(measured >= bound), bound, measured)


def above(part: str, bound: Real, measured: Real, *, why: str = "") -> Check:
    """Hold a measurement against a bound that it must exceed."""
    return _check(part, f"> {said(bound)}", said(measured), why or said(bound), bool(measured > bound), bound, measured)


def below(part: str, bound: Real, measured: Real, *, why: str = "") -> Check:
    """Hold a measurement against a bound that it must stay under."""
    return _check(part, f"< {said(bound)}", said(measured), why or said(bound), bool(measured < bound), bound, measured)


def beyond(part: str, bound: Real, interval: tuple[float, float, float], *, side: Literal["above", "below"]) -> Check:
    """Hold an estimate with its 95 % interval (low, estimate, high) against a bound that the whole interval must lie above or below."""
    low, estimate, high = interval
    holds = low > bound if side == "above" else high < bound
    words = _interval(interval)
    return _check(part, f"{'>' if side == 'above' else '<'} {said(bound)}", words, "95 % interval", bool(holds), bound, estimate)


def covered(part: str, predicted: Real, interval: tuple[float, float, float], *, level: str = "95 % interval") -> Check:
    """Hold an estimate with its interval (low, estimate, high) against a number that the interval must contain."""
    low, estimate, high = interval
    return _check(part, said(predicted), _interval(interval), level, bool(low <= predicted <= high), predicted, estimate)


def stated(part: str, prediction: str, measurement: str, holds: bool, *, tolerance: str = "exact") -> Check:
    """Record a check that is no comparison of two numbers."""
    return _check(part, prediction, measurement, tolerance, holds, None, None)


def absent(part: str, prediction: str, *, reason: str) -> Check:
    """Record a check that cannot be made here."""
    return Check(part=part, prediction=prediction, measurement="–", tolerance="–", verdict="not applicable", reason=reason)


def said(value: Real) -> str:
    """Return a number in at most seven significant digits, whole ones whole.

    >>> said(2.302585093), said(462), said(0.0), said(1e-7), said(4.39e8)
    ('2.302585', '462', '0', '1e-7', '4.39e8')
    """
    if math.isfinite(value) and value == int(value) and abs(value) < 1e7:
        return f"{int(value):,}"
    digits = 7 if 1e-3 <= abs(value) < 1e7 else 3
    return _EXPONENT.sub(r"e\1\2", f"{value:.{digits}g}")


def _interval(interval: tuple[float, float, float]) -> str:
    low, estimate, high = (f"{end:.4g}" for end in interval)
    return f"{estimate} ({low} to {high})"


def _check(
    part: str, prediction: str, measurement: str, tolerance: str, holds: bool, predicted: Real | None, measured: Real | None
) -> Check:
    return Check(
        part=part,
        prediction=prediction,
        measurement=measurement,
        tolerance=tolerance,
        verdict="holds" if holds else "fails",
        predicted=_finite(predicted),
        measured=_finite(measured),
    )


def _finite(value: Real | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)


def series(
    name: str, x: Iterable[Any], y: Iterable[Any], *, low: Iterable[Any] = (), high: Iterable[Any] = (),
    kind: Literal["line", "points", "prediction"] = "line",
) -> Series:  # fmt: skip
    """Return a series of the points whose numbers are finite."""
    columns = [column for column in (list(map(float, values)) for values in (x, y, low, high)) if column]
    rows = [row for row in zip(*columns, strict=True) if all(map(math.isfinite, row))]
    kept: list[tuple[float, ...]] = [*zip(*rows, strict=True), (), (), (), ()]
    return Series(name=name, x=kept[0], y=kept[1], low=kept[2], high=kept[3], kind=kind)
