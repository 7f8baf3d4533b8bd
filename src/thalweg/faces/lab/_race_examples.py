"""Race examples: races worth seeing. Each is nothing but a state of the room, with a sentence on what there is to see."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Example:
    """A state by its name, and what to look at."""

    name: str
    words: str
    state: Mapping[str, str]

    def row(self) -> dict[str, Any]:
        """Return the example as the page offers it."""
        return {"name": self.name, "words": self.words, "state": dict(self.state)}


SAME = {"tuned": "false", "momentum.rate": "0.1", "adam.rate": "0.1"}
"""Everybody at rate 0.1, which is what plain descent has by itself."""

EXAMPLES = (
    Example(
        name="On the ridge",
        words="Exactly on the ridge of the saddle nothing pulls to the side: whoever follows the gradient walks into the saddle and stays.",
        state={"surface": "saddle", "start": "1,0", "steps": "200", **SAME, "optimisers": "sgd,momentum,adam"},
    ),
    Example(
        name="Beside the ridge",
        words="A millionth beside the ridge, the first three at rate 0.1. Plain descent needs 145 steps to leave; Adam divides by the "
        "gradient's size and needs 11; Newton's method jumps onto the saddle, and the saddle-free one away from it.",
        state={
            "surface": "saddle",
            "start": "1,1e-06",
            "steps": "200",
            **SAME,
            "optimisers": "sgd,momentum,adam,newton,saddle-free-newton",
        },
    ),
    Example(
        name="Monkey saddle",
        words="Three ways down and three up. Where they meet the Hessian is zero, so that no eigenvalue says where to go.",
        state={"surface": "monkey-saddle", "steps": "200", **SAME, "optimisers": "sgd,momentum,adam,saddle-free-newton"},
    ),
    Example(
        name="Long valley",
        words="The steep walls bound the rate and the floor hardly falls: plain descent creeps, momentum gathers speed.",
        state={"surface": "long-valley"},
    ),
    Example(
        name="Plateau",
        words="Far out there is almost no gradient to follow, whichever way it points.",
        state={"surface": "plateau"},
    ),
    Example(
        name="Rosenbrock",
        words="The way into the bent valley is easy, the way along it is not: at the minimum the walls curve 2500 times as sharply "
        "as the floor.",
        state={},
    ),
    Example(
        name="Turned bowl",
        words="A bowl stretched along a diagonal: methods that scale every coordinate by itself lose what they gain when it lies straight.",
        state={"surface": "quadratic", "angle": "45", "optimisers": "sgd,momentum,rmsprop,adam,newton"},
    ),
)

ON_DATA = {"ground": "data"}

DATA_EXAMPLES = (
    Example(
        name="Digits, linear",
        words="One bowl for everybody, at the rates that the catalogue gives them: they differ in nothing but how fast they come down.",
        state=ON_DATA,
    ),
    Example(
        name="Digits, MLP",
        words="The same digits with hidden layers in between: everybody learns the training set nearly by heart, each at its own pace.",
        state={**ON_DATA, "score": "mlp"},
    ),
    Example(
        name="Spiral, MLP",
        words="A small net that has to bend its regions: a long stretch in which little happens, before some find the way out of it.",
        state={**ON_DATA, "data": "spiral", "steps": "1000", "score": "mlp", "widths": "16,16", "optimisers": "sgd,momentum,adam,nesterov"},
    ),
    Example(
        name="Too fast",
        words="Momentum at a rate of 30: within a few steps it leaves the numbers, and with them the race; the others go on.",
        state={**ON_DATA, "score": "mlp", "optimisers": "sgd,momentum,adam", "momentum.rate": "30"},
    ),
)
