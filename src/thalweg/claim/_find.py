"""Finding: a claim measured on a bench, with its time."""

import time
from collections.abc import Sequence

import torch

from thalweg.claim import CLAIMS
from thalweg.claim._bench import Bench
from thalweg.core.claims import Claim, Finding
from thalweg.core.errors import ConfigError, unknown
from thalweg.core.progress import Progress
from thalweg.run.threads import thread_count


def find(claim: Claim, bench: Bench, progress: Progress) -> Finding:
    """Measure one claim, on one thread: the problems are small, and so its bits do not depend on how many cores there are.

    The global random state is left as it was.
    """
    begun = time.monotonic()
    with torch.random.fork_rng(devices=[]), thread_count(1):
        measured = claim.measure(bench, progress)
    return Finding(
        number=claim.number,
        name=claim.name,
        summary=claim.summary,
        claim=claim.claim,
        formula=claim.formula,
        reference=claim.reference,
        caveat=claim.caveat,
        data=bench.described if claim.needs_data else "",
        checks=measured.checks,
        notes=measured.notes,
        plot=measured.plot,
        seconds=time.monotonic() - begun,
    )


def in_order() -> list[Claim]:
    """Return all claims from F1 to F22."""
    return sorted(CLAIMS, key=lambda claim: int(claim.number[1:]))


def chosen(only: Sequence[str]) -> list[Claim]:
    """Return the claims that are named, by number (`F14`, `f14`, `14`) or by name, in the order of their numbers; all where none is.

    Raises `ConfigError` on an unknown one, with the nearest.

    >>> [claim.name for claim in chosen(["f14", "softmax-start", "F14"])]
    ['softmax-start', 'exact-saddle']
    """
    every = in_order()
    numbers = {claim.number: claim.name for claim in every}
    wanted = set()
    for word in only:
        asked = word.strip()
        digits = asked.lower().removeprefix("f")
        if digits.isdecimal() and f"F{int(digits)}" not in numbers:
            raise ConfigError(f"unknown claim {asked!r}: claims have the numbers F1 to F{len(numbers)}, or names such as {every[0].name}.")
        name = numbers[f"F{int(digits)}"] if digits.isdecimal() else asked.lower().replace("_", "-")
        if name not in numbers.values():
            raise unknown("claim", asked, numbers.values())
        wanted.add(name)
    return [claim for claim in every if not wanted or claim.name in wanted]
