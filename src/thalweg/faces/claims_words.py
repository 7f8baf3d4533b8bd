"""Words of the claims: a line each as it is found, every check of it as a table, and the count at the end."""

from collections.abc import Iterator, Sequence

from thalweg.core.claims import Claim, Finding, Verdict
from thalweg.core.visible import visible
from thalweg.faces._prose import counted, sentence
from thalweg.faces.terminal import table

HEADINGS = ("what", "predicted", "measured", "tolerance", "verdict")


def line(found: Finding, claims: Sequence[Claim]) -> str:
    """Return the line of one claim, in columns as wide as those of all claims that were asked for."""
    width = max(len(claim.summary) for claim in claims)
    failed = "  FAILS" if found.verdict == "fails" else ""
    return f"{found.number:<4} {found.summary:<{width}}  {found.held}{failed}"


def details(found: Finding) -> Iterator[str]:
    """Yield everything there is to say of a claim: the sentence, its caveat, every check, how it was measured."""
    yield f"     {found.claim}"
    if found.caveat:
        yield f"     But: {found.caveat}"
    yield from (f"     {row}" for row in table(HEADINGS, rows(found)).splitlines())
    yield from (f"     {visible(note)}" for note in (*reasons(found), *found.notes))
    if found.data:
        yield f"     On {visible(found.data)}; {found.seconds:.1f} s"
    yield ""


def failures(found: Finding) -> Iterator[str]:
    """Yield a line for each check that fails, and why a claim is not applicable."""
    if found.verdict == "not applicable":
        yield from (f"     {visible(reason)}" for reason in reasons(found))
    for words in found.sentences()[1:]:
        yield f"     {words}"


def rows(found: Finding) -> list[tuple[str, str, str, str, Verdict]]:
    """Return the checks as rows of a table."""
    return [(check.part, check.prediction, check.measurement, check.tolerance, check.verdict) for check in found.checks]


def reasons(found: Finding) -> tuple[str, ...]:
    """Return why checks are not applicable, each reason once."""
    return tuple(dict.fromkeys(sentence(check.reason) for check in found.checks if check.reason))


def summary(findings: Sequence[Finding]) -> str:
    """Return how many claims hold and how many checks were made."""
    verdicts = [found.verdict for found in findings]
    checks = [check.verdict for found in findings for check in found.checks]
    words = f"{verdicts.count('holds')} of {counted(len(verdicts), 'claim')} {'holds' if len(verdicts) == 1 else 'hold'}"
    failed, left = verdicts.count("fails"), verdicts.count("not applicable")
    others = [f"{failed} {'fails' if failed == 1 else 'fail'}"] * (failed > 0) + [f"{left} not applicable"] * (left > 0)
    return f"{', '.join([words, *others])}: {checks.count('holds'):,} of {counted(len(checks) - checks.count('not applicable'), 'check')}"
