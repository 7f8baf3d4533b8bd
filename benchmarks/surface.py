"""A surface of the `cnn`'s loss: its defaults with filter-scaled directions over 2 000 pictures of 28 x 28, float32, two threads.

The peer is the loop of the loss-landscape repository and its descendants: for each point of the grid the weights are set in the module,
then a DataLoader over a TensorDataset in memory is walked in batches of 128 without gradients, in evaluation mode. A whole grid of 51 x 51
takes the peer long; a round of both sides is the same few points of that grid, and seconds are of one point.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from measure import THREADS, peak_memory, seconds
from table import Result
from training import arrays, fashion

PEER, GOAL = "one point at a time", 5.0
GRID, EXAMPLES, QUICK_EXAMPLES = 51, 2_000, 500
POINTS = 8


def _trained(file: str) -> tuple[Any, Any, Any, Any]:
    """Return the net in evaluation mode, batch-norm's statistics taken from the pictures, prepared pictures, labels, and two directions."""
    import torch

    from thalweg.evidence._directions import random_direction
    from thalweg.score import SCORES

    torch.set_num_threads(THREADS)
    pixels, labels = map(torch.from_numpy, arrays(file))
    score = SCORES.get("cnn")
    net = score.build((28, 28, 1), 10, torch.Generator().manual_seed(0), **score.defaults())
    with torch.no_grad():
        for begin in range(0, len(pixels), 128):
            net(pixels[begin : begin + 128].permute(0, 3, 1, 2))
    params = {name: tensor.detach()[None] for name, tensor in net.named_parameters()}
    return net.eval(), pixels, labels, [params, *(random_direction(params, seed=0, number=number) for number in (0, 1))]


def _points() -> list[list[float]]:
    """Return points spread evenly over the grid, the first and the last corner among them."""
    places = [round(share * (GRID * GRID - 1) / (POINTS - 1)) for share in range(POINTS)]
    return [[-1 + 2 * (place % GRID) / (GRID - 1), -1 + 2 * (place // GRID) / (GRID - 1)] for place in places]


def ours(settings: Mapping[str, Any]) -> Callable[[], None]:
    """Thalweg: the points together, as `thalweg inspect RUN --only surface` evaluates them."""
    import torch

    from thalweg.loss import LOSSES
    from thalweg.run.penalties import Penalties
    from thalweg.run.slices import SliceMaker

    net, pixels, labels, (centre, *directions) = _trained(settings["file"])
    buffers, loss = {name: tensor.detach() for name, tensor in net.named_buffers()}, LOSSES.get("softmax")
    losses = partial(loss.value, **loss.defaults())
    maker = SliceMaker(
        module=net, buffers=buffers, images=pixels, labels=labels, losses=losses, penalties=Penalties([], frozenset()), cores=THREADS
    )  # fmt: skip
    values, points = maker(centre, directions), torch.tensor(_points(), dtype=torch.float64)
    return lambda: settings.get("out", []).append(values(points)[0].double().mean(1).tolist())


def loop(settings: Mapping[str, Any]) -> Callable[[], None]:
    """The usual loop."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    net, pixels, labels, (centre, first, second) = _trained(settings["file"])
    loader = DataLoader(TensorDataset(pixels.permute(0, 3, 1, 2).contiguous(), labels), batch_size=128)
    criterion = nn.CrossEntropyLoss()

    def some_points() -> None:
        found = []
        for x, y in _points():
            for name, weight in net.named_parameters():
                weight.data = centre[name][0] + x * first[name][0] + y * second[name][0]
            total = 0.0
            with torch.no_grad():
                for images, targets in loader:
                    total += criterion(net(images), targets).item() * len(targets)
            found.append(total / len(labels))
        settings.get("out", []).append(found)

    return some_points


SIDES = {"ours": ours, PEER: loop}


def results(*, rounds: int, quick: bool, photos: str | None) -> list[Result]:
    """Measure the row of this file; seconds are of one point of the grid."""
    examples = QUICK_EXAMPLES if quick else EXAMPLES
    with fashion(examples) as file:
        times = seconds("surface", list(SIDES), {"file": file}, rounds=rounds)
        memory = {name: peak_memory("surface", name, {"file": file}) for name in SIDES}
        apart = _apart(file)
    point = {name: [value / POINTS for value in values] for name, values in times.items()}
    note = (
        f"cnn of 32, 64, 128 channels, {examples:,} pictures; {POINTS} points of a {GRID} x {GRID} grid a round, "
        f"seconds are of one point; losses of both sides agree to {apart:.0e}"
    )
    return [
        Result(
            row="cnn surface", peer=PEER, goal=GOAL, ours=point["ours"], theirs=point[PEER], ours_memory_mb=memory["ours"],
            peer_memory_mb=memory[PEER], note=note,
        )
    ]  # fmt: skip


def _apart(file: str) -> float:
    """Return the largest relative difference between the losses that both sides find."""
    found: list[list[float]] = []
    for side in SIDES.values():
        side({"file": file, "out": found})()
    return max(abs(a - b) / max(1.0, abs(b)) for a, b in zip(*found, strict=True))
