"""Two losses that compare classifiers alike and mean different things."""

import numpy as np
import torch

from thalweg.claim._bench import Bench
from thalweg.core.claims import Check, Claim, Measured, at_most, close, exactly, stated
from thalweg.core.progress import Progress
from thalweg.core.seeds import generator
from thalweg.loss import LOSSES


def measure(bench: Bench, progress: Progress) -> Measured:
    """Measure shift invariance, the lecture's scores (10, -100, -100) and (10, 9, 9), and what halving does to p."""
    sure, close_by = [10.0, -100.0, -100.0], [10.0, 9.0, 9.0]
    checks: list[Check] = [
        _shift("softmax", bench.seed),
        _shift("svm-sum", bench.seed),
        exactly("hinge of (10, -100, -100)", 0.0, _value("svm-sum", sure)),
        exactly("hinge of (10, 9, 9)", 0.0, _value("svm-sum", close_by)),
        close("softmax of (10, -100, -100)", float(np.log1p(2 * np.exp(-110))), _value("softmax", sure), 1e-12, relative=True),
        close("softmax of (10, 9, 9)", float(np.log1p(2 * np.exp(-1))), _value("softmax", close_by), 1e-12),
        *_halved(),
    ]
    return Measured(checks=tuple(checks))


def _value(name: str, scores: list[float]) -> float:
    entry = LOSSES.get(name)
    return float(entry.value(torch.tensor([scores], dtype=torch.float64), torch.tensor([0]), **entry.defaults())[0])


def _shift(name: str, seed: int) -> Check:
    entry, noise = LOSSES.get(name), generator(seed, "claims", "shift")
    scores = 3 * torch.randn(1000, 10, generator=noise, dtype=torch.float64)
    shift = 10 * torch.randn(1000, 1, generator=noise, dtype=torch.float64)
    labels = torch.randint(10, (1000,), generator=noise)
    before, after = (entry.value(each, labels, **entry.defaults()) for each in (scores, scores + shift))
    return at_most(f"{name}: largest change when all scores of an example shift together", 1e-12, float((after - before).abs().max()))


def _probabilities(scores: list[float]) -> np.ndarray:
    entry = LOSSES.get("softmax")
    slope = entry.gradient(torch.tensor([scores], dtype=torch.float64), torch.tensor([0]), **entry.defaults())
    return np.asarray(slope[0]) + np.eye(len(scores))[0]


def _halved() -> list[Check]:
    checks = []
    found = {}
    for words, scores in (("(1, -2, 0)", [1.0, -2.0, 0.0]), ("(0.5, -1, 0)", [0.5, -1.0, 0.0])):
        powers = np.exp(scores)
        found[words] = _probabilities(scores)
        for place, (want, got) in enumerate(zip(powers / powers.sum(), found[words], strict=True)):
            checks.append(close(f"probability {place + 1} of scores {words}", float(want), float(got), 1e-12))
    first, half = found.values()
    same = int(first.argmax()) == int(half.argmax())
    flatter = bool(half.max() < first.max() and half.min() > first.min())
    checks.append(
        stated(
            "halving the scores",
            "same class, flatter p",
            f"{'same' if same else 'another'} class, {'flatter' if flatter else 'no flatter'} p",
            same and flatter,
        )
    )
    return checks


ENTRY = Claim(
    number="F4",
    summary="softmax and hinge are comparable, but mean different things",
    claim="Both losses look at differences of scores only; the softmax is never content, the hinge is as soon as the margin is kept.",
    caveat="Softmax outputs depend on the scale of the scores, so on the strength of the penalty: their order means more than their size.",
    formula="L(s + c 1) = L(s);  p = exp(s) / sum exp(s)",
    reference="CS231n notes, Linear classification: SVM vs. Softmax",
    measure=measure,
)
