"""The doctor as a person meets it: silent where all is well, and what it prints, writes and refuses."""

import json
from pathlib import Path

import pytest

import thalweg as tw
from thalweg.core.errors import ConfigError, DataError
from thalweg.faces.check import check, check_command
from thalweg.run.recipe import Recipe

CHEAP = "start-loss,duplicates,balance"


def test_silence_where_all_is_well(here, capsys):
    check_command("digits", {}, only=CHEAP, quiet=True)
    assert capsys.readouterr().out == "nothing to report: 3 checks, 3 well (digits, linear + softmax, nesterov)\n"
    assert not list(here.iterdir())


def test_a_finding_says_what_is_normal_and_what_to_do(here, capsys):
    check_command("digits", {"prepare": "none"}, only="balance,start-loss", quiet=True)
    out = capsys.readouterr().out.splitlines()
    assert out[0].startswith("start-loss: wrong. The loss begins at 15.77, where zero scores cost 2.303")
    assert [line[:9] for line in out[1:4]] == ["  normal ", "  do     ", "  from   "]
    assert out[4] == "2 checks, 1 wrong, 1 well (digits, linear + softmax, nesterov)"


def test_all_shows_every_measurement(here, capsys):
    check_command("digits", {}, only="balance", every=True, quiet=True)
    out = capsys.readouterr().out
    assert "largest class / smallest class" in out
    assert "training part" in out


def test_json_strict_and_page(here, capsys):
    with pytest.raises(SystemExit) as end:
        check_command(
            "digits", {"prepare": "none", "seed": "3"}, only="start-loss", strict=True, output=Path("c.html"), as_json=True, quiet=True
        )
    assert end.value.code == 1
    said = json.loads(capsys.readouterr().out)
    assert (said["findings"], said["recipe"]["seed"], said["report"]) == (["start-loss"], 3, "c.html")
    assert said["checks"][0]["made"].startswith("seeds 3 to 10")
    page = Path("c.html").read_text()
    assert "thalweg check digits --prepare none --seed 3 --only start-loss" in page
    assert "The loss begins at" in page
    assert "http" not in page.split("<script")[0].replace("http-equiv", "")


def test_python_and_command_agree(here, capsys):
    found = check("digits", prepare=[], only=("start-loss",))
    check_command("digits", {"prepare": "none"}, only="start-loss", as_json=True, quiet=True)
    assert json.loads(capsys.readouterr().out)["checks"] == json.loads(json.dumps([each.row() for each in found.checks]))
    assert [each.name for each in found.findings] == ["start-loss"]
    assert found.again == "tw.check('digits', prepare=[], only=('start-loss',))"
    assert str(found).startswith("start-loss: wrong.")
    assert tw.check is check


def test_a_recipe_file_by_itself_and_beside_other_pictures(here, capsys, painted):
    Path("mine.toml").write_text(Recipe.make(optimiser="sgd").to_toml())
    check_command("mine.toml", {}, only=CHEAP, quiet=True)
    assert "(digits, linear + softmax, sgd)" in capsys.readouterr().out
    check_command(str(painted), {}, recipe="mine.toml", only="balance", quiet=True)
    out = capsys.readouterr().out
    assert "2 classes have very few examples in a part" in out
    assert f"({painted}, linear + softmax, sgd)" in out


def test_a_sample_is_said(digits):
    found = check(digits, only=("balance",), sample=100)
    assert found.said == "digits, linear + softmax, nesterov, a sample of 100 of 1,294 training pictures"


@pytest.mark.parametrize(
    ("data", "options", "error", "words"),
    [
        ("digits", {"only": "overfti"}, ConfigError, r"unknown check 'overfti'\. Did you mean 'overfit'\? Known: balance, "),
        ("digits", {"sample": 3}, ConfigError, "sample must be at least 50 pictures; got 3"),
        ("digits", {"recipe": "adam"}, ConfigError, r"RECIPE must be a recipe file, \*\.toml; got 'adam'"),
        ("nowhere/at/all", {}, DataError, "nowhere/at/all"),
        ("digitz", {}, DataError, "digitz"),
        ("empty", {}, DataError, "empty"),
    ],
)
def test_what_it_refuses(here, data, options, error, words):
    Path("empty").mkdir()
    with pytest.raises(error, match=words) as refusal:
        check_command(data, {}, quiet=True, **options)
    assert "\n" not in str(refusal.value)


def test_options_of_train_are_checked_too(here):
    with pytest.raises(ConfigError, match="Did you mean 'optimiser'"):
        check_command("digits", {"optimizer": "sgd"}, quiet=True)
    with pytest.raises(ConfigError, match="leave out --from"):
        check("digits", recipe=Recipe.make(start="runs/x"))


def test_somebodys_code_runs_on_consent_only(here):
    Path("theirs.toml").write_text(Recipe.make(score={"name": "module", "factory": "torch.nn:Linear"}).to_toml())
    with pytest.raises(ConfigError, match="--trust-code"):
        check_command("theirs.toml", {}, quiet=True)


def test_the_command_line(ask):
    answer = ask("check", "digits", "--rate", "0.01", "--only", "balance", "-q")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith("nothing to report: 1 check, 1 well")
    assert ask("check", "digits", "--only", "x,balance").code == 2


def test_interrupted(ask, monkeypatch):
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("thalweg.faces.check.diagnose", interrupt)
    answer = ask("check", "digits", "-q")
    assert answer.code == 130
    assert answer.err.strip().endswith("interrupted; run the same command again: what was kept is not done twice.")
