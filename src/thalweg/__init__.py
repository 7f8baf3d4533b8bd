"""Thalweg trains an image classifier and shows, with numbers, why it works.

The lecture's three parts are folders, and data flows through them:

    images -> prepare -> score -> loss (+ penalty) -> optimise -> evidence -> views -> faces

- `images`    bytes on disk, or a name, to an `ImageSet`
- `prepare`   affine maps of the pixels, fitted on the training split; `augment` changes batches at random
- `score`     images to class scores: linear, mlp, cnn, resnet, or a module of yours
- `loss`      scores and labels to one number an example; `penalty`: weights to R(W)
- `optimise`  how W moves; `schedule` changes the rate, `average` averages the path
- `surface`   functions of two numbers to race over
- `run`       a recipe and pictures to a trained, saved run: the only place where the others meet
- `doctor`    checks of a recipe and its pictures: what was measured, what is normal, what to do
- `claim`     what the lecture says, each sentence measured
- `evidence`  what can be shown of a trained W; `views` draws it; `faces` are the command line, this module and the report

    >>> import thalweg as tw
    >>> tw.load("blobs3").classes
    ('class 0', 'class 1', 'class 2')
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from thalweg.faces.api import Recipe as Recipe
    from thalweg.faces.api import load as load
    from thalweg.faces.api import open_run as open
    from thalweg.faces.api import train as train
    from thalweg.faces.check import check as check
    from thalweg.faces.claims import claims as claims
    from thalweg.faces.compare import compare as compare
    from thalweg.faces.exporting import export as export
    from thalweg.faces.inspect import evidence as evidence
    from thalweg.faces.inspect import inspect as inspect
    from thalweg.faces.live import live as live
    from thalweg.faces.plot import figure as figure
    from thalweg.faces.plot import plot as plot
    from thalweg.faces.race import race as race
    from thalweg.faces.rate import find_rate as rate
    from thalweg.faces.search import search as search
    from thalweg.faces.sweep import sweep as sweep

__version__ = "0.1.0"
_HOMES = {
    "Recipe": ("api", "Recipe"),
    "check": ("check", "check"),
    "claims": ("claims", "claims"),
    "compare": ("compare", "compare"),
    "evidence": ("inspect", "evidence"),
    "export": ("exporting", "export"),
    "figure": ("plot", "figure"),
    "inspect": ("inspect", "inspect"),
    "live": ("live", "live"),
    "load": ("api", "load"),
    "open": ("api", "open_run"),
    "plot": ("plot", "plot"),
    "race": ("race", "race"),
    "rate": ("rate", "find_rate"),
    "search": ("search", "search"),
    "sweep": ("sweep", "sweep"),
    "train": ("api", "train"),
}
__all__ = [
    "Recipe",
    "__version__",
    "check",
    "claims",
    "compare",
    "evidence",
    "export",
    "figure",
    "inspect",
    "live",
    "load",
    "open",
    "plot",
    "race",
    "rate",
    "search",
    "sweep",
    "train",
]


def __getattr__(name: str) -> Any:
    """Import the Python face when one of its names is first used: `import thalweg` alone loads no PyTorch."""
    if name in _HOMES:
        module, word = _HOMES[name]
        return getattr(importlib.import_module(f"thalweg.faces.{module}"), word)
    raise AttributeError(f"module 'thalweg' has no attribute {name!r}")
