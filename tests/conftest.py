"""Shapes and types of every function are checked at run time throughout the tests."""

import os

os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

from jaxtyping import install_import_hook

install_import_hook("thalweg", "beartype.beartype")

import torch  # noqa: E402  (after the hook)

torch.set_num_threads(1)
