"""Taking things out of an optimiser's state, each as what it was put in."""

from torch import Tensor

from thalweg.core.entries import State
from thalweg.core.tree import Params


def tree_in(state: State, name: str) -> Params:
    """Return the parameter-like tree that `state` holds under `name`."""
    value = state[name]
    assert isinstance(value, dict), f"{name} holds one tensor, not a tree"
    return value


def tensor_in(state: State, name: str) -> Tensor:
    """Return the single tensor that `state` holds under `name`."""
    value = state[name]
    assert isinstance(value, Tensor), f"{name} holds a tree, not one tensor"
    return value
