"""`thalweg runs` and `thalweg rm`, over one of each kind that the commands leave."""

import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.program import Child

from thalweg.faces import cli, run_list
from thalweg.run.removal import REMOVED
from thalweg.run.store import Store

MAKE = (
    "train digits --epochs 1 --run runs/run",
    "inspect runs/run --only templates,path",
    "sweep digits --rate 0.01,0.1 --epochs 1 --run runs/sweep",
    "inspect runs/sweep#0 --only templates",
    "race digits --optimisers sgd --rates 1 --seeds 1 --epochs 1 --run runs/race",
    "race saddle --optimisers sgd --steps 5 --run runs/saddle",
    "rate digits --seeds 1 --steps 20 --run runs/rate",
    "search digits --evaluations 20 --seeds 1 --subset 50 --run runs/search",
    "claims digits --only F3",
)


def commands(lines):
    """Run command lines one after the other; those that train anything end the process where they fail."""
    for line in lines:
        try:
            cli.main([*line.split(), "--quiet"])
        except SystemExit as end:
            if end.code:
                raise


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder of runs with one of each kind, which no test changes."""
    place = tmp_path_factory.mktemp("habits")
    child = Child(commands, MAKE, folder=place)
    assert child.end() == 0, child.errors
    next((place / "runs").glob("digits-claims-*")).rename(place / "runs" / "claims")
    return place / "runs"


@pytest.fixture
def runs(made, here):
    """A folder of runs to change, in the working folder."""
    shutil.copytree(made, here / "runs")
    return Path("runs")


KINDS = {"run": "run", "sweep": "sweep", "race": "race", "saddle": "surface race", "rate": "rate", "search": "search", "claims": "claims"}


def test_list_says_what_each_is(runs, ask):
    rows = {Path(row["folder"]).name: row for row in ask("runs", "--json").json["runs"]}
    assert {name: row["kind"] for name, row in rows.items()} == KINDS
    assert [rows["run"][key] for key in ("data", "score", "loss", "epochs", "state")] == ["digits", "linear", "softmax", 1, "finished"]
    figures = json.loads((runs / "run" / "manifest.json").read_text())["figures"]
    assert [rows["run"]["validation"], rows["run"]["test"]] == [figures[part]["accuracy"] for part in ("validation", "test")]
    board = json.loads((runs / "sweep" / "sweep.json").read_text())["board"]["rows"]
    assert rows["sweep"]["validation"] == board[0]["candidate"]["accuracy"]["mean"]
    assert rows["sweep"]["members"] == 2
    assert rows["claims"]["reason"] == "1 of 1 hold"
    assert rows["saddle"]["data"] == "saddle"
    for name, row in rows.items():
        assert row["problem"] is None, name
        assert row["bytes"] == sum(path.stat().st_size for path in (runs / name).rglob("*") if path.is_file()), name
    printed = ask("runs").out
    assert [line.split()[0] for line in printed.splitlines()[1:]] == [row["folder"] for row in ask("runs", "--json").json["runs"]]


def test_orders(runs, ask):
    os.utime(runs / "run" / "manifest.json", (4e9, 4e9))
    assert ask("runs", "--json").json["runs"][0]["folder"] == str(runs / "run")
    sizes = [row["bytes"] for row in ask("runs", "--sort", "size", "--json").json["runs"]]
    assert sizes == sorted(sizes, reverse=True)
    shares = [row["validation"] for row in ask("runs", "--sort", "accuracy", "--json").json["runs"]]
    assert shares[:2] == sorted(shares[:2], reverse=True)
    assert shares[2:] == [None] * 5
    refused = ask("runs", "--sort", "dates")
    assert (refused.code, refused.err) == (2, "thalweg: unknown order 'dates'. Did you mean 'date'? Known: date, accuracy, size.\n")


def test_damaged_foreign_and_unended_folders_are_named(runs, ask):
    (runs / "run" / "manifest.json").write_text("{")
    (runs / "photos \x1b[31m").mkdir()
    (runs / ".hidden").mkdir()
    (runs / "notes.txt").write_text("mine")
    (runs / "nothing").mkdir()
    (runs / "link").symlink_to("sweep")
    (runs / "rate" / "rate.json").write_text('{"band": 1, "recipe": 2}')
    shutil.copytree(runs / "sweep", runs / "half")
    shutil.rmtree(runs / "half" / "results")
    (runs / "half" / "sweep.json").unlink()
    answer = ask("runs", "--json").json
    rows = {Path(row["folder"]).name: row for row in answer["runs"]}
    assert answer["others"] == ["nothing", "photos \x1b[31m"]
    assert {name for name, row in rows.items() if row["problem"]} == {"run", "link", "rate"}
    assert rows["half"]["state"] == "not ended"
    printed = ask("runs")
    assert printed.code == 0
    assert "note: runs/run: its record is damaged (JSONDecodeError).\n" in printed.out
    assert "note: runs/link: it is a symbolic link" in printed.out
    assert r"note: not Thalweg's: nothing, photos \x1b[31m" in printed.out
    assert "\x1b" not in printed.out


def test_no_folder_and_a_wrong_one(here, ask):
    assert ask("runs").out == "no runs in runs; `thalweg train digits` makes one in runs.\n"
    assert ask("runs", "--json").json == {"folder": "runs", "runs": [], "others": []}
    (here / "experiments").mkdir()
    wrong = ask("runs", "experimens")
    assert (wrong.code, wrong.err) == (2, "thalweg: experimens: no such folder. Did you mean 'experiments'?\n")


def test_neither_command_loads_pytorch(runs):
    code = (
        "import sys; from thalweg.faces.cli import main\n"
        "for words in (['runs'], ['rm', 'runs/rate', 'runs/run', '--yes']):\n"
        "    try: main(words)\n"
        "    except SystemExit as end: assert not end.code, end.code\n"
        "heavy = {'torch', 'numpy', 'sklearn', 'plotly', 'rich', 'PIL', 'jaxtyping'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not (runs / "run").exists()


def test_each_kind_is_removed_whole_and_nothing_else(runs, ask):
    for name, kind in KINDS.items():
        answer = ask("rm", f"runs/{name}", "--yes", "--json")
        assert answer.code == 0, answer.err
        (removed,) = answer.json["removed"]
        assert (removed["folder"], removed["kind"], removed["left"]) == (f"runs/{name}", kind, [])
        assert not (runs / name).exists()
    assert list(runs.iterdir()) == []


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(("typed", "goes"), [("y\n", True), ("YES\n", True), ("n\n", False), ("\n", False), ("", False)])
def test_it_asks(runs, ask, monkeypatch, typed, goes):
    monkeypatch.setattr("sys.stdin", Terminal(typed))
    answer = ask("rm", "runs/run", "runs/rate")
    assert answer.code == 0
    assert (runs / "run").exists() is not goes
    first, second, question = answer.err.splitlines()[:3]
    assert first.startswith("runs/run: run, digits, linear + softmax, nesterov, finished: ")
    assert second.startswith("runs/rate: rate, digits, ")
    assert question.startswith("Remove these 2, ")


def test_without_a_terminal_it_refuses(runs, ask, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    answer = ask("rm", "runs/run")
    assert (answer.code, answer.err) == (2, "thalweg: rm asks before it removes, and there is no terminal to ask at; add --yes.\n")
    assert ask("rm", "runs/run", "--json").code == 2
    assert (runs / "run").exists()


@pytest.mark.parametrize(
    ("path", "code", "words"),
    [
        ("runs/rum", 5, "runs/rum: no such folder. Did you mean 'runs/run'?"),
        ("runs", 5, "nothing of Thalweg's"),
        (".", 5, "nothing of Thalweg's"),
        ("runs/mine", 5, "nothing of Thalweg's"),
        ("runs/run/manifest.json", 5, "nothing of Thalweg's"),
        ("runs/link", 5, "symbolic link"),
        ("runs/sweep#0", 5, "Members of a sweep cannot be removed alone; remove runs/sweep."),
        ("runs/race/tuning", 2, "a part of a race; remove runs/race."),
    ],
)
def test_what_is_no_run_stays_and_so_do_the_others_named(runs, ask, path, code, words):
    (runs / "mine").mkdir()
    (runs / "mine" / "manifest.json").write_text('{"name": "an app", "data": 1}')
    (runs / "link").symlink_to("run")
    (runs / "race" / "tuning").mkdir(exist_ok=True)
    answer = ask("rm", "runs/run", path, "--yes")
    assert answer.code == code, answer.err
    assert words in answer.err
    assert len(answer.err.splitlines()) == 1
    assert (runs / "run" / "manifest.json").exists()
    assert (runs / "mine" / "manifest.json").exists()


def test_foreign_files_stay(runs, ask, here):
    (runs / "run" / "notes.txt").write_text("mine")
    (runs / "run" / "evidence" / "notes.txt").write_text("mine")
    (here / "precious").mkdir()
    (here / "precious" / "data").write_text("mine")
    (runs / "run" / "checkpoints" / "0000000001-000000-000000").symlink_to(here / "precious")
    refused = ask("rm", "runs/run", "--yes")
    assert refused.code == 2
    assert "checkpoints/0000000001-000000-000000, evidence/notes.txt, notes.txt" in refused.err
    assert Store(runs / "run").exists
    done = ask("rm", "runs/run", "--yes", "--leave-others")
    assert done.code == 0, done.err
    left = sorted(path.name for path in (runs / "run").iterdir())
    assert left == ["checkpoints", "evidence", "notes.txt"]
    assert (runs / "run" / "evidence" / "templates.json").exists()
    assert (here / "precious" / "data").read_text() == "mine"
    assert not list(runs.glob(f"{REMOVED}*"))


def test_a_run_in_use_stays(runs, ask):
    with Store(runs / "run").locked():
        answer = ask("rm", "runs/run", "--yes")
    assert answer.code == 7
    assert f"process {os.getpid()}" in answer.err
    with Store(runs / "race" / "final").locked():
        assert ask("rm", "runs/race", "--yes").code == 7
    assert (runs / "race" / "race.json").exists()


def test_what_a_kill_left_is_cleaned_next_time(runs, ask, monkeypatch):
    def killed(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("thalweg.run.removal.shutil.rmtree", killed)
        assert ask("rm", "runs/run", "--yes").code == 130
    assert not (runs / "run").exists()
    (left,) = runs.glob(f"{REMOVED}*")
    (runs / f"{REMOVED}mine").mkdir()
    assert str(left) not in ask("runs").out
    assert ask("rm", "runs/rate", "--yes").code == 0
    assert [path.name for path in runs.glob(f"{REMOVED}*")] == [f"{REMOVED}mine"]


def test_half_taken_out_is_still_known(runs, ask, monkeypatch):
    (runs / "run" / "notes.txt").write_text("mine")
    rename, count = os.rename, []

    def some(*names):
        count.append(names)
        if len(count) == 4:
            raise KeyboardInterrupt
        rename(*names)

    with monkeypatch.context() as patched:
        patched.setattr("thalweg.run.removal.os.rename", some)
        assert ask("rm", "runs/run", "--yes", "--leave-others").code == 130
    assert ask("rm", "runs/run", "--yes", "--leave-others").code == 0
    assert [path.name for path in (runs / "run").iterdir()] == ["notes.txt"]
    assert not list(runs.glob(f"{REMOVED}*"))


@pytest.mark.slow
def test_a_thousand_are_listed_quickly(runs, here):
    for place in range(1000):
        folder = here / "many" / f"run-{place}"
        folder.mkdir(parents=True)
        for name in ("manifest.json", "recipe.toml", "metrics.jsonl"):
            os.link(runs / "run" / name, folder / name)
    listed, others = run_list.listing(here / "many")
    assert (len(listed), others) == (1000, [])
    assert not [each.card.broken for each in listed if each.card.broken]
