"""A linear epoch: 60 000 pictures of 784 pixels, 10 classes, softmax, batches of 128, momentum 0.9, two threads, data in memory."""

from collections.abc import Callable, Mapping
from typing import Any

from measure import THREADS, peak_memory, seconds
from table import Result
from training import BATCH, MOMENTUM, RATE, arrays, epochs, fashion

GOALS = {"plain PyTorch loop": 3.0, "skorch NeuralNetClassifier": 20.0, "scikit-learn SGDClassifier": 10.0}
EXAMPLES, QUICK_EXAMPLES = 60_000, 12_800


def ours(settings: Mapping[str, Any]) -> Callable[[], None]:
    """Thalweg: the training loop's epoch."""
    return epochs(settings["file"], "linear")


def plain(settings: Mapping[str, Any]) -> Callable[[], None]:
    """The loop that a PyTorch user writes for data that fit into memory: no DataLoader, float32 tensors prepared before."""
    import torch
    from torch import nn
    from torch.nn import functional

    torch.set_num_threads(THREADS)
    pixels, labels = map(torch.from_numpy, arrays(settings["file"]))
    pixels = pixels.flatten(1)
    model = nn.Linear(784, 10)
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE, momentum=MOMENTUM)

    def one_epoch() -> None:
        order = torch.randperm(len(pixels))
        for begin in range(0, len(pixels), BATCH):
            rows = order[begin : begin + BATCH]
            loss = functional.cross_entropy(model(pixels[rows]), labels[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    return one_epoch


def skorch(settings: Mapping[str, Any]) -> Callable[[], None]:
    """One epoch of `partial_fit` with skorch's own DataLoader; no validation part, shuffled, nothing printed."""
    import torch
    from skorch import NeuralNetClassifier
    from torch import nn

    torch.set_num_threads(THREADS)
    pixels, labels = arrays(settings["file"])
    pixels = pixels.reshape(len(pixels), -1)
    net = NeuralNetClassifier(
        nn.Linear, module__in_features=784, module__out_features=10, criterion=nn.CrossEntropyLoss, optimizer=torch.optim.SGD,
        optimizer__momentum=MOMENTUM, lr=RATE, batch_size=BATCH, max_epochs=1, train_split=None, iterator_train__shuffle=True, verbose=0,
    )  # fmt: skip
    net.initialize()
    return lambda: net.partial_fit(pixels, labels)


def scikit(settings: Mapping[str, Any]) -> Callable[[], None]:
    """One pass of `partial_fit`: ten one-against-all logistic regressions, one example a step, on two threads."""
    import numpy as np
    from sklearn.linear_model import SGDClassifier

    pixels, labels = arrays(settings["file"])
    pixels = pixels.reshape(len(pixels), -1)
    classifier = SGDClassifier(loss="log_loss", n_jobs=THREADS, random_state=0)
    classes = np.arange(10)
    return lambda: classifier.partial_fit(pixels, labels, classes=classes)


SIDES = {"ours": ours, "plain PyTorch loop": plain, "skorch NeuralNetClassifier": skorch, "scikit-learn SGDClassifier": scikit}


def results(*, rounds: int, quick: bool, photos: str | None) -> list[Result]:
    """Measure the rows of this file."""
    examples = QUICK_EXAMPLES if quick else EXAMPLES
    with fashion(examples) as file:
        times = seconds("linear", list(SIDES), {"file": file}, rounds=rounds)
        memory = {name: peak_memory("linear", name, {"file": file}) for name in SIDES}
    note = f"Fashion-MNIST, {examples:,} examples an epoch, batch {BATCH}; scikit-learn takes one example a step"
    return [
        Result(
            row="linear epoch", peer=peer, goal=goal, ours=times["ours"], theirs=times[peer], ours_memory_mb=memory["ours"],
            peer_memory_mb=memory[peer], note=note,
        )
        for peer, goal in GOALS.items()
    ]  # fmt: skip
