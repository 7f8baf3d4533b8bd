"""The pages of the catalogues: every entry with everything it says, whoever adds one."""

import sys
from pathlib import Path

import pytest

from docs.builder import catalogues
from docs.builder.prose import cell, plain
from thalweg.core.catalogue import Catalogue
from thalweg.core.entries import Entry
from thalweg.faces.commands import READERS
from thalweg.run.recipe import CATALOGUES

NEW = '''
"""New: an idea."""

from thalweg.core.entries import Entry
from thalweg.core.knobs import Number


def value(scores):
    """Return 2 * scores."""


ENTRY = Entry(summary="brand new", formula="a * b", reference="nobody", knobs=(Number(name="knob_one", default=0.5, meaning="what"),))
'''


@pytest.fixture(scope="module")
def found() -> dict[str, Catalogue[Entry]]:
    return catalogues.catalogues()


def test_every_catalogue_is_found(found: dict[str, Catalogue[Entry]]) -> None:
    assert {catalogue.package for catalogue in (READERS, *CATALOGUES.values())} <= {catalogue.package for catalogue in found.values()}
    assert {"surface", "evidence", "views", "doctor", "claim", "faces.lab"} <= set(found)


def test_every_entry_stands_on_its_page(found: dict[str, Catalogue[Entry]]) -> None:
    pages = {folder: catalogues.page(folder, catalogue) for folder, catalogue in found.items()}
    for folder, entry in [(folder, entry) for folder, catalogue in found.items() for entry in catalogue]:
        page = pages[folder]
        section = page.split(f"({catalogues.anchor(folder, entry.name)})=\n## `{entry.name}`\n")[1].split("\n## ")[0]
        assert entry.formula in section
        assert plain(entry.reference) in section
        assert plain(entry.summary[1:].rstrip(".")) in section
        for knob in entry.knobs:
            assert f"| `{catalogues.option(knob)}` |" in section
            assert cell(knob.meaning) in section
            assert cell(knob.allowed) in section


@pytest.mark.parametrize(
    ("folder", "name", "words"),
    [
        ("loss", "svm-sum", "thalweg train --loss svm-sum"),
        ("optimise", "adam", "thalweg train --optimiser adam"),
        ("surface", "saddle", "thalweg race saddle"),
        ("evidence", "verdict", "thalweg inspect RUN --only verdict"),
        ("doctor", "units", "thalweg check --only units"),
        ("claim", "exact-saddle", "thalweg claims --only F14"),
        ("images", "mnist", "thalweg train mnist"),
        ("evidence", "confusion", ""),
        ("images", "folder", ""),
        ("views", "plane", ""),
    ],
)
def test_it_says_how_an_entry_is_asked_for(found: dict[str, Catalogue[Entry]], folder: str, name: str, words: str) -> None:
    said = catalogues.use(folder, found[folder].get(name))
    assert said == (f"On the command line: `{words}`" if words else "")


def test_docstrings_of_functions_are_there(found: dict[str, Catalogue[Entry]]) -> None:
    page = catalogues.page("loss", found["loss"])
    assert "**`value(scores, labels, *, margin)`**" in page
    assert "tensor([2.9000])" in page


def test_a_new_entry_needs_no_edit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "brandnew"
    folder.mkdir()
    (folder / "__init__.py").write_text('"""Ideas: what is new."""')
    (folder / "an_idea.py").write_text(NEW)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(sys.modules, "thalweg.brandnew", __import__("brandnew"))
    monkeypatch.setitem(sys.modules, "thalweg.brandnew.an_idea", __import__("brandnew.an_idea", fromlist=["ENTRY"]))
    page = catalogues.page("brandnew", Catalogue("brandnew", "idea", Entry))
    assert page.startswith("# Ideas\n\nWhat is new.\n")
    for words in ("## `an-idea`", "Brand new.", "a * b", "`--knob-one`", "Return 2 \\* scores.", "Reference: nobody"):
        assert words in page
