"""Kept evidence: findings of a run as files in its folder, each found again as long as the question and the model are the same."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_type_hints

from pydantic import TypeAdapter, ValidationError

from thalweg.core.durable import json_bytes, write_file
from thalweg.core.entries import Evidence
from thalweg.core.findings import Finding
from thalweg.faces.kinds import kinds


@dataclass(frozen=True)
class KeptEvidence:
    """The findings in a folder; `model` is the digest of the weights they are of, `question` what is asked of all of them."""

    folder: Path
    model: str
    question: Mapping[str, Any]

    def load(self, entry: Evidence, knobs: Mapping[str, Any]) -> Finding | None:
        """Return the finding that was kept for this question, None where there is none that can be read."""
        content = _read(self.folder / f"{entry.name}.json")
        asked = json.loads(json.dumps({"model": self.model, "question": dict(self.question), "knobs": dict(knobs)}))
        if content is None or {name: content.get(name) for name in asked} != asked:
            return None
        return _finding(entry, content.get("finding"))

    def keep(self, name: str, knobs: Mapping[str, Any], finding: Finding) -> None:
        """Write a finding in one step."""
        content = {"model": self.model, "question": dict(self.question), "knobs": dict(knobs), "finding": finding.row()}
        write_file(self.folder / f"{name}.json", json_bytes(content))


def all_kept(folder: Path, *, model: str) -> dict[str, Finding]:
    """Return the latest finding of each kind that is kept of the model, in the order of the page."""
    found = {}
    for entry in kinds():
        content = _read(folder / f"{entry.name}.json")
        if content is not None and content.get("model") == model and (finding := _finding(entry, content.get("finding"))) is not None:
            found[entry.name] = finding
    return found


def digest_of(model: bytes) -> str:
    """Return the name by which findings know the model they are of."""
    return hashlib.sha256(model).hexdigest()


def _read(path: Path) -> dict[str, Any] | None:
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def _finding(entry: Evidence, row: Any) -> Finding | None:
    """Read a record back by the type that `inspect` says it makes; a record of another version is not one."""
    assert entry.inspect is not None
    try:
        found: Finding = TypeAdapter(get_type_hints(entry.inspect)["return"]).validate_python(row)
    except (ValidationError, TypeError):
        return None
    return found
