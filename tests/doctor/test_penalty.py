import pytest

from thalweg.doctor.penalty import examine


@pytest.mark.many_steps
@pytest.mark.parametrize("settings", [{}, {"penalty": {"l1": 1e-4}}, {"penalty": None}])
def test_loss_rises_with_the_strength(patient, settings):
    check = examine(patient(**settings))
    assert check.verdict == "well"
    values = {each.name: each.value for each in check.measured}
    assert values["strength 0: penalty at the start"] == 0
    assert values["strength 0.1: penalty at the start"] == pytest.approx(10 * values["strength 0.01: penalty at the start"])
    trained = [values[f"strength {each}: training loss after training"] for each in ("0", "0.01", "0.1")]
    assert trained == sorted(trained)


def test_penalty_of_nothing_is_wrong(patient, monkeypatch):
    monkeypatch.setattr("thalweg.run.setting.penalised", lambda *_: frozenset())
    check = examine(patient())
    assert check.verdict == "wrong"
    assert check.sentence == "The penalty at the start does not rise with the strength of l2."


def test_a_net_is_not_trained_for_it(net):
    check = examine(net)
    assert check.verdict == "well"
    assert [each.name for each in check.measured] == [f"strength {each}: penalty at the start" for each in ("0", "0.01", "0.1")]
