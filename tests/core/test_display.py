"""A record is one short line at a prompt, whatever it holds."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from thalweg.core.display import MOST, Displayed, short


@dataclass(frozen=True, repr=False)
class Box(Displayed):
    inside: Any
    more: Any = None


def test_arrays_and_tensors_are_their_type_and_shape():
    assert repr(Box(np.zeros((3, 4)), torch.zeros(2))) == "Box(inside=float64[3, 4], more=float32[2])"


def test_a_record_in_a_record_is_its_name():
    assert repr(Box(Box(1))) == "Box(inside=Box(…), more=None)"


def test_a_line_is_short_whatever_it_holds():
    assert len(repr(Box({str(key): "x" * 1000 for key in range(1000)}, list(range(10**6))))) <= MOST
    assert len(repr(Box([["y" * 100] * 100] * 100))) <= MOST


def test_one_item_is_written_as_python_writes_it():
    assert (short((1,)), short([1]), short(())) == ("(1,)", "[1]", "()")
