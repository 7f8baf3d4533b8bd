"""The verdict on a point of a surface: minimum, maximum, saddle, degenerate, or no critical point at all."""

import math

from thalweg.run.surface_record import Verdict

GRADIENT_TOLERANCE = 1e-3
CURVATURE_TOLERANCE = 1e-8


def verdict(
    gradient_norm: float,
    lowest: float,
    highest: float,
    *,
    gradient_tolerance: float = GRADIENT_TOLERANCE,
    curvature_tolerance: float = CURVATURE_TOLERANCE,
) -> Verdict:
    """Judge a point by the norm of its gradient and the two eigenvalues of its Hessian.

    It is critical where the gradient's norm is at most `gradient_tolerance`; an eigenvalue counts as zero where its size is at most
    `curvature_tolerance` times max(1, the largest |eigenvalue|). What overflows is not critical.

    >>> verdict(0.0, -1.0, 1.0).kind, verdict(0.5, 1.0, 100.0).kind, verdict(1e-6, 0.0, 2.0).kind, verdict(0.0, 1.0, 100.0).kind
    ('saddle', 'not critical', 'degenerate', 'minimum')
    """
    kind = "not critical"
    if gradient_norm <= gradient_tolerance and math.isfinite(lowest) and math.isfinite(highest):
        kind = _kind(lowest, highest, curvature_tolerance * max(1.0, abs(lowest), abs(highest)))
    return Verdict(
        kind=kind,
        gradient_norm=gradient_norm,
        eigenvalues=(_finite(lowest), _finite(highest)),
        gradient_tolerance=gradient_tolerance,
        curvature_tolerance=curvature_tolerance,
    )


def _kind(lowest: float, highest: float, zero: float) -> str:
    if min(abs(lowest), abs(highest)) <= zero:
        return "degenerate"
    return "minimum" if lowest > 0 else "maximum" if highest < 0 else "saddle"


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
