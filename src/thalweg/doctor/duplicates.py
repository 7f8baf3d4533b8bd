"""Duplicates: equal pictures in several parts of the split, with different labels, or very many."""

from collections.abc import Sequence

from thalweg.core.imageset import ImageSet
from thalweg.doctor._check import Check, Examination, Measured, looked
from thalweg.doctor._patient import Patient
from thalweg.images import across_parts, find_duplicates

MANY = 0.1
"""The share of pictures that repeat another one from which they are worth a word."""
NAMED = 10
NORMAL = f"No picture in two parts of the split, none with two labels, and fewer than {MANY:.0%} that repeat another."


def examine(patient: Patient) -> Check:
    """Compare all pictures, bit by bit."""
    return of_groups(find_duplicates(patient.images), patient.images)


def of_groups(groups: Sequence[tuple[int, ...]], images: ImageSet) -> Check:
    """Return what groups of equal pictures mean for a set."""
    split = images.split.parts()
    leaks = across_parts(groups, images.split)
    held = {int(row) for part in ("validation", "test") for row in split[part]}
    leaked = sum(row in held for rows in leaks for row in rows)
    torn = [rows for rows in groups if len({int(images.labels[row]) for row in rows}) > 1]
    repeated = sum(len(rows) - 1 for rows in groups)
    made = f"all {len(images):,} pictures, compared bit by bit"
    measured = (
        Measured.of("pictures that repeat another", float(repeated), made),
        Measured.of("groups in several parts of the split", float(len(leaks))),
        Measured.of("held-out pictures among them", float(leaked), f"of {len(held):,}"),
        Measured.of("groups with different labels", float(len(torn))),
    )
    known = looked(measured, normal=NORMAL, made=made)
    noun = "group of equal pictures" if len(leaks) == 1 else "groups of equal pictures"
    if leaks:
        said = f"{len(leaks):,} {noun} stand{'s' if len(leaks) == 1 else ''} in more than one part of the split"
        return known.says(
            "wrong" if leaked > 0.01 * len(held) else "worth knowing",
            f"{said}, {leaked:,} of {len(held):,} held-out pictures: figures on these may flatter.",
            "Keep copies in one part: remove them, or split by hand into train and test folders.",
            cases=_named(leaks, images),
        )
    if torn:
        return known.says(
            "worth knowing",
            f"{len(torn):,} {'picture has' if len(torn) == 1 else 'pictures have'} several labels.",
            "At most one of them is right: correct or remove the others.",
            cases=_named(torn, images),
        )
    if repeated > MANY * len(images):
        return known.says(
            "worth knowing",
            f"{repeated:,} of {len(images):,} pictures repeat another one.",
            "They count several times in training; remove them unless that is meant.",
            cases=_named(groups, images),
        )
    return known.says("well", f"{repeated:,} pictures repeat another, none across parts or labels.")


def _named(groups: Sequence[tuple[int, ...]], images: ImageSet) -> tuple[str, ...]:
    return tuple(" = ".join(f"{images.origin(row)} ({images.classes[images.labels[row]]})" for row in rows[:3]) for rows in groups[:NAMED])


ENTRY = Examination(
    summary="equal pictures across the parts of the split, or with different labels",
    formula="x_i = x_j, bit by bit, with i, j in different parts or y_i != y_j",
    reference="B. Barz, J. Denzler, Do we train on test data? Purging CIFAR of near-duplicates, Journal of Imaging 6, 2020",
    examine=examine,
    place=90,
)
