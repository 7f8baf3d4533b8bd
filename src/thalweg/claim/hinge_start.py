"""The hinge losses at the start: sums and margins of nothing but the margin and the number of classes."""

from thalweg.claim._bench import Bench
from thalweg.core.claims import Check, Claim, Measured, close
from thalweg.core.progress import Progress

FORMULAS = {
    "svm-sum": ("Δ (C - 1)", lambda margin, classes: margin * (classes - 1)),
    "svm-max": ("Δ", lambda margin, classes: margin),
    "svm-ova": ("Δ C", lambda margin, classes: margin * classes),
    "svm-sum-squared": ("Δ² (C - 1)", lambda margin, classes: margin**2 * (classes - 1)),
    "svm-max-squared": ("Δ²", lambda margin, classes: margin**2),
    "svm-ova-squared": ("Δ² C", lambda margin, classes: margin**2 * classes),
}


def measure(bench: Bench, progress: Progress) -> Measured:
    """Measure every hinge loss at W = 0 with margins 1 and 2."""
    data = bench.train
    checks: list[Check] = []
    for name, (words, formula) in FORMULAS.items():
        for margin in (1.0, 2.0):
            found = float(data.objective(name, margin=margin).value(data.zeros())[0])
            predicted = formula(margin, data.classes)
            checks.append(close(f"{name}: {words} with Δ = {margin:g}, C = {data.classes}", predicted, found, 1e-12))
    return Measured(checks=tuple(checks))


ENTRY = Claim(
    number="F2",
    summary="the hinge losses begin at multiples of the margin",
    claim="At W = 0 the multi-class hinge loss is Δ(C - 1), the structured one Δ, one-versus-all C, the squared one Δ²(C - 1).",
    formula="L(0) = Delta (C - 1) (sum), Delta (max), Delta C (one-versus-all); squares: Delta^2 (C - 1), Delta^2, Delta^2 C",
    reference="Weston and Watkins (1998); Crammer and Singer (2001); CS231n notes, Linear classification",
    measure=measure,
    needs_data=True,
)
