"""Balance: how unequal the classes are, and which have too few examples to learn or to measure."""

from collections.abc import Mapping, Sequence

from thalweg.doctor._check import Check, Examination, Measured, looked
from thalweg.doctor._patient import Patient
from thalweg.evidence import balance
from thalweg.run.data_facts import data_facts

RATIO = 10.0
"""The largest class over the smallest from which accuracy says little of the small ones."""
FEWEST = {"train": 10, "validation": 3, "test": 5}
"""Examples of a class in a part below which it can hardly be learnt, or its recall hardly be measured (95 % interval wider than 0.5)."""

NORMAL = (
    f"Every class in every part, at least {FEWEST['train']} examples in training and {FEWEST['test']} in a test, the largest less than "
    f"{RATIO:g} times the smallest."
)


def examine(patient: Patient) -> Check:
    """Count the classes of every part."""
    return of_counts(patient.images.classes, data_facts(patient.images).counts)


def of_counts(classes: Sequence[str], counts: Mapping[str, Sequence[int]]) -> Check:
    """Return what counts of classes by part mean; parts without any example do not count."""
    shares = balance.measure(classes, counts)
    parts = {name: values for name, values in counts.items() if sum(values)}
    measured = (
        *([] if shares.ratio is None else [Measured.of("largest class / smallest class", shares.ratio, "training part")]),
        *(
            Measured.of(f"accuracy of always answering {classes[shares.largest]!r}, {part}", chance or 0.0)
            for part, chance in shares.chance.items() if part in parts
        ),
        *(Measured.of(f"fewest examples of a class, {part}", float(min(values))) for part, values in parts.items()),
    )  # fmt: skip
    known = looked(measured, normal=NORMAL, made=f"all {sum(map(sum, parts.values())):,} labels")
    missing = [(name, part) for part, values in parts.items() for name, count in zip(classes, values, strict=True) if count == 0]
    rare = [
        (name, f"{name} ({count} in {part})")
        for part, values in parts.items()
        for name, count in zip(classes, values, strict=True)
        if 0 < count < FEWEST[part]
    ]
    if missing:
        untaught = [name for name, part in missing if part == "train"]
        name, part = missing[0]
        more = f", and {len(missing) - 1} more such" if len(missing) > 1 else ""
        return known.says(
            "wrong" if untaught else "worth knowing",
            f"Class {(untaught or [name])[0]} has no example in the {'train' if untaught else part} part{more}.",
            "What is not shown cannot be learnt, and what is not held out cannot be measured: add pictures, or leave the class out.",
            cases=tuple(f"{name}: none in {part}" for name, part in missing[:10]),
        )
    if shares.ratio is not None and shares.ratio >= RATIO:
        largest, chance = classes[shares.largest], f"{shares.chance['train'] or 0:.0%}"
        return known.says(
            "worth knowing",
            f"Class {largest} has {shares.ratio:.0f} times the examples of the smallest; always answering it is right for {chance}.",
            "Look at recall by class and its mean, not at accuracy; gather more of the rare classes.",
            cases=tuple(words for _, words in rare[:10]),
        )
    if few := {name for name, _ in rare}:
        return known.says(
            "worth knowing",
            f"{len(few)} {'class has' if len(few) == 1 else 'classes have'} very few examples in a part.",
            "Figures of these classes are guesses: gather more, or cross-validate (`thalweg sweep --folds 5`).",
            cases=tuple(words for _, words in rare[:10]),
        )
    words = f"The largest class has {shares.ratio:.2g} times the examples of the smallest."
    return known.says("well", words)


ENTRY = Examination(
    summary="unequal classes, and classes with hardly any example in a part",
    formula="max_c n_c / min_c n_c;  n_c by part",
    reference="N. Japkowicz, S. Stephen, The class imbalance problem: a systematic study, Intelligent Data Analysis 6, 2002",
    examine=examine,
    place=100,
)
