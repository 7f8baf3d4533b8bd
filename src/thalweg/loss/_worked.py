"""The arithmetic of the losses written out: terms class by class, and what makes one loss of them.

A hinge is terms (`rival_terms` or `side_terms`, or their squares) that are added up or of which the largest counts.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

from thalweg.core.worked import Line, added, number, written

Lines = tuple[Line, ...]

Scored = Sequence[float]
"""The scores of one example, a number a class."""


def names(scores: Scored, classes: Sequence[str]) -> Sequence[str]:
    """Return what the classes are called: as given, or by their numbers.

    >>> names([3.2, 5.1], ())
    ('0', '1')
    """
    return classes or tuple(str(k) for k in range(len(scores)))


def rival_terms(scores: Scored, label: int, *, margin: float, classes: Sequence[str]) -> Lines:
    """Write L_j = max(0, s_j - s_y + margin) for every wrong class.

    >>> [line.numbers for line in rival_terms([3.2, 5.1, -1.7], 0, margin=1.0, classes=("cat", "car", "frog"))]
    ['max(0, 5.1 − 3.2 + 1)', 'max(0, −1.7 − 3.2 + 1)']
    """
    s_y = scores[label]
    return tuple(
        written(f"L_{name}", "max(0, s_j − s_y + margin)", max(s_j - s_y + margin, 0.0), {"s_j": s_j, "s_y": s_y, "margin": margin})
        for j, (name, s_j) in enumerate(zip(names(scores, classes), scores, strict=True))
        if j != label
    )


def side_terms(scores: Scored, label: int, *, margin: float, classes: Sequence[str]) -> Lines:
    """Write max(0, margin - t_k s_k) for every class, with its sign t_k in place: minus s_y for the true class, plus s_j for the others.

    >>> [line.numbers for line in side_terms([3.2, 5.1, -1.7], 0, margin=1.0, classes=("cat", "car", "frog"))]
    ['max(0, 1 − 3.2)', 'max(0, 1 + 5.1)', 'max(0, 1 + (−1.7))']
    """

    def right(name: str, s_y: float) -> Line:
        return written(f"L_{name}", "max(0, margin − s_y)", max(margin - s_y, 0.0), {"margin": margin, "s_y": s_y})

    def wrong(name: str, s_j: float) -> Line:
        return written(f"L_{name}", "max(0, margin + s_j)", max(margin + s_j, 0.0), {"margin": margin, "s_j": s_j})

    named = enumerate(zip(names(scores, classes), scores, strict=True))
    return tuple(right(name, score) if k == label else wrong(name, score) for k, (name, score) in named)


def squared(terms: Lines) -> Lines:
    """Write the square of every term.

    >>> squared((Line("L_car", "max(0, margin + s_j)", "max(0, 1 + 2)", 3.0),))
    (Line(symbol='L_car', formula='max(0, margin + s_j)²', numbers='max(0, 1 + 2)²', value=9.0),)
    """
    return tuple(replace(term, formula=f"{term.formula}²", numbers=f"{term.numbers}²", value=term.value * term.value) for term in terms)


def total(terms: Lines, formula: str) -> Lines:
    """Return the terms and the loss that adds them up; 0 where there is none."""
    return (*terms, added("L", formula, [term.value for term in terms]))


def largest(terms: Lines) -> Lines:
    """Return the terms and the loss that is the largest of them; 0 where there is none, not a number where one is not."""
    values = [term.value for term in terms] or [0.0]
    most = max(values, key=lambda value: (math.isnan(value), value))
    return (*terms, Line("L", "max L_j over j ≠ y", f"max({', '.join(number(value) for value in values)})", most))
