"""What a notebook shows of results: their answer, their table and their drawings."""

import pytest
from tests.faces.notebook.test_values import read

import thalweg as tw


@pytest.fixture(scope="module")
def swept():
    return tw.sweep("digits", rate=[0.01, 0.1], epochs=1)


@pytest.mark.slow
def test_a_sweep_shows_its_leaderboard(swept):
    said = read(swept)
    assert f"{swept.rows()[0]['accuracy']:.2%}" in said
    assert "best of 2 candidates" in said
    assert swept._repr_html_().count("data:image/svg+xml") == 2
    assert len(repr(swept)) <= 400


@pytest.mark.slow
def test_a_comparison_shows_who_leads_and_how_sure_that_is(swept):
    found = tw.compare(swept.run(0), swept.run(1))
    assert "points of accuracy" in read(found)
    assert "95% interval" in read(found)


@pytest.mark.slow
def test_an_inspection_shows_every_finding_and_what_does_not_apply(swept):
    found = tw.inspect(swept.run(0), only=["templates", "filters"])
    said = read(found)
    assert found["templates"].sentences()[0] in said
    assert "filters does not apply" in said


@pytest.mark.slow
def test_a_check_shows_what_to_do():
    found = tw.check("digits", only=["baseline", "scaling"], rate=50.0)
    said = read(found)
    assert found.checks[0].sentence in said


@pytest.mark.slow
def test_claims_show_their_verdicts():
    found = tw.claims(only=["F1"])
    assert "holds" in read(found)
    assert found["F1"].claim.split(" ")[1] in read(found["F1"])


@pytest.mark.slow  # trains three times
def test_rates_and_races_and_searches_show_their_answers():
    rate = tw.rate("digits", steps=20, seeds=1)
    assert "rate" in read(rate)
    race = tw.race("digits", optimisers=["sgd", "adam"], rates=1, seeds=1, epochs=1)
    assert "best of 2 optimisers" in read(race)
    search = tw.search("digits", evaluations=20, seeds=1, subset=50)
    assert "evaluations" in read(search)
