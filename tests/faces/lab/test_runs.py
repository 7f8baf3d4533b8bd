import json
import os
import shutil
import threading
import time
from pathlib import Path

import pytest

import thalweg as tw
from thalweg.core.errors import ConfigError, ModelError
from thalweg.faces.inspect import inspect_command
from thalweg.faces.lab import ROOMS
from thalweg.faces.lab import _runs_job as jobs
from thalweg.faces.lab._room import Outlook, Show
from thalweg.faces.lab._wire import packed
from thalweg.faces.lab.runs import ENTRY
from thalweg.run.store import Store

HOSTILE = "<img src=x onerror=alert(1)>,%2C"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Two runs and a sweep, in a folder that no test changes."""
    runs = tmp_path_factory.mktemp("lab") / "runs"
    tw.train("digits", folder=runs / "softmax", epochs=2)
    tw.train("digits", folder=runs / "hinge", loss="svm-sum", rate=0.01, epochs=3)
    tw.sweep("digits", folder=runs / "rates", rate=[0.01, 0.1], l2=[0, 1e-3], epochs=1, seeds=2)
    return runs


@pytest.fixture
def runs(made, tmp_path):
    """A folder of runs to change."""
    return Path(shutil.copytree(made, tmp_path / "runs"))


@pytest.fixture(autouse=True)
def bench(monkeypatch):
    """Every test begins with nothing computed."""
    fresh = jobs.Bench()
    monkeypatch.setattr("thalweg.faces.lab.runs.BENCH", fresh)
    return fresh


def opened(folder, *, on_the_command_line="", **state):
    show = ENTRY.open(state, Outlook(runs=folder, uploads=folder.parent / "uploads", opened=str(on_the_command_line)))
    assert isinstance(show, Show)
    return show


def cards(show):
    return {card["name"]: card for card in show.picture().data["cards"]}


def ended(show, bench, seconds=60):
    until = time.monotonic() + seconds
    while bench.busy:
        assert time.monotonic() < until, "the job does not end"
        assert show.work(0.02) == 0.25
        time.sleep(0.02)
    return show.picture().data["job"]


def test_list_says_what_each_is(made):
    found = cards(opened(made))
    assert list(found) == ["hinge", "rates", "softmax"]
    run = tw.open(made / "hinge")
    assert found["hinge"]["test"] == run.figures["test"].accuracy
    assert [found["hinge"][key] for key in ("kind", "data", "loss", "epochs", "ending")] == ["run", "digits", "svm-sum", 3, "finished"]
    assert [found["rates"][key] for key in ("kind", "members", "ending", "reason")] == ["sweep", 8, "finished", "varied: rate, l2"]


def test_list_is_sent_where_it_has_changed(runs):
    show = opened(runs)
    assert cards(show)
    assert show.picture().data["cards"] is None
    shutil.copytree(runs / "softmax", runs / "another")
    show.looked -= 10
    assert show.work(0.02) == 2.0
    assert set(cards(show)) == {"another", "hinge", "rates", "softmax"}
    shutil.rmtree(runs / "another")
    show.looked -= 10
    show.work(0.02)
    assert "another" not in cards(show)


def test_hundreds_are_listed_at_once(runs):
    for place in range(300):
        folder = runs / f"run-{place}"
        folder.mkdir()
        for name in ("manifest.json", "recipe.toml", "metrics.jsonl"):
            os.link(runs / "softmax" / name, folder / name)
    begun = time.process_time()
    show = opened(runs)
    first, begun = time.process_time() - begun, time.process_time()
    show.listing.refresh()
    again = time.process_time() - begun
    assert len(cards(show)) == 303
    assert first < 2  # of processor time; 0.3 s here
    assert again < first / 2


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("manifest.json", "{", "its record is damaged"),
        ("manifest.json", "[]", "its record is damaged"),
        ("manifest.json", "[" * 100_000, "its record is damaged"),
        ("recipe.toml", "[[[", "its record is damaged"),
        ("recipe.toml", None, "it has no recipe.toml"),
    ],
)
def test_broken_run_says_so_in_a_line(runs, name, content, reason):
    if content is None:
        (runs / "softmax" / name).unlink()
    else:
        (runs / "softmax" / name).write_text(content)
    card = cards(show := opened(runs, run="softmax"))["softmax"]
    assert card["ending"] == "cannot be read"
    assert reason in card["broken"]
    assert "\n" not in card["broken"]
    with pytest.raises(ModelError, match=reason):
        show.tell("details", {})


def test_run_that_is_being_written_is_read(runs):
    """F-58: a log grows, its last line is cut in the middle, the manifest has no end yet."""
    folder = runs / "softmax"
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({key: manifest[key] for key in ("data", "versions", "recipe")}))
    lines = (folder / "metrics.jsonl").read_text().splitlines(keepends=True)
    (folder / "metrics.jsonl").write_text("".join(lines[:2]) + lines[2][:40])
    show = opened(runs, run="softmax", runs="softmax")
    card = cards(show)["softmax"]
    assert (card["ending"], card["epochs"], card["test"]) == ("not ended", 1, None)
    assert show.tell("curves", {})["notes"] == []
    details = show.tell("details", {})
    assert "not come to an end" in details["closed"]
    assert details["drawings"]
    (folder / ".lock.json").write_text(json.dumps({"pid": os.getpid(), "host": os.uname().nodename, "since": ""}))
    show.listing.refresh()
    assert show.listing.card("softmax").ending == "training"


@pytest.mark.slow
def test_reader_beside_a_trainer(tmp_path):
    """F-58: what is read while a run is written anew again and again is a run, or is not there; never half a file."""
    runs, stop, seen = tmp_path / "runs", threading.Event(), set()

    def write():
        while not stop.is_set():
            tw.train("digits", folder=runs / "live", epochs=2, fresh=True)

    trainer = threading.Thread(target=write)
    trainer.start()
    try:
        show = opened(runs)
        for _ in range(400):
            show.listing.refresh()
            seen |= {(card.ending, card.broken) for card in show.listing.cards.values()}
            time.sleep(0.005)
    finally:
        stop.set()
        trainer.join()
    assert {ending for ending, _ in seen} <= {"training", "finished", "not ended", "cannot be read"}
    assert {broken for _, broken in seen} <= {"", "it has no manifest.json.", "it has no recipe.toml."}
    assert any(ending in ("training", "finished") for ending, _ in seen)


def test_links_lead_nowhere(runs, tmp_path):
    secret = tmp_path / "secret.json"
    secret.write_text('{"secret": 1}')
    (runs / "link").symlink_to(runs / "softmax")
    (runs / "softmax" / "manifest.json").unlink()
    (runs / "softmax" / "manifest.json").symlink_to(secret)
    (runs / "hinge" / "report.html").symlink_to(secret)
    show = opened(runs)
    found = cards(show)
    assert "does not follow" in found["link"]["broken"]
    assert "does not follow" in found["softmax"]["broken"]
    assert found["hinge"]["pages"] == ()
    with pytest.raises(ConfigError, match="no page"):
        show.places.read_page("hinge", "report.html")
    show.tell("set", {"state": {"run": "hinge"}})
    with pytest.raises(ModelError, match=r"report\.html: it is a symbolic link"):
        show.tell("details", {})


@pytest.mark.parametrize("word", ["..", ".", "../runs", "/etc", "softmax/../softmax", "softmax/", "", "softmax\0", "runs-evil", "C:\\"])
def test_words_that_are_no_names_open_nothing(made, word):
    show = opened(made)
    with pytest.raises(ConfigError, match=r"there is no run"):
        show.places.find(word)
    with pytest.raises(ConfigError):
        show.places.read_page(word, "report.html")
    with pytest.raises(ConfigError):
        show.places.read_page("softmax", f"{word}report.htm")


def test_run_of_the_command_line_may_lie_elsewhere(made, tmp_path):
    elsewhere = shutil.copytree(made / "softmax", tmp_path / "elsewhere")
    show = opened(made, on_the_command_line=elsewhere, run=str(elsewhere))
    assert str(elsewhere) in cards(show)
    assert show.tell("details", {})["ending"] == "finished"
    inside = opened(made, on_the_command_line=made / "softmax", run=str(made / "softmax"))
    assert inside.form().state() == {"run": "softmax"}
    assert len(cards(inside)) == 3


@pytest.mark.parametrize("axis", ["epoch", "step", "examples", "seconds"])
@pytest.mark.parametrize("figure", ["loss", "accuracy", "rate"])
def test_curves_hold_what_the_logs_say(made, figure, axis):
    found = opened(made, runs="softmax,hinge", figure=figure, axis=axis).tell("curves", {})
    traces = {(trace["name"], trace["line"]["dash"]): trace for trace in found["drawing"]["figure"]["data"]}
    log = Store(made / "hinge").log()
    row = log[-1]
    expected = {"seconds": tw.open(made / "hinge").seconds}.get(axis) or getattr(row, axis)
    value = row.rate if figure == "rate" else getattr(row.validation, figure)
    assert (traces["hinge", "solid"]["x"][-1], traces["hinge", "solid"]["y"][-1]) == pytest.approx((expected, value))
    assert len(traces) == (2 if figure == "rate" else 4)
    assert {row[0]: row[1:] for row in found["differing"]["rows"]}["loss"] == ["softmax", "svm-sum"]
    assert any("different losses" in note for note in found["notes"]) == (figure == "loss")


def test_sweep_has_its_order_and_its_heat_map(made):
    show = opened(made, run="rates")
    found = show.tell("details", {})
    assert [one["name"] for one in found["drawings"]] == ["board", "heat", "parallel"]
    heat = found["drawings"][1]
    assert (heat["figure"]["layout"]["xaxis"]["title"]["text"], heat["figure"]["data"][0]["type"]) == ("rate", "heatmap")
    assert len(found["best"]["rows"]) == 4
    assert any("standard error" in line for line in found["caution"])
    show.tell("set", {"state": {"across": "l2", "up": "rate"}})
    turned = show.tell("details", {})["drawings"][1]
    assert turned["figure"]["layout"]["xaxis"]["title"]["text"] == "l2"
    assert show.form().state() == {"run": "rates", "across": "l2", "up": "rate"}


def test_settings_of_another_sweep_are_left_aside(made):
    found = opened(made, run="rates", across="width").tell("details", {})
    assert found["axes"] == []


def test_evidence_is_computed_and_kept_as_by_inspect(runs, bench, monkeypatch, capsys):
    show = opened(runs, run="softmax")
    before = {one["name"]: one for one in show.tell("details", {})["evidence"]}
    assert not any(one["kept"] for one in before.values())
    show.tell("compute", {"kind": "templates"})
    job = ended(show, bench)
    assert (job["run"], job["kind"], job["state"], job["text"]) == ("softmax", "templates", "done", "")
    after = {one["name"]: one for one in show.tell("details", {})["evidence"]}
    assert after["templates"]["kept"]
    assert len(after["templates"]["drawings"][0]["pictures"]) == 10
    kept = (runs / "softmax" / "evidence" / "templates.json").read_bytes()

    def refuse(*args, **knobs):
        raise AssertionError("it is kept and need not be computed")

    monkeypatch.setattr("thalweg.faces.inspect.subject_of", refuse)
    inspect_command(
        str(runs / "softmax"), {}, only="templates", data=None, part="train", examples=2000, mode="evaluation", beside=None, output=None,
        fresh=False, trust_code=False, as_json=False, quiet=True,
    )  # fmt: skip
    assert "templates" in capsys.readouterr().out
    assert (runs / "softmax" / "evidence" / "templates.json").read_bytes() == kept


def test_surface_has_a_coarse_grid_first(runs, bench):
    show = opened(runs, run="softmax")
    show.tell("compute", {"kind": "surface"})
    assert ended(show, bench)["state"] == "done"
    kept = json.loads((runs / "softmax" / "evidence" / "surface.json").read_text())
    assert kept["knobs"]["grid"] == [21]


def test_what_does_not_apply_says_why(runs, bench):
    show = opened(runs, run="softmax")
    show.tell("compute", {"kind": "filters"})
    assert "does not apply" in ended(show, bench)["text"]
    assert not (runs / "softmax" / "evidence" / "filters.json").exists()


def test_job_is_cancelled_and_words_are_answered_meanwhile(runs, bench):
    show = opened(runs, run="softmax")
    show.tell("compute", {"kind": "spectrum"})
    with pytest.raises(ConfigError, match="wait for it, or cancel it"):
        show.tell("compute", {"kind": "templates"})
    show.tell("cancel", {})
    assert show.tell("details", {})["name"] == "softmax"
    assert ended(show, bench)["state"] == "cancelled"
    assert not (runs / "softmax" / "evidence").exists()
    show.tell("compute", {"kind": "templates"})
    assert ended(show, bench)["state"] == "done"


def test_answers_are_shown_for_this_page(runs, bench):
    show = opened(runs, run="softmax")
    show.tell("compute", {"kind": "answers"})
    assert ended(show, bench)["state"] == "done"
    assert {"confusion", "worst", "calibration"} <= {one["name"] for one in show.tell("details", {})["answers"]}


def test_pictures_go_on_from_a_run(runs):
    tw.train("digits", folder=runs / "net", score="mlp", widths=[5], epochs=1)
    onwards = opened(runs, run="net").tell("details", {})["onwards"]
    assert onwards == {"from": "net", "data": "digits", "score": "mlp", "loss": "softmax", "widths": "5"}
    pictures = ROOMS.get("pictures").open(onwards, Outlook(runs=runs, uploads=runs))
    assert pictures.recipe.score == tw.open(runs / "net").recipe.score
    assert pictures.recipe.start == str(runs / "net")


def test_points_do_not_go_on_in_pictures(runs):
    tw.train("xor", folder=runs / "points", epochs=1)
    assert opened(runs, run="points").tell("details", {})["onwards"] == {}


def test_foreign_code_is_never_run(runs, bench, tmp_path, monkeypatch):
    module = tmp_path / "somebody.py"
    module.write_text("from torch import nn\ndef net(shape, classes):\n    return nn.Sequential(nn.Flatten(), nn.Linear(64, classes))\n")
    monkeypatch.syspath_prepend(tmp_path)
    tw.train("digits", folder=runs / "foreign", score={"name": "module", "factory": "somebody:net"}, optimiser="sgd", rate=0.1, epochs=1)
    monkeypatch.delitem(__import__("sys").modules, "somebody")
    module.write_text("raise SystemExit('this code was run')")
    show = opened(runs, run="foreign")
    details = show.tell("details", {})
    assert "--trust-code" in details["closed"]
    assert details["drawings"]
    with pytest.raises(ConfigError, match="Thalweg's own"):
        show.tell("compute", {"kind": "templates"})
    assert show.tell("curves", {})["drawing"] is None


@pytest.mark.parametrize(
    ("word", "given", "says"),
    [
        ("set", {"state": {"figure": "luck"}}, "figure must be one of"),
        ("set", {"state": {"colour": "red"}}, "no setting 'colour'"),
        ("set", {"state": {"run": "nobody"}}, "there is no run 'nobody'"),
        ("compute", {"kind": "luck"}, "unknown evidence 'luck'"),
        ("dance", {}, "no word 'dance'"),
    ],
)
def test_bad_words_say_what_is_allowed(made, word, given, says):
    show = opened(made, run="softmax")
    with pytest.raises(ConfigError, match=says):
        show.tell(word, given)
    assert show.form().state() == {"run": "softmax"}


def test_names_with_commas_and_mark_up_are_text(runs):
    (runs / "softmax").rename(runs / HOSTILE)
    show = opened(runs)
    show.tell("set", {"state": {"runs": HOSTILE.replace("%", "%25").replace(",", "%2C")}})
    assert show.chosen == [HOSTILE]
    found = show.tell("curves", {})["drawing"]
    assert found["figure"]["data"][0]["name"].startswith("&lt;img")
    assert packed("picture", show.picture())


def test_chosen_runs_that_are_gone_are_left_out(made):
    assert opened(made, runs="softmax,gone").chosen == ["softmax"]


def test_nothing_there(tmp_path):
    show = opened(tmp_path / "none")
    assert cards(show) == {}
    assert not (tmp_path / "none").exists()
