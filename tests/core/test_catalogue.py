import subprocess
import sys

import pytest

from thalweg.core.catalogue import Catalogue, settle
from thalweg.core.entries import Entry, Loss, Optimiser
from thalweg.core.errors import ConfigError
from thalweg.core.knobs import Integer, Number
from thalweg.core.names import entry_names
from thalweg.loss import LOSSES
from thalweg.optimise import OPTIMISERS
from thalweg.run.recipe import CATALOGUES

ENTRY = Entry(
    summary="s",
    formula="f",
    reference="r",
    name="walk",
    knobs=(Number(name="rate", default=0.1, low=0, meaning="rate"), Integer(name="steps", default=2, low=1, meaning="steps")),
)


@pytest.mark.parametrize("catalogue", CATALOGUES.values(), ids=CATALOGUES)
def test_every_entry_carries_its_files_name_and_valid_defaults(catalogue):
    assert catalogue.names() == sorted(catalogue.names())
    assert [entry.name for entry in catalogue] == catalogue.names()
    for entry in catalogue:
        assert isinstance(entry, catalogue.contract)
        assert catalogue.get(entry.name) is entry
        for knob in entry.knobs:
            assert knob.check(knob.default) == knob.default
        assert len({knob.name for knob in entry.knobs}) == len(entry.knobs)


def test_an_unknown_entry_is_refused_with_the_nearest():
    with pytest.raises(ConfigError, match=r"^unknown loss 'sofmax'\. Did you mean 'softmax'\? Known: .*softmax, .*svm-sum"):
        LOSSES.get("sofmax")


@pytest.mark.parametrize("word", ["_scores", "-scores", "__init__", "svm_sum", "softmax ", "../score/linear", ""])
def test_private_modules_and_file_names_are_no_entries(word):
    with pytest.raises(ConfigError, match="unknown loss"):
        LOSSES.get(word)


def test_an_entry_of_another_contract_is_a_mistake_of_ours():
    with pytest.raises(AssertionError, match="must be a Optimiser"):
        Catalogue("thalweg.loss", "loss", Optimiser).get("softmax")


def test_settle_fills_in_defaults_and_checks_what_is_given():
    assert settle(ENTRY, {}, kind="walk") == {"rate": 0.1, "steps": 2}
    assert settle(ENTRY, {"steps": 5.0}, kind="walk") == {"rate": 0.1, "steps": 5}
    with pytest.raises(ConfigError, match=r"rate must be a number in \[0, inf\); got -1\."):
        settle(ENTRY, {"rate": -1}, kind="walk")
    with pytest.raises(ConfigError) as caught:
        settle(ENTRY, {"stps": 1}, kind="optimiser")
    assert str(caught.value) == "optimiser 'walk' has no knob 'stps'. Did you mean 'steps'? Its knobs: rate, steps."
    with pytest.raises(ConfigError, match=r"has no knob 'rate'\. It has no knobs\."):
        settle(Entry(summary="s", formula="f", reference="r", name="still"), {"rate": 1}, kind="optimiser")


def test_names_need_no_pytorch():
    program = "import sys; from thalweg.core.names import entry_names; entry_names('thalweg.core'); assert 'torch' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, check=False).returncode == 0


def test_names_of_what_is_no_folder():
    with pytest.raises(LookupError, match=r"thalweg\.core\.names is not a catalogue folder"):
        entry_names("thalweg.core.names")
    assert entry_names("thalweg.optimise") == OPTIMISERS.names()


def test_contracts_are_frozen():
    with pytest.raises(AttributeError):
        LOSSES.get("softmax").name = "other"
    assert isinstance(LOSSES.get("softmax"), Loss)
