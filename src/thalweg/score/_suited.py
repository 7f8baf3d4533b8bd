"""What suits the networks of this folder: settings that the faces fill in where a person leaves them open."""

from collections.abc import Mapping
from typing import Any


def one_cycle(rate: float) -> Mapping[str, Any]:
    """Return Nesterov's momentum on one cycle of the rate, a light L2 penalty and standardised channels."""
    return {
        "prepare": ["standardise"],
        "optimiser": {"name": "nesterov", "rate": rate},
        "schedule": ["one-cycle"],
        "penalty": {"l2": 2.5e-4},
        "epochs": 10,
    }
