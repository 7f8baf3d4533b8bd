"""Populations beside loops: many linear classifiers, perceptrons and small convolutional nets trained together and one after the other.

Batches of 128, momentum 0.9, two threads, data in memory; seconds are of an epoch (linear) or a step (the nets) of all members.
"""

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

from measure import THREADS, peak_memory, seconds
from table import Result
from training import BATCH, MOMENTUM, RATE, arrays, fashion, together

LINEAR_MEMBERS, MLP_MEMBERS, CNN_MEMBERS = 64, 16, 8
CNN = {"name": "cnn", "channels": [8, 16]}
EXAMPLES, QUICK_EXAMPLES = 60_000, 6_400
STEPS, QUICK_STEPS = 20, 4


def one_linear(settings: Mapping[str, Any]) -> Callable[[], None]:
    """Thalweg: an epoch of one linear classifier."""
    return together(settings["file"], "linear", 1)


def many_linear(settings: Mapping[str, Any]) -> Callable[[], None]:
    """Thalweg: an epoch of 64 linear classifiers as one population."""
    return together(settings["file"], "linear", LINEAR_MEMBERS)


def mlps(settings: Mapping[str, Any]) -> Callable[[], None]:
    """Thalweg: steps of 16 perceptrons as one population."""
    return together(settings["file"], {"name": "mlp", "widths": settings["widths"]}, MLP_MEMBERS)


def cnns(settings: Mapping[str, Any]) -> Callable[[], None]:
    """Thalweg: steps of 8 small convolutional nets as one population."""
    return together(settings["file"], CNN, CNN_MEMBERS)


def loop(settings: Mapping[str, Any], make: Callable[[Any, int], Any], members: int, *, channels_last: bool = False) -> Callable[[], None]:
    """The loop that a PyTorch user writes, over models one after the other: each has its own order, gathers its own batches."""
    import torch
    from torch.nn import functional

    torch.set_num_threads(THREADS)
    pixels, labels = map(torch.from_numpy, arrays(settings["file"]))
    pixels = pixels.permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last) if channels_last else pixels.flatten(1)
    models = [make(torch, index) for index in range(members)]
    optimizers = [torch.optim.SGD(model.parameters(), lr=RATE, momentum=MOMENTUM) for model in models]

    def pass_of_each() -> None:
        for model, optimizer in zip(models, optimizers, strict=True):
            order = torch.randperm(len(pixels))
            for begin in range(0, len(pixels), BATCH):
                rows = order[begin : begin + BATCH]
                loss = functional.cross_entropy(model(pixels[rows]), labels[rows])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()

    return pass_of_each


def loop_linear(settings: Mapping[str, Any]) -> Callable[[], None]:
    """64 plain loops over nn.Linear."""
    return loop(settings, lambda torch, _: torch.nn.Linear(784, 10), LINEAR_MEMBERS)


def loop_mlp(settings: Mapping[str, Any]) -> Callable[[], None]:
    """16 plain loops over nn.Sequential."""

    def make(torch: Any, _: int) -> Any:
        sizes = [784, *settings["widths"]]
        layers = [layer for a, b in pairwise(sizes) for layer in (torch.nn.Linear(a, b), torch.nn.ReLU())]
        return torch.nn.Sequential(*layers, torch.nn.Linear(sizes[-1], 10))

    return loop(settings, make, MLP_MEMBERS)


def loop_cnn(settings: Mapping[str, Any]) -> Callable[[], None]:
    """8 plain loops over the same nets in float32, model and data channels_last."""

    def make(torch: Any, index: int) -> Any:
        from thalweg.score import SCORES

        score = SCORES.get("cnn")
        knobs = {**score.defaults(), "channels": tuple(CNN["channels"])}
        model = score.build((28, 28, 1), 10, torch.Generator().manual_seed(index), **knobs)
        return model.to(memory_format=torch.channels_last).train()  # type: ignore[call-overload]

    return loop(settings, make, CNN_MEMBERS, channels_last=True)


SIDES = {
    "one linear": one_linear, "64 linear": many_linear, "64 plain PyTorch loops": loop_linear,
    "16 mlps": mlps, "16 plain PyTorch loops": loop_mlp, "8 cnns": cnns, "8 plain channels_last loops": loop_cnn,
}  # fmt: skip


def results(*, rounds: int, quick: bool, photos: str | None) -> list[Result]:
    """Measure the rows of this file."""
    found = []
    with fashion(QUICK_EXAMPLES if quick else EXAMPLES) as file:
        given = {"file": file}
        note = "Fashion-MNIST, an epoch of 784 x 10 classifiers; the loops run one after the other"
        times = seconds("populations", ["64 linear", "64 plain PyTorch loops", "one linear"], given, rounds=max(2, rounds // 3))
        found.append(_row("64 linear members", "64 plain PyTorch loops", 15.0, times, given, note))
        eighth = [8 * one for one in times["one linear"]]
        found.append(
            Result(row="64 linear members", peer="8 times one member", goal=1.0, ours=times["64 linear"], theirs=eighth, note=note)
        )  # fmt: skip
    steps = QUICK_STEPS if quick else STEPS
    with fashion(steps * BATCH) as file:
        for widths, goal in (([64], 3.0), ([128], 3.0), ([256, 128], 3.0)):
            given = {"file": file, "widths": widths}
            name = f"16 mlps 784-{'-'.join(map(str, widths))}-10"
            times = seconds("populations", ["16 mlps", "16 plain PyTorch loops"], given, rounds=rounds)
            found.append(
                _row(name, "16 plain PyTorch loops", goal, _each(times, steps), given, f"{steps} steps a round; seconds of one step of all")
            )
        given = {"file": file}
        times = seconds("populations", ["8 cnns", "8 plain channels_last loops"], given, rounds=rounds)
        found.append(
            _row(
                "8 cnns of 8, 16 channels",
                "8 plain channels_last loops",
                1.5,
                _each(times, steps),
                given,
                f"28 x 28 x 1, {steps} steps a round",
            )
        )
    return found


def _each(times: dict[str, list[float]], steps: int) -> dict[str, list[float]]:
    return {name: [value / steps for value in values] for name, values in times.items()}


def _row(row: str, peer: str, goal: float, times: dict[str, list[float]], given: Mapping[str, Any], note: str) -> Result:
    ours = next(iter(times))
    return Result(
        row=row, peer=peer, goal=goal, ours=times[ours], theirs=times[peer], note=note,
        ours_memory_mb=peak_memory("populations", ours, given), peer_memory_mb=peak_memory("populations", peer, given),
    )  # fmt: skip
