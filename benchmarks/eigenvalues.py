"""Extreme eigenvalues of a Hessian: Lanczos beside power iteration over batches, up to the same residual.

The peer is PyHessian's method (Yao, Gholami, Keutzer and Mahoney, PyHessian: neural networks through the lens of the Hessian, 2020): power
iteration from a random vector, where every product goes over the batches of a DataLoader with a fresh gradient each, or, with all pictures
as one batch, over one graph that is kept. What is changed is where it stops: not where its estimate settles, but where the residual
|H v - value v|, which it knows without another product, is at most the share of the largest eigenvalue that ours has to reach, and after
its default of 100 products for an eigenvalue. It finds the eigenvalue of the largest absolute value; for the other end it goes on with
H - value I. Both sides have float32, two threads, the same weights (a few epochs of training) and the same prepared pictures; a round
begins without a graph, and seconds are taken within it: of the top eigenvalue alone, and of both ends.
"""

import copy
import json
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from measure import THREADS, SideError, seconds
from table import Result
from training import BATCH, MOMENTUM, RATE, fashion

GOAL = 5.0
TOLERANCE = 1e-3
MOST = 100
"""Products for one eigenvalue, of either side: PyHessian's default."""
WARM = 3
"""Products of the round before those that are timed."""
EPOCHS = 3
CASES: Mapping[str, Mapping[str, Any]] = {
    "mlp 784-64-10": {"score": {"name": "mlp", "widths": [64]}, "examples": 2000},
    "cnn 8-16": {"score": {"name": "cnn", "channels": [8, 16]}, "examples": 1000},
}
QUICK_EXAMPLES = 256
TRAINING_EXAMPLES = 6000


def ours(settings: Mapping[str, Any]) -> Callable[[], None]:
    """Thalweg: Lanczos on products whose graphs are kept, the last of them to measure the residuals."""
    import torch

    from thalweg.core.lanczos import lanczos
    from thalweg.evidence._blocks import BlockProduct, noise
    from thalweg.evidence._ends import lanczos_ends, ritz

    torch.set_num_threads(THREADS)
    subject = _subject(settings)
    teller = Teller(settings, "ours")

    def fresh() -> tuple[Any, Any]:
        product = BlockProduct(subject.objective, dict(subject.params), tuple(subject.params))
        return product, noise(product.like, 0, "all")

    def both() -> Facts:
        product, start = fresh()
        ends = lanczos_ends(product, start, count=1, tolerance=TOLERANCE, products=MOST, seen=lambda: None)
        found = (ends.high[0], ends.low[0])
        return [each.value for each in found], [each.residual for each in found], ends.products

    def top() -> Facts:
        product, start = fresh()

        def enough(space: Any) -> bool:
            values, residuals, _ = ritz(space)
            return bool(residuals[-1] <= TOLERANCE * abs(values).max())

        space = lanczos(product, start, rank=MOST, enough=enough)
        values, _, vectors = ritz(space)
        unit = torch.from_numpy(vectors[:, -1].copy()).to(space.Q)[None] @ space.Q[0]
        unit = unit / unit.norm()
        image = product(unit)
        value = float((unit * image).sum())
        return [value], [float((image - value * unit).norm())], len(values) + 1

    def work() -> None:
        teller.time("top", top)
        teller.time("both", both)

    return work


def batches(settings: Mapping[str, Any]) -> Callable[[], None]:
    """Power iteration; a product makes each batch's gradient anew."""
    return _power(settings, "batches", BATCH)


def one_batch(settings: Mapping[str, Any]) -> Callable[[], None]:
    """Power iteration with all pictures as a single batch, whose graph is made once and kept."""
    return _power(settings, "one batch", None)


def _power(settings: Mapping[str, Any], name: str, size: int | None) -> Callable[[], None]:
    import torch
    from torch.nn import functional
    from torch.utils.data import DataLoader, TensorDataset

    torch.set_num_threads(THREADS)
    subject = _subject(settings)
    assert subject.inputs is not None
    assert subject.pictures is not None
    pixels, labels = torch.cat(list(subject.inputs())), torch.from_numpy(subject.pictures.labels)
    model = copy.deepcopy(_run(settings).model.module).float().eval()  # its buffers; the run's first weights have the preparation in them
    model.load_state_dict({name: tensor[0] for name, tensor in subject.params.items()}, strict=False)
    weights = list(model.parameters())
    for weight in weights:
        weight.requires_grad_()
    teller = Teller(settings, name)
    most = WARM

    def gradient(images: Any, targets: Any) -> Any:
        return torch.autograd.grad(functional.cross_entropy(model(images), targets), weights, create_graph=True)

    def over_batches() -> Callable[[Any], Any]:
        loader = DataLoader(TensorDataset(pixels, labels), batch_size=size)

        def product(v: Any) -> Any:
            sums = [torch.zeros_like(weight) for weight in weights]
            for images, targets in loader:
                parts = torch.autograd.grad(gradient(images, targets), weights, v)
                sums = [before + part * len(targets) for before, part in zip(sums, parts, strict=True)]
            return [each / len(labels) for each in sums]

        return product

    def on_one() -> Callable[[Any], Any]:
        slopes = gradient(pixels, labels)
        return lambda v: torch.autograd.grad(slopes, weights, v, retain_graph=True)

    def iterate(product: Callable[[Any], Any], shift: float, bound: float) -> tuple[float, float, int]:
        """Return an eigenvalue of H - shift I + shift, its residual and the products taken; bound 0: TOLERANCE times the eigenvalue."""
        v = _unit([torch.randn_like(weight) for weight in weights])
        taken = 0
        while True:
            image = [each - shift * own for each, own in zip(product(v), v, strict=True)]
            taken += 1
            value = float(_dot(image, v))
            rest = [each - value * own for each, own in zip(image, v, strict=True)]
            residual = float(_dot(rest, rest)) ** 0.5
            if residual <= (bound or TOLERANCE * abs(value)) or taken == most:
                return value + shift, residual, taken
            v = _unit(image)

    def work() -> None:
        nonlocal most
        torch.manual_seed(0)
        start = time.perf_counter()
        product = on_one() if size is None else over_batches()
        value, residual, taken = iterate(product, 0.0, 0.0)
        teller.tell("top", time.perf_counter() - start, ([value], [residual], taken))
        other, rest, more = iterate(product, value, TOLERANCE * abs(value))
        teller.tell("both", time.perf_counter() - start, ([value, other], [residual, rest], taken + more))
        most = MOST

    return work


