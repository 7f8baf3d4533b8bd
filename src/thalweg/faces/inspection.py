"""Inspection: the findings on a model at its weights, one kind of evidence after the other, kept as they are made."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from thalweg.core.display import Displayed
from thalweg.core.durable import write_file
from thalweg.core.entries import Evidence, Source
from thalweg.core.errors import ConfigError, unknown
from thalweg.core.findings import Finding
from thalweg.core.progress import Progress
from thalweg.core.subject import Subject, Unsuited
from thalweg.evidence.path import LossPath
from thalweg.faces._made import Made
from thalweg.faces.inspection_page import InspectionPage, build, drawings_of
from thalweg.faces.path_animation import animate
from thalweg.run import files
from thalweg.run.versions import versions
from thalweg.views._drawing import Drawing


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Inspection(Displayed):
    """What was found of a model: `findings` by the name of the evidence, and in `skipped` why the others do not apply.

    `inspection["spectrum"]` is a finding's record; `figures()` are the drawings.
    """

    title: str
    findings: Mapping[str, Finding]
    skipped: Mapping[str, str]
    again: str
    choices: Mapping[str, str] = field(default_factory=dict)
    seconds: float | None = None

    def __getitem__(self, name: str) -> Finding:
        """Return the finding of a kind of evidence."""
        if name in self.findings:
            return self.findings[name]
        if name in self.skipped:
            raise ConfigError(f"{name}: {self.skipped[name]}")
        raise unknown("finding", name, list(self.findings))

    def figures(self) -> dict[str, Drawing]:
        """Return the drawings of all findings by the view's name."""
        return {name: drawing for found in self.findings for name, drawing in drawings_of(found, self.findings[found]).items()}

    def sentences(self) -> dict[str, tuple[str, ...]]:
        """Return what was found in sentences, by the name of the evidence."""
        return {name: finding.sentences() for name, finding in self.findings.items()}

    def row(self) -> dict[str, Any]:
        """Return everything as a JSON object."""
        return {
            "title": self.title,
            "findings": {name: finding.row() for name, finding in self.findings.items()},
            "skipped": dict(self.skipped),
            "again": self.again,
        }

    def report(self, path: Source | None = None) -> Path:
        """Write the page, one HTML file without network, and return its path; by default `inspection.html` in the working folder."""
        target = Path(path or files.INSPECTION)
        made = Made(command=self.again, versions=versions(), seconds=self.seconds)
        page = InspectionPage(title=self.title, findings=self.findings, skipped=self.skipped, choices=self.choices, made=made)
        write_file(target, build(page))
        return target

    def animation(self, path: Source | None = None) -> Path:
        """Write the path of the weights as a GIF and return where; by default `path.gif` in the working folder.

        Raises `ConfigError` where there is no finding of the path.
        """
        found = self["path"]
        assert isinstance(found, LossPath)
        target = Path(path or files.ANIMATION)
        write_file(target, animate(found))
        return target


Keep = Callable[[str, Mapping[str, Any], Finding], None]
Known = Callable[[Evidence, Mapping[str, Any]], Finding | None]


def findings_of(
    subject: Callable[[], Subject],
    entries: Sequence[Evidence],
    knobs: Mapping[str, Mapping[str, Any]],
    *,
    progress: Progress,
    known: Known = lambda entry, own: None,
    keep: Keep = lambda name, own, finding: None,
) -> tuple[dict[str, Finding], dict[str, str]]:
    """Make the findings one after the other, take those that are `known`, and have each kept as soon as it is there.

    The subject is made when the first finding needs it.
    """
    findings: dict[str, Finding] = {}
    skipped: dict[str, str] = {}
    made: list[Subject] = []
    for entry in entries:
        own = knobs[entry.name]
        finding = known(entry, own)
        if finding is None:
            if not made:
                made.append(subject())
            assert entry.inspect is not None
            try:
                finding = entry.inspect(made[0], progress=progress, **own)
            except Unsuited as reason:
                skipped[entry.name] = str(reason)
                continue
            keep(entry.name, own, finding)
        findings[entry.name] = finding
    return findings, skipped


def lines(inspection: Inspection) -> Iterator[str]:
    """Return the findings as lines for a terminal."""
    for name, said in inspection.sentences().items():
        yield name
        yield from (f"  {sentence}" for sentence in said)
    for name, reason in inspection.skipped.items():
        yield f"{name}: does not apply: {reason}"
