"""Records of evidence: plain values with a strict JSON form, and, of an inspection, sentences."""

from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class Record(Protocol):
    """What evidence is: a frozen record of plain values, or of arrays with a plain form."""

    def row(self) -> dict[str, Any]:
        """Return the record as strict JSON holds it: what is undefined is None with a reason beside it, never NaN."""


@runtime_checkable
class Finding(Record, Protocol):
    """A record of an inspection, which also says in sentences what it found: each a whole sentence with its numbers and tolerances."""

    def sentences(self) -> tuple[str, ...]:
        """Return what was found; the first sentence is the answer."""
