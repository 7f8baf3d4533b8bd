"""A small CNN's training step: `cnn` with its defaults on 28 x 28 grey pictures, batches of 128, momentum 0.9, two threads."""

from collections.abc import Callable, Mapping
from typing import Any

from measure import THREADS, peak_memory, seconds
from table import Result
from training import BATCH, MOMENTUM, RATE, arrays, epochs, fashion

PEER, GOAL = "plain fp32 channels_last loop", 1.6
STEPS, QUICK_STEPS = 20, 4


def ours(settings: Mapping[str, Any]) -> Callable[[], None]:
    """Thalweg: the training loop over so many batches, in the precision it chooses (bfloat16 where the processor has it)."""
    return epochs(settings["file"], "cnn")


def plain(settings: Mapping[str, Any]) -> Callable[[], None]:
    """The same module in float32, model and data channels_last, in the loop that a PyTorch user writes."""
    import torch
    from torch.nn import functional

    from thalweg.score import SCORES

    torch.set_num_threads(THREADS)
    pixels, labels = map(torch.from_numpy, arrays(settings["file"]))
    pixels = pixels.permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)
    score = SCORES.get("cnn")
    model = score.build((28, 28, 1), 10, torch.Generator().manual_seed(0), **score.defaults())
    model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE, momentum=MOMENTUM)
    model.train()

    def some_steps() -> None:
        order = torch.randperm(len(pixels))
        for begin in range(0, len(pixels), BATCH):
            rows = order[begin : begin + BATCH]
            loss = functional.cross_entropy(model(pixels[rows]), labels[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    return some_steps


SIDES = {"ours": ours, PEER: plain}


def results(*, rounds: int, quick: bool, photos: str | None) -> list[Result]:
    """Measure the row of this file; seconds are of one step."""
    steps = QUICK_STEPS if quick else STEPS
    with fashion(steps * BATCH) as file:
        times = seconds("cnn", list(SIDES), {"file": file}, rounds=rounds)
        memory = {name: peak_memory("cnn", name, {"file": file}) for name in SIDES}
    step = {name: [value / steps for value in values] for name, values in times.items()}
    note = f"28 x 28 x 1, batch {BATCH}, {steps} steps a round; seconds are of one step"
    return [
        Result(
            row="cnn step", peer=PEER, goal=GOAL, ours=step["ours"], theirs=step[PEER], ours_memory_mb=memory["ours"],
            peer_memory_mb=memory[PEER], note=note,
        )
    ]  # fmt: skip
