"""Start: weights in the coordinates they were trained in, as a run continues from them or evidence looks at them."""

from dataclasses import dataclass

from thalweg.core.tree import Params
from thalweg.prepare import Chain


@dataclass(frozen=True, eq=False)
class Start:
    """A run's kept weights [1, ...] on prepared pictures, buffers, preparation and class names."""

    params: Params
    buffers: Params
    chain: Chain
    classes: tuple[str, ...]
