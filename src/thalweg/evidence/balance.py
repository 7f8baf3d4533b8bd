"""Balance: how many examples each class has in each part of the data."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from thalweg.core.display import Displayed
from thalweg.core.entries import Evidence
from thalweg.core.errors import DataError


@dataclass(frozen=True, kw_only=True, repr=False)
class Balance(Displayed):
    """Counts by part and class.

    `totals` sums each part. `largest` is the class that the training part holds most often (the first of equals) and `chance` the
    accuracy of always answering it, by part. `ratio` is the largest training class over the smallest. A number that would divide by
    zero is None; `reasons` says why, by name.
    """

    classes: tuple[str, ...]
    counts: dict[str, tuple[int, ...]]
    totals: dict[str, int]
    largest: int
    chance: dict[str, float | None]
    ratio: float | None
    reasons: dict[str, str]

    def row(self) -> dict[str, Any]:
        """Return the record as a JSON object."""
        return asdict(self)


def measure(classes: Sequence[str], counts: Mapping[str, Sequence[int]], *, fitted: str = "train") -> Balance:
    """Return class counts by part, and what the plainest classifier of all would reach: always the largest class of the part `fitted`.

    Raises `DataError` where a part does not count every class, or where the part `fitted` is missing.

    >>> balance = measure(["cat", "dog"], {"train": [30, 10], "test": [5, 5]})
    >>> balance.ratio, balance.chance
    (3.0, {'train': 0.75, 'test': 0.5})
    """
    for part, values in counts.items():
        if len(values) != len(classes):
            raise DataError(f"part {part!r} must count {len(classes)} classes; got {len(values)} counts.")
    if fitted not in counts or not classes:
        raise DataError(f"counts must hold the part {fitted!r} and at least one class; got parts {', '.join(counts) or 'none'}.")
    totals = {part: sum(values) for part, values in counts.items()}
    largest = max(range(len(classes)), key=lambda index: counts[fitted][index])
    smallest = min(counts[fitted])
    reasons = {f"chance of {part}": "the part is empty" for part, total in totals.items() if not total}
    if smallest == 0:
        reasons["ratio"] = f"a class has no example in the part {fitted!r}"
    return Balance(
        classes=tuple(classes),
        counts={part: tuple(values) for part, values in counts.items()},
        totals=totals,
        largest=largest,
        chance={part: counts[part][largest] / total if total else None for part, total in totals.items()},
        ratio=counts[fitted][largest] / smallest if smallest else None,
        reasons=reasons,
    )


def example() -> Balance:
    """Return three cats for every dog."""
    return measure(["cat", "dog"], {"train": [30, 10], "validation": [6, 2], "test": [5, 5]})


ENTRY = Evidence(
    summary="examples of each class in each part, and the accuracy of always answering the largest class",
    formula="n_c; max_c n_c / n; max_c n_c / min_c n_c",
    reference="N. Japkowicz, S. Stephen, The class imbalance problem: a systematic study, Intelligent Data Analysis 6, 2002",
    measure=measure,
    example=example,
)
