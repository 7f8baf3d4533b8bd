"""Every claim is there once, explains itself, makes a strict record, and holds on the embedded pictures."""

import dataclasses
import json

import pydantic
import pytest

import thalweg as tw
from thalweg.claim import CLAIMS
from thalweg.claim._bench import Bench
from thalweg.claim._find import chosen, find, in_order
from thalweg.core.claims import Finding
from thalweg.core.errors import ConfigError
from thalweg.core.progress import Silent

QUICK = ("softmax-start", "hinge-start", "loss-extremes", "loss-comparison", "cross-entropy", "exact-saddle")


@pytest.fixture(scope="module")
def bench():
    return Bench(tw.load("digits"), 0)


def test_every_fact_is_there_once_in_order():
    assert [claim.number for claim in in_order()] == [f"F{number}" for number in range(1, 23)]


@pytest.mark.parametrize("name", CLAIMS.names())
def test_entry_explains_itself(name):
    entry = CLAIMS.get(name)
    assert all((entry.summary, entry.formula, entry.reference, entry.measure.__doc__))
    assert entry.claim.endswith(".")
    assert not entry.caveat or entry.caveat.endswith(".")
    assert not entry.knobs


def holds(name, bench):
    found = find(CLAIMS.get(name), bench, Silent())
    assert found.checks
    assert not [check for check in found.checks if check.verdict != "holds"], found.sentences()
    assert found.verdict == "holds"
    text = json.dumps(found.row(), allow_nan=False)
    own = {key: value for key, value in json.loads(text).items() if key != "verdict"}
    assert pydantic.TypeAdapter(Finding).validate_python(own) == found
    assert bool(found.data) == CLAIMS.get(name).needs_data
    parts = [check.part for check in found.checks]
    assert len(set(parts)) == len(parts)
    for each in found.plot.series if found.plot else ():
        assert len(each.x) == len(each.y) > 0
        assert len(each.low) == len(each.high) in (0, len(each.x))
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.number = "F0"


@pytest.mark.many_steps
@pytest.mark.parametrize("name", QUICK)
def test_quick_claims_hold_on_digits(name, bench):
    holds(name, bench)


@pytest.mark.slow
@pytest.mark.many_steps
@pytest.mark.parametrize("name", [name for name in CLAIMS.names() if name not in QUICK])
def test_other_claims_hold_on_digits(name, bench):
    holds(name, bench)


@pytest.mark.slow
@pytest.mark.many_steps
@pytest.mark.parametrize("seed", [1])
def test_every_claim_holds_with_other_seeds(seed):
    bench = Bench(tw.load("digits", seed=seed), seed)
    failed = [
        sentence for claim in in_order() if (found := find(claim, bench, Silent())).verdict == "fails" for sentence in found.sentences()
    ]
    assert not failed


def test_claims_are_chosen_by_number_and_by_name():
    assert [claim.number for claim in chosen(["22", "F1", "exact_saddle"])] == ["F1", "F14", "F22"]
    assert len(chosen([])) == 22
    with pytest.raises(ConfigError, match=r"unknown claim 'exact-sadle'\. Did you mean 'exact-saddle'\?"):
        chosen(["exact-sadle"])
    with pytest.raises(ConfigError, match=r"unknown claim 'F23': claims have the numbers F1 to F22"):
        chosen(["F23"])
