"""Words of the doctor: one line where all is well, else each finding with what is normal and what to do."""

from collections.abc import Iterator, Sequence
from typing import get_args

from thalweg.doctor._check import Check, Measured, Verdict
from thalweg.faces._prose import counted
from thalweg.faces.terminal import table
from thalweg.views._drawing import quantity


def lines(checks: Sequence[Check], *, said: str, every: bool = False) -> Iterator[str]:
    """Yield what to print: findings, the wrong ones first, and a line that counts; with `every`, all checks and measurements as tables."""
    if every:
        yield table(["check", "verdict", "what was found"], [[check.name, check.verdict, check.sentence] for check in checks])
        yield ""
        rows = [[check.name, each.name, shown(each), each.how] for check in checks for each in check.measured]
        yield table(["check", "measured", "value", "how"], rows)
        yield ""
    findings = sorted((check for check in checks if check.found), key=lambda check: check.verdict != "wrong")
    for check in findings:
        yield f"{check.name}: {check.verdict}. {check.sentence}"
        for case in check.cases:
            yield f"    {case}"
        yield f"  normal  {check.normal}"
        yield f"  do      {check.advice}"
        yield f"  from    {check.made}"
    yield f"{summary(checks)} ({said})"


def summary(checks: Sequence[Check]) -> str:
    """Return how many checks found something.

    >>> summary([Check(verdict="well", sentence=""), Check(verdict="not applicable", sentence="")])
    'nothing to report: 2 checks, 1 well, 1 not applicable'
    """
    counts = {verdict: sum(check.verdict == verdict for check in checks) for verdict in get_args(Verdict)}
    told = ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count)
    begin = "" if any(check.found for check in checks) else "nothing to report: "
    return f"{begin}{counted(len(checks), 'check')}, {told}"


def shown(measured: Measured) -> str:
    """Return the value as a person reads it; a dash where it has none."""
    return measured.value if isinstance(measured.value, str) else quantity(measured.value)
