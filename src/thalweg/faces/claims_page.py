"""Claims page: a table of all claims, and each with its sentence, caveat, checks and figure, as one HTML file without network."""

from dataclasses import dataclass

from thalweg.core.claims import Finding
from thalweg.faces._made import Made
from thalweg.faces._page import render
from thalweg.faces._prose import sentence
from thalweg.faces.claims_words import HEADINGS, reasons, rows, summary
from thalweg.views import _claim
from thalweg.views._drawing import Table


@dataclass(frozen=True, kw_only=True)
class ClaimsPage:
    """Everything the page of the claims shows."""

    title: str
    said: str
    findings: tuple[Finding, ...]
    made: Made


def build(page: ClaimsPage) -> str:
    """Return the claims as one HTML page that opens from a file, prints, and fetches nothing."""
    held = sum(found.verdict == "holds" for found in page.findings)
    return render(
        "claims",
        {found.number: _claim.draw(found.plot) for found in page.findings if found.plot is not None},
        page=page,
        headline=f"{held}/{len(page.findings)}",
        summary=[sentence(summary(page.findings)), sentence(page.said)] if page.said else [sentence(summary(page.findings))],
        checks={found.number: Table(columns=HEADINGS, rows=tuple(rows(found)), words=(0, 4)) for found in page.findings},
        reasons={found.number: reasons(found) for found in page.findings},
        capital=capital,
    )


def capital(words: str) -> str:
    """Return words that begin with a capital.

    >>> capital("rows of W")
    'Rows of W'
    """
    return words[:1].upper() + words[1:]
