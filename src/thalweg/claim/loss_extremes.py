"""The least and the largest loss: a softmax loss never is zero, a hinge loss is."""

import math

import numpy as np
import torch

from thalweg.claim._bench import Bench
from thalweg.core.claims import Check, Claim, Measured, Plot, above, at_most, close, exactly, series, stated
from thalweg.core.progress import Progress
from thalweg.loss import LOSSES

CLASSES = 10
FAR = 1e4


def measure(bench: Bench, progress: Progress) -> Measured:
    """Measure softmax and hinge losses of scores t onehot(y) from t = -10,000 to 700, in double and single precision."""
    leads = np.concatenate([np.linspace(-20, 40, 241), np.linspace(45, 700, 132)])
    softmax, hinge = _loss("softmax", leads), _loss("svm-sum", leads)
    formula = np.log1p((CLASSES - 1) * np.exp(-leads))
    beyond = hinge[leads >= 1]
    before = (CLASSES - 1) * (1 - leads[leads < 1])
    checks: list[Check] = [
        at_most("softmax against log(1 + (C - 1) exp(-t)), largest relative error", 1e-12, _gap(softmax, formula)),
        above("smallest softmax loss for t up to 700", 0.0, float(softmax.min())),
        *_naive(),
        exactly("largest hinge loss for t ≥ Δ: its minimum 0 is attained", 0.0, float(beyond.max())),
        at_most("hinge loss for t < Δ against (C - 1)(Δ - t), largest relative error", 1e-12, _gap(hinge[leads < 1], before)),
        close("softmax at t = -10,000", FAR + math.log(CLASSES - 1), float(_loss("softmax", [-FAR])[0]), 1e-12, relative=True),
        close("hinge at t = -10,000", (CLASSES - 1) * (FAR + 1), float(_loss("svm-sum", [-FAR])[0]), 1e-12, relative=True),
        close("softmax of s = (123, 456, 789), y = 0", 666.0, _lecture(), 1e-12, relative=True),
        _finite(),
    ]
    plot = Plot(
        title="Loss against the lead of the true class",
        x="lead t of the true class",
        y="loss",
        series=(
            series("softmax", leads[leads <= 40], softmax[leads <= 40]),
            series("log(1 + (C - 1) exp(-t))", leads[leads <= 40][::8], formula[leads <= 40][::8], kind="prediction"),
            series("hinge (svm-sum), zero from t = Δ on", leads[leads < 1], hinge[leads < 1]),
        ),
        log_y=True,
    )
    return Measured(checks=tuple(checks), plot=plot)


def _loss(name: str, leads: np.ndarray | list[float], dtype: torch.dtype = torch.float64) -> np.ndarray:
    entry = LOSSES.get(name)
    scores = torch.zeros(len(leads), CLASSES, dtype=dtype)
    scores[:, 0] = torch.as_tensor(np.asarray(leads), dtype=dtype)
    return np.asarray(entry.value(scores, torch.zeros(len(leads), dtype=torch.int64), **entry.defaults()))


def _gap(found: np.ndarray, formula: np.ndarray) -> float:
    return float(np.max(np.abs(found - formula) / np.abs(formula)))


def _naive() -> list[Check]:
    """Say where log-sum-exp minus the true score rounds to zero, against where (C - 1) exp(-t) falls below half a spacing of t."""
    checks = []
    for dtype, kind, name in ((torch.float64, np.float64, "float64"), (torch.float32, np.float32, "float32")):
        leads = torch.arange(100, 4500, dtype=dtype) / 100
        scores = torch.zeros(len(leads), CLASSES, dtype=dtype)
        scores[:, 0] = leads
        zero = (scores.logsumexp(1) - leads) == 0
        first = float(leads[int(torch.nonzero(~zero).max()) + 1])
        half = np.spacing(leads.numpy().astype(kind)) / 2
        predicted = float(leads[int(np.argmax((CLASSES - 1) * np.exp(-leads.numpy().astype(np.float64)) < half))])
        checks.append(close(f"naive log-sum-exp minus s_y is exactly 0 from t = ..., {name}", predicted, first, 0.5))
        kept = float(_loss("softmax", [first], dtype)[0])
        checks.append(above(f"Thalweg's softmax loss there, {name}", 0.0, kept))
    return checks


def _lecture() -> float:
    entry = LOSSES.get("softmax")
    scores = torch.tensor([[123.0, 456.0, 789.0]], dtype=torch.float64)
    return float(entry.value(scores, torch.tensor([0]), **entry.defaults())[0])


def _finite() -> Check:
    bad = []
    for entry in LOSSES:
        for dtype in (torch.float32, torch.float64):
            scores = torch.tensor([[FAR, -FAR, 0.0], [-FAR, FAR, 0.0], [FAR, FAR, FAR]], dtype=dtype)
            values = entry.value_and_gradient(scores, torch.tensor([0, 0, 1]), **entry.defaults())
            if not all(bool(each.isfinite().all()) for each in values):
                bad.append(entry.name)
    return stated("every loss and gradient at |score| = 10,000", "finite", f"not finite: {', '.join(bad)}" if bad else "finite", not bad)


ENTRY = Claim(
    number="F3",
    summary="a hinge loss attains 0, a softmax loss only comes near it; neither has a maximum",
    claim="The least softmax loss is 0, the largest infinite; so are the hinge's.",
    caveat="The softmax loss does not attain its infimum 0; code that takes the true score off a log-sum-exp says 0 from t of about 36 on.",
    formula="L(t onehot) = log(1 + (C - 1) exp(-t));  hinge = (C - 1) max(0, Delta - t)",
    reference="CS231n notes, Linear classification: SVM and softmax; Blanchard, Higham and Higham, IMA J. Numer. Anal. 41 (2021)",
    measure=measure,
)
