"""Tour: ten stops through the lecture, each a saved state of a room with what to see there and one thing to try."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Stop:
    """A stop: where (room and state), what there is to see, and what to try."""

    title: str
    words: str
    attempt: str
    room: str
    state: Mapping[str, str] = field(default_factory=dict)

    def row(self) -> dict[str, Any]:
        """Return the stop as the page shows it."""
        return {"title": self.title, "words": self.words, "attempt": self.attempt, "room": self.room, "state": dict(self.state)}


STOPS = (
    Stop(
        title="Score",
        words="A score function gives every class a number: s = Wx + b. Each row of W is an arrow in the plane, and its class "
        "wins on the side the arrow points to.",
        attempt="change one number of W and see its line turn; change b and see the line move without turning.",
        room="plane",
        state={"data": "blobs3", "loss": "svm-sum", "optimiser": "gradient-descent"},
    ),
    Stop(
        title="Templates",
        words="For pictures the rows of W are pictures too, one template a class. A score is the sum of pixel times template: "
        "how well the picture matches.",
        attempt="play, watch the templates appear, then draw a digit and see which of its pixels speak for which class.",
        room="pictures",
        state={"data": "digits", "score": "linear"},
    ),
    Stop(
        title="Loss",
        words="A loss says how unhappy we are with the scores. The multiclass SVM wants the right class to lead every other one "
        "by a margin, and is silent once it does.",
        attempt="drag a point across a line: its loss rises as far as it lies on the wrong side, and those of the others stay.",
        room="plane",
        state={"data": "blobs3", "loss": "svm-sum", "optimiser": "gradient-descent"},
    ),
    Stop(
        title="SVM or softmax",
        words="Softmax reads the scores as unnormalised log-probabilities and is never quite content: every example goes on "
        "pulling. The SVM looks only at those within the margin.",
        attempt="train with softmax, then switch the loss to svm-sum without a new start: see which rows of the table fall to "
        "zero.",
        room="plane",
        state={"data": "gauss", "noise": "0.2"},
    ),
    Stop(
        title="Regularisation",
        words="The same boundary fits with W twice as long. The penalty R(W) prefers small weights, at the price of a higher "
        "data loss: three numbers, data loss, penalty and their sum.",
        attempt="play, then raise l2 while it runs: the penalty pulls the weights down and the regions grow less sure of "
        "themselves.",
        room="plane",
        state={"data": "circle", "noise": "0.15", "score": "mlp", "rate": "0.1"},
    ),
    Stop(
        title="Optimisation",
        words="The gradient says for every weight how the loss would change with it. A step goes against it: W ← W − rate · "
        "gradient.",
        attempt="press Step, choose a number of W, and follow its update in the panel of this step.",
        room="plane",
        state={"data": "blobs3", "optimiser": "gradient-descent", "rate": "0.5"},
    ),
    Stop(
        title="The rate",
        words="A small rate creeps, a large one overshoots. Above 2 divided by the largest curvature a quadratic is left for "
        "good.",
        attempt="play at rate 0.02, then raise it while it runs: first faster, then restless, then it diverges.",
        room="plane",
        state={"data": "circle", "noise": "0.1", "score": "mlp", "optimiser": "sgd", "rate": "0.02", "batch": "16"},
    ),
    Stop(
        title="Momentum",
        words="In a long valley the steep walls bound the rate, and the floor hardly falls. Plain descent creeps along it; "
        "momentum gathers speed.",
        attempt="play the race, then click another start.",
        room="race",
        state={"surface": "long-valley"},
    ),
    Stop(
        title="Critical points",
        words="Where the gradient is zero the Hessian's eigenvalues say what the point is: all positive a minimum, of both "
        "signs a saddle. Exactly on the ridge a saddle holds those who follow the gradient.",
        attempt="move the start a hair off the ridge with the arrow keys, and see who leaves first.",
        room="race",
        state={
            "surface": "saddle", "start": "1,0", "steps": "200", "tuned": "false", "momentum.rate": "0.1", "adam.rate": "0.1",
            "optimisers": "sgd,momentum,adam",
        },
    ),
    Stop(
        title="Deep nets",
        words="No line divides two spirals. Hidden units bend the plane first: each has a region of its own, and the last layer "
        "is a linear score of them.",
        attempt="play until the spiral is learnt; then take a unit away with the − beside its layer's count, and see what is lost.",
        room="plane",
        state={"data": "spiral", "score": "mlp", "rate": "0.1"},
    ),
)  # fmt: skip
