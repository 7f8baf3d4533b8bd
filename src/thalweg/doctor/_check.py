"""Check: what one examination found, as plain values and sentences; and what an entry of this catalogue is."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from thalweg.core.entries import Entry
from thalweg.evidence._strict import number

Verdict = Literal["wrong", "worth knowing", "well", "not applicable"]


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One number (or word) with how it was made; None where it is not finite or not defined."""

    name: str
    value: float | str | None
    how: str = ""

    @classmethod
    def of(cls, name: str, value: float, how: str = "") -> "Measured":
        """Make it of a number, which may be infinite or NaN."""
        return cls(name=name, value=number(value), how=how)


@dataclass(frozen=True, kw_only=True)
class Check:
    """What an examination found: `sentence` is the answer, `normal` the range that is normal and why, `advice` what to do about it.

    `made` says from what it was measured: seed, examples, steps. `cases` names single examples, the worst first. A check that does not
    apply says why in its sentence.
    """

    verdict: Verdict
    sentence: str
    measured: tuple[Measured, ...] = ()
    normal: str = ""
    advice: str = ""
    made: str = ""
    cases: tuple[str, ...] = ()
    name: str = ""

    @property
    def found(self) -> bool:
        """Whether there is something to report."""
        return self.verdict in ("worth knowing", "wrong")

    def says(self, verdict: Verdict, sentence: str, advice: str = "", *, cases: tuple[str, ...] = ()) -> "Check":
        """Return the same measurements with what is to be said of them."""
        return replace(self, verdict=verdict, sentence=sentence, advice=advice, cases=cases)

    def row(self) -> dict[str, Any]:
        """Return the record as a JSON object."""
        return asdict(self)

    def sentences(self) -> tuple[str, ...]:
        """Return what was found, and what to do."""
        return tuple(words for words in (self.sentence, self.advice) if words)


@dataclass(frozen=True, kw_only=True)
class Examination(Entry):
    """A check: `examine(patient)` -> `Check`; `place`: where it stands in a list, low numbers first."""

    examine: Callable[[Any], Check]
    place: int


def looked(measured: Iterable[Measured], *, normal: str, made: str) -> Check:
    """Return measurements of which nothing is said yet."""
    return Check(verdict="well", sentence="", measured=tuple(measured), normal=normal, made=made)


def not_applicable(reason: str, *, made: str = "") -> Check:
    """Return the check that has nothing to say, with the reason.

    >>> not_applicable("There is no validation part.").found
    False
    """
    return Check(verdict="not applicable", sentence=reason, made=made)
