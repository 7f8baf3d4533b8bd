"""What the text of the entries' files says is what the entries are."""

import pytest

from thalweg.core.knobs import Choice
from thalweg.evidence import EVIDENCE
from thalweg.faces.entry_sources import data_names, evidence_of_runs, knobs_of
from thalweg.images import READERS
from thalweg.run.recipe import CATALOGUES


@pytest.mark.parametrize("catalogue", [*CATALOGUES.values(), EVIDENCE], ids=lambda catalogue: catalogue.package)
def test_knobs_read_from_the_text_are_those_of_the_entries(catalogue):
    for entry in catalogue:
        found = knobs_of(catalogue.package.removeprefix("thalweg."), entry.name)
        assert list(found) == [knob.name for knob in entry.knobs], entry.name
        for knob in entry.knobs:
            assert found[knob.name] == (tuple(knob.choices) if isinstance(knob, Choice) else ()), entry.name


def test_evidence_and_data():
    assert evidence_of_runs() == [entry.name for entry in EVIDENCE if entry.inspect is not None]
    assert data_names() == [entry.name for entry in READERS if entry.matches(entry.name)]
