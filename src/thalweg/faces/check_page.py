"""Check page: what the doctor found and everything it measured, as one HTML file without network."""

from dataclasses import dataclass

from thalweg.doctor._check import Check
from thalweg.faces._made import Made
from thalweg.faces._page import render
from thalweg.faces._prose import sentence
from thalweg.faces.check_words import shown, summary


@dataclass(frozen=True, kw_only=True)
class CheckPage:
    """Everything the page of the doctor shows."""

    title: str
    said: str
    checks: tuple[Check, ...]
    findings: tuple[Check, ...]
    made: Made


def build(page: CheckPage) -> str:
    """Return the checks as one HTML page that opens from a file, prints, and fetches nothing."""
    count = len(page.findings)
    return render(
        "check",
        {},
        page=page,
        headline="all well" if not count else str(count),
        summary=[sentence(summary(page.checks)) if not count else f"of {len(page.checks)} checks found something.", f"{page.said}."],
        shown=shown,
    )
