"""The page of the public Python: every public name with its signature and docstring, and the classes that come back."""

import pytest

import thalweg
from docs.builder import python


@pytest.fixture(scope="module")
def page() -> str:
    return python.page("thalweg")


def test_every_public_name_stands_there(page: str) -> None:
    for name in thalweg.__all__:
        value = python.exported(thalweg).get(name)
        if value is not None:
            role, shown = ("class", name) if isinstance(value, type) else ("function", f"thalweg.{name}")
            assert f"::{{py:{role}}} {shown}" in page, name
    assert "{py:function} thalweg.evidence(model, loss, batches, *, only=None," in page


def test_classes_that_come_back_have_their_methods(page: str) -> None:
    for name in ("Run", "Recipe", "ImageSet", "Inspection", "Sweep"):
        assert f"{{py:class}} {name}\n" in page
    assert "{py:method} report(path=None, *, images=None)" in page
    assert "| `epochs` | `int` |" in page


def test_every_public_module_has_a_page() -> None:
    assert python.modules()[0] == "thalweg"
    for name in python.modules():
        assert python.page(name).startswith(f"# Python: {name}\n")
