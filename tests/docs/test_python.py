"""The page of the public Python: every public name with its signature and docstring, and the classes that come back."""

from docs.builder import python

import thalweg

PAGE = python.page("thalweg")


def test_every_public_name_stands_there() -> None:
    for name in thalweg.__all__:
        value = python.exported(thalweg).get(name)
        if value is not None:
            role, shown = ("class", name) if isinstance(value, type) else ("function", f"thalweg.{name}")
            assert f"::{{py:{role}}} {shown}" in PAGE, name
    assert "{py:function} thalweg.evidence(model, loss, batches, *, only=None," in PAGE


def test_classes_that_come_back_have_their_methods() -> None:
    for name in ("Run", "Recipe", "ImageSet", "Inspection", "Sweep"):
        assert f"{{py:class}} {name}\n" in PAGE
    assert "{py:method} report(path=None, *, images=None)" in PAGE
    assert "| `epochs` | `int` |" in PAGE


def test_every_public_module_has_a_page() -> None:
    assert python.modules()[0] == "thalweg"
    for name in python.modules():
        assert python.page(name).startswith(f"# Python: {name}\n")