def _dot(left: Any, right: Any) -> Any:
    return sum((one * two).sum() for one, two in zip(left, right, strict=True))


def _unit(v: Any) -> Any:
    length = _dot(v, v) ** 0.5
    return [each / length for each in v]


def _run(settings: Mapping[str, Any]) -> Any:
    from thalweg.run.run import open_run

    return open_run(Path(settings["run"]))


def _subject(settings: Mapping[str, Any]) -> Any:
    import thalweg
    from thalweg.run.subject import subject_of

    return subject_of(_run(settings), thalweg.load(settings["file"], validation=0.0), examples=settings["examples"], precision="fp32")


Facts = tuple[list[float], list[float], int]
"""Eigenvalues, their residuals, products taken."""


class Teller:
    """Writes down what each round found and how long it took; the first round is the one before those that count."""

    def __init__(self, settings: Mapping[str, Any], name: str) -> None:
        self.file = Path(settings["facts"], f"{name}.json")
        self.told: dict[str, list[dict[str, Any]]] = {"top": [], "both": []}

    def time(self, ends: str, find: Callable[[], Facts]) -> None:
        start = time.perf_counter()
        facts = find()
        self.tell(ends, time.perf_counter() - start, facts)

    def tell(self, ends: str, taken: float, facts: Facts) -> None:
        values, residuals, products = facts
        self.told[ends].append({"seconds": taken, "values": values, "residuals": residuals, "products": products})
        self.file.write_text(json.dumps(self.told))


PEERS = {f"power iteration, batches of {BATCH}": batches, "power iteration, one kept batch": one_batch}
SIDES = {"ours": ours, **PEERS}
FACTS = {"ours": "ours", **dict(zip(PEERS, ("batches", "one batch"), strict=True))}


def results(*, rounds: int, quick: bool, photos: str | None) -> list[Result]:
    """Measure the rows of this file; each row says what either side reached and how many products it took."""
    found = []
    for name, case in CASES.items():
        examples = QUICK_EXAMPLES if quick else case["examples"]
        with fashion(TRAINING_EXAMPLES) as file, tempfile.TemporaryDirectory() as folder:
            run = str(Path(folder, "run"))
            _train(file, case["score"], run)
            settings = {"file": file, "run": run, "facts": folder, "examples": examples}
            seconds("eigenvalues", list(SIDES), settings, rounds=rounds)
            facts = {side: json.loads(Path(folder, f"{FACTS[side]}.json").read_text()) for side in SIDES}
        found += [
            _result(f"{name}, {ends}", peer, facts["ours"][ends][1:], facts[peer][ends][1:], examples)
            for ends in ("top", "both")
            for peer in PEERS
        ]
    return found


def _train(file: str, score: Mapping[str, Any], folder: str) -> None:
    import thalweg
    from thalweg.run.recipe import Recipe

    recipe = Recipe.make(
        score=score, loss="softmax", optimiser={"name": "momentum", "rate": RATE, "momentum": MOMENTUM}, batch=BATCH, epochs=EPOCHS,
        seed=0, data_seed=0, precision="fp32", data={"source": file, "validation": 0.0},
    )  # fmt: skip
    thalweg.train(thalweg.load(file, validation=0.0), recipe=recipe, folder=folder)


def _result(row: str, peer: str, ours: Sequence[Mapping[str, Any]], theirs: Sequence[Mapping[str, Any]], examples: int) -> Result:
    own, other = ours[-1], theirs[-1]
    bound = TOLERANCE * abs(own["values"][0])
    for one, two, residual in zip(own["values"], other["values"], other["residuals"], strict=True):
        if residual <= bound and abs(one - two) > 2 * bound:
            raise SideError(f"{row}: {peer} found {two:.6g} where ours found {one:.6g}")
    missed = max(other["residuals"]) > 1.01 * bound
    note = (
        f"{examples:,} examples of Fashion-MNIST, fp32; ours {_said(own)}; {peer} {_said(other)}"
        f"{f', not reaching {bound:.1g} within {MOST} an eigenvalue' if missed else ''}"
    )
    spent, peers = ([round["seconds"] for round in side] for side in (ours, theirs))
    return Result(row=row, peer=peer, goal=GOAL, ours=spent, theirs=peers, note=note)


def _said(facts: Mapping[str, Any]) -> str:
    pairs = ", ".join(f"{value:.5g} ± {residual:.1g}" for value, residual in zip(facts["values"], facts["residuals"], strict=True))
    return f"{pairs} after {facts['products']} products"
