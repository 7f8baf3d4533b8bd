"""Inspection page: what was found of a model at its weights, as one HTML file without network."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from thalweg.core.findings import Finding
from thalweg.evidence import EVIDENCE
from thalweg.evidence.verdict import Verdict
from thalweg.faces._made import Made
from thalweg.faces._page import render
from thalweg.faces._prose import counted
from thalweg.views import VIEWS
from thalweg.views._drawing import Drawing


@dataclass(frozen=True, kw_only=True, eq=False)
class InspectionPage:
    """Everything the page of an inspection shows; `choices` are the facts worth naming on top."""

    title: str
    findings: Mapping[str, Finding]
    skipped: Mapping[str, str]
    made: Made
    choices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, eq=False)
class Section:
    """One kind of evidence on a page: what it says, and the names of its drawings."""

    name: str
    title: str
    formula: str
    reference: str
    sentences: tuple[str, ...]
    drawn: tuple[str, ...]


def build(page: InspectionPage) -> str:
    """Return the findings as one HTML page that opens from a file, prints, and fetches nothing."""
    sections, drawings = sections_of(page.findings)
    verdict = page.findings.get("verdict")
    kind = verdict.kind if isinstance(verdict, Verdict) else counted(len(page.findings), "finding")
    first = next((section.sentences[:2] for section in sections if section.name == "verdict"), ())
    said = first or tuple(section.sentences[0] for section in sections)
    return render("inspection", drawings, shared=("player",), page=page, sections=sections, headline=kind, summary=said)


def drawings_of(name: str, finding: Finding) -> dict[str, Drawing]:
    """Return what the views draw of a finding, by the view's name."""
    return {view.name: view.draw(finding) for view in VIEWS if view.evidence == name}


def sections_of(findings: Mapping[str, Finding]) -> tuple[list[Section], dict[str, Drawing]]:
    """Return a section for each finding, and all drawings by the identifier they have in a page."""
    sections: list[Section] = []
    drawings: dict[str, Drawing] = {}
    for name, finding in findings.items():
        entry = EVIDENCE.get(name)
        own = {f"evidence-{view}": drawing for view, drawing in drawings_of(name, finding).items()}
        drawings |= own
        sections.append(
            Section(
                name=name,
                title=entry.summary[0].upper() + entry.summary[1:],
                formula=entry.formula,
                reference=entry.reference,
                sentences=finding.sentences(),
                drawn=tuple(own),
            )
        )
    return sections, drawings
