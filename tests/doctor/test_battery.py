"""Every check keeps the contract, and is silent where all is well."""

import dataclasses
import json

import pytest
from pydantic import TypeAdapter

from thalweg.core.errors import ConfigError
from thalweg.core.outcome import Ending
from thalweg.core.progress import Silent
from thalweg.doctor import CHECKS
from thalweg.doctor._check import Check
from thalweg.doctor._diagnose import diagnose
from thalweg.loss import LOSSES
from thalweg.optimise import OPTIMISERS
from thalweg.run.train import train


@pytest.mark.parametrize("name", CHECKS.names())
def test_entry_explains_itself(name):
    entry = CHECKS.get(name)
    assert entry.summary
    assert entry.formula
    assert entry.reference
    assert entry.examine.__doc__


def test_places_are_in_no_doubt():
    places = [entry.place for entry in CHECKS]
    assert len(set(places)) == len(places)


@pytest.mark.many_steps
@pytest.mark.parametrize("name", CHECKS.names())
def test_a_healthy_patient_gives_no_finding_and_the_same_record_twice(name, well):
    check = CHECKS.get(name).examine(well)
    assert not check.found, check.sentence
    assert check.sentence.endswith(".")
    text = json.dumps(check.row(), allow_nan=False)
    assert TypeAdapter(Check).validate_python(json.loads(text)) == check
    assert json.dumps(CHECKS.get(name).examine(well).row()) == text
    with pytest.raises(dataclasses.FrozenInstanceError):
        check.verdict = "wrong"
    if check.verdict == "well":
        assert check.measured
        assert check.normal
        assert check.made


@pytest.mark.many_steps
def test_a_healthy_net_gives_no_finding(net):
    checks = diagnose(net, only=[name for name in CHECKS.names() if name not in ("labels", "duplicates", "balance")])
    assert [check.sentence for check in checks if check.verdict != "well"] == []


SOUND = [
    *[{"score": "linear", "loss": loss} for loss in LOSSES.names()],
    *[{"score": score, "loss": loss} for score in ("mlp", "cnn") for loss in ("softmax", "svm-max", "svm-ova")],
    *[{"score": "linear", "optimiser": optimiser} for optimiser in OPTIMISERS.names() if optimiser not in ("newton", "saddle-free-newton")],
    {"penalty": {"l1": 1e-4}}, {"penalty": "elastic"}, {"init": "he"}, {"init": "zero"}, {"smoothing": 0.1},
    {"augment": {"name": "crop", "pad": 1}},
    {"average": "ema"}, {"prepare": ["scale"]}, {"prepare": ["scale", "centre"]}, {"score": "mlp", "dropout": 0.5, "batch_norm": True},
    {"score": "mlp", "activation": "tanh"},
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.many_steps
@pytest.mark.parametrize("settings", SOUND, ids=str)
def test_no_alarm_over_scores_losses_and_optimisers(patient, settings):
    checks = diagnose(patient(**settings), only=[name for name in CHECKS.names() if name not in ("labels", "duplicates", "balance")])
    assert [(check.name, check.sentence) for check in checks if check.found] == []


@pytest.mark.slow
@pytest.mark.many_steps
@pytest.mark.parametrize("loss", ["svm-max-squared", "svm-ova-squared", "svm-sum-squared"])
def test_a_net_that_diverges_in_earnest_is_no_false_alarm(patient, digits, loss):
    one = patient(score="mlp", loss=loss)
    assert diagnose(one, only=("updates",))[0].verdict == "wrong"
    assert train(digits, one.recipe).outcome.ending is Ending.DIVERGED


def test_all_checks_in_their_order_and_progress_ends_whatever_happens(well, monkeypatch):
    seen = []

    class Watch(Silent):
        def begin(self, stage, total, unit):
            seen.append((stage, total))

        def end(self):
            seen.append("end")

    monkeypatch.setattr(well, "progress", Watch())
    checks = diagnose(well, only=("balance", "start-loss"))
    assert [check.name for check in checks] == ["start-loss", "balance"]
    assert seen == [("check", 2), "end"]
    monkeypatch.setattr(type(well), "rows", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        diagnose(well, only=("start-loss",))
    assert seen[-1] == "end"


def test_an_unknown_check_names_the_nearest(well):
    with pytest.raises(ConfigError, match=r"unknown check 'labelz'\. Did you mean 'labels'\? Known: balance, "):
        diagnose(well, only=("labelz",))
