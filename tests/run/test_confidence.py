import math

import pytest
import torch

from thalweg.loss import LOSSES
from thalweg.run.confidence import winners


def test_probabilities_are_told_from_even_to_certain():
    scores = torch.tensor([[math.log(3), 0.0], [0.0, 0.0], [0.0, 200.0]])
    winner, sure = winners(scores, LOSSES.get("softmax"), {"smoothing": 0.0})
    assert winner.tolist() == [0, 0, 1]
    assert sure.tolist() == pytest.approx([0.5, 0.0, 1.0])


@pytest.mark.parametrize("name", [name for name in LOSSES.names() if name != "softmax"])
def test_hinges_tell_the_lead_in_margins(name):
    scores = torch.tensor([[3.0, 2.0, -9.0], [0.0, 0.0, 0.0], [-50.0, 0.0, 50.0]])
    winner, sure = winners(scores, LOSSES.get(name), {"margin": 2.0})
    assert winner.tolist() == [0, 0, 2]
    assert sure.tolist() == [0.25, 0.0, 1.0]
