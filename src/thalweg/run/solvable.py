"""Solvable: which recipes an optimiser that proves its answer can take."""

from collections.abc import Mapping, Sequence
from typing import Any

from thalweg.core.entries import Loss, Penalty, Score
from thalweg.core.errors import ConfigError


def check_solvable(
    optimiser: str, score: Score, loss: Loss, penalties: Sequence[tuple[Penalty, Mapping[str, Any]]], *, clip: float | None, average: bool
) -> None:
    """Raise `ConfigError` in one line where the problem has no dual that is known, or where a setting would change the answer."""
    if not score.closed_form:
        raise ConfigError(f"optimiser {optimiser!r} solves linear scores; got score {score.name!r}. Use score linear, or adam or lbfgs.")
    if loss.dual is None:
        raise ConfigError(f"optimiser {optimiser!r} needs a loss whose dual is known; loss {loss.name!r} has none. Use softmax or a hinge.")
    if clip is not None or average:
        raise ConfigError(f"optimiser {optimiser!r} goes straight to the best W; leave out clip and average.")
    for penalty, _ in penalties:
        if penalty.coefficients is None:
            raise ConfigError(f"optimiser {optimiser!r} knows penalties of |W| and W^2, not {penalty.name!r}. Use l1, l2 or elastic.")
    if not any(sum(penalty.coefficients(**knobs)) > 0 for penalty, knobs in penalties if penalty.coefficients is not None):
        raise ConfigError(
            f"optimiser {optimiser!r} needs a penalty of strength above 0: without one the best W may lie at infinity and nothing can be "
            "proved. Add one, such as l2 1e-6 (--l2 1e-6)."
        )
