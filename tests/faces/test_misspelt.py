"""What is typed wrongly is answered in one line, with what was meant."""

import io

import pytest

from thalweg.faces import offer
from thalweg.faces.misspelt import ELSEWHERE, suggestion
from thalweg.faces.words import compose
from thalweg.run.recipe import CATALOGUES, DataPart, Recipe


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("trian", 2, "no such command 'trian'. Did you mean 'train'?"),
        ("--jsn", 2, "no such option: --jsn."),
        ("show", 2, "missing argument 'RUN'. `thalweg show -h` shows what there is."),
        ("show a b", 2, "got unexpected extra argument"),
        ("data digits --colur grey", 2, "no such option: --colur. Did you mean 'colour'?"),
        ("list --jsn", 2, "no such option: --jsn. Did you mean 'json'?"),
        ("train digits --quite", 2, "option --quite needs a value, as --quite 0.1. Did you mean 'quiet'?"),
        ("train digits --learning-rate 1", 2, "unknown option 'learning-rate'. Did you mean 'rate'?"),
        ("train digits --lr 1", 2, "Did you mean 'rate'?"),
        ("train digits --optimizer adam", 2, "Did you mean 'optimiser'?"),
        ("train digits --batch-size 4", 2, "Did you mean 'batch'?"),
        ("train digits --epochs few", 2, "invalid value for '--epochs'"),
        ("train digits --monitor acuracy", 2, "input should be 'accuracy' or 'loss'; got 'acuracy'"),
        ("train digts", 3, "Did you mean 'digits'?"),
        ("train recpe.toml", 2, "Did you mean 'recipe.toml'?"),
        ("show runs/frist", 5, "runs/frist: no such folder. Did you mean 'runs/first'?"),
        ("inspect runs/frist", 5, "Did you mean 'runs/first'?"),
        ("evaluate runs/frist", 5, "Did you mean 'runs/first'?"),
        ("report run/first", 5, "Did you mean 'runs/first'?"),
        ("compare runs/frist runs/first", 5, "Did you mean 'runs/first'?"),
        ("train digits --from runs/frist", 5, "Did you mean 'runs/first'?"),
        ("show runs/frist#3", 5, "Did you mean 'runs/first'?"),
        ("sweep digits --method gird", 2, "Did you mean 'grid'?"),
        ("sweep digits --trails 3", 2, "Did you mean 'trials'?"),
        ("race digits --ratess 3", 2, "Did you mean 'rates'?"),
        ("race saddle --stps 3", 2, "Did you mean 'steps'?"),
        ("rate digits --stepss 3", 2, "Did you mean 'steps'?"),
        ("search digits --evaluation 3", 2, "Did you mean 'evaluations'?"),
        ("check digits --smple 3", 2, "Did you mean 'sample'?"),
        ("check digits --only unts", 2, "Did you mean 'units'?"),
        ("claims digits --only exact-sadle", 2, "Did you mean 'exact-saddle'?"),
        ("lab --prt 8 --no-browser", 2, "Did you mean 'port'?"),
        ("list sofmax", 2, "Did you mean 'softmax'?"),
    ],
)
def test_one_line_says_what_was_meant(ask, here, line, code, said):
    (here / "runs" / "first").mkdir(parents=True)
    (here / "recipe.toml").touch()
    answer = ask(*line.split(), "--json") if line.split()[0] in ("train", "show") and code == 5 else ask(*line.split())
    assert answer.code == code, answer.err
    assert said in answer.err
    assert len(answer.err.splitlines()) == 1
    assert answer.out == ""


def test_what_other_tools_call_it_is_something_here():
    knobs = {knob.name for catalogue in CATALOGUES.values() for entry in catalogue for knob in entry.knobs}
    of_commands = {"run", "from", "quiet", "trials"}
    here = {*knobs, *Recipe.model_fields, *DataPart.model_fields, *CATALOGUES["penalty"].names(), *of_commands}
    assert {mine for mine in ELSEWHERE.values() if mine not in here} == set()
    assert {theirs for theirs in ELSEWHERE if theirs.replace("-", "_") in knobs} == set()


def test_it_is_suggested_only_where_it_is_an_option():
    assert suggestion("lr", ["rate"]) == " Did you mean 'rate'?"
    assert suggestion("lr", ["output"]) == ""
    with pytest.raises(Exception, match="Did you mean 'rate'"):
        compose({}, {"lr": 0.1})


def test_nothing_typed_shows_the_help(ask):
    assert ask().out == ask("--help").out


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(("typed", "chosen"), [("\n", "digits"), ("2\n", "blobs3"), ("9\nspiral\n", "spiral"), ("xor\n", "xor")])
def test_train_alone_offers_what_is_embedded(ask, monkeypatch, typed, chosen):
    monkeypatch.setattr("sys.stdin", Terminal(typed))
    monkeypatch.setattr("sys.stderr", Terminal())
    assert offer.is_wanted(["train"])
    assert not offer.is_wanted(["train", "--json"])
    assert offer.asked() == chosen


def test_where_nobody_sits_it_takes_digits(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert not offer.is_wanted(["train"])


def test_the_end_of_the_terminal_ends_it(ask, monkeypatch):
    monkeypatch.setattr("sys.stdin", Terminal(""))
    monkeypatch.setattr("thalweg.faces.cli.is_wanted", lambda words: words == ["train"])
    answer = ask("train")
    assert (answer.code, answer.out) == (0, "")
    assert "1  digits   1797 handwritten digits" in answer.err
