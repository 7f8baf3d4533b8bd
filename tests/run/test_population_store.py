import pytest

import thalweg as tw
from thalweg.core.errors import ModelError
from thalweg.run.population_store import PopulationStore


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sweeps") / "one"
    tw.sweep("digits", folder=folder, rate=[0.01, 0.1], optimiser=["sgd", "adam"], epochs=1)
    return PopulationStore(folder)


def test_what_is_told_is_what_the_results_are(store):
    assert len(store.facts()["chunks"]) > 1
    assert [each.row() for each in store.told()] == [each.row() for each in store.results()]


def test_a_group_that_has_not_ended_tells_nothing(store):
    ended = store.folder / "results" / "000"
    away = ended.rename(store.folder / "away")
    try:
        assert 0 < len(store.told()) < 4
    finally:
        away.rename(ended)


def test_damaged_results_say_where(store):
    path = store.folder / "results" / "000" / "results.json"
    before = path.read_bytes()
    try:
        path.write_text("[1]")
        with pytest.raises(ModelError, match=r"results\.json: not the results of a group"):
            store.told()
    finally:
        path.write_bytes(before)
