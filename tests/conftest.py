"""Shapes and types of every function are checked at run time throughout the tests.

The checks take four fifths of a small training's time. A test of many steps (`@pytest.mark.many_steps`) goes without: what it runs
thousands of times is checked where other tests run it a few times.
"""

import os
from collections.abc import Iterator
from typing import Any

os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import jaxtyping
import pytest
from jaxtyping import install_import_hook

install_import_hook("thalweg", "beartype.beartype")

import torch  # noqa: E402  (after the hook)

torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def _checks(request: pytest.FixtureRequest) -> Iterator[None]:
    many = request.node.get_closest_marker("many_steps") is not None
    jaxtyping.config.update("jaxtyping_disable", many)
    yield
    jaxtyping.config.update("jaxtyping_disable", False)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Return Debian's Chromium, driven by playwright."""
    with pytest.importorskip("playwright.sync_api").sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        launched = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=arguments)
        yield launched
        launched.close()
