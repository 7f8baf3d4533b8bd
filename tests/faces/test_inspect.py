"""`thalweg inspect`, `tw.inspect` and `tw.evidence`."""

import json
from pathlib import Path

import pytest
import torch
from torch import nn

import thalweg as tw
from thalweg.core.errors import ConfigError, DataError
from thalweg.faces.kinds import chosen, kinds, settled


@pytest.fixture(scope="module")
def run(digits, tmp_path_factory):
    return tw.train(digits, folder=tmp_path_factory.mktemp("run") / "r", epochs=1)


QUICK = ("--examples", "100", "--dense", "0", "--products", "12", "--steps", "3", "--quiet")


def quick(run):
    return (
        "inspect",
        str(run.folder),
        "--only",
        "spectrum,verdict",
        "--examples",
        "100",
        "--dense",
        "0",
        "--products",
        "12",
        "--steps",
        "3",
        "--quiet",
    )


def test_every_kind_has_its_place_knobs_and_a_record_that_reads_back():
    names = [entry.name for entry in kinds()]
    assert {"gradient-check", "spectrum", "verdict"} <= set(names)
    assert [entry.place for entry in kinds()] == sorted(entry.place for entry in kinds())
    assert [entry.name for entry in chosen(["verdict", "spectrum"])] == ["spectrum", "verdict"]
    assert set(names) == {entry.name for entry in chosen(["all"])} >= {entry.name for entry in chosen(None)}


def test_knobs_count_for_all_that_have_them_or_for_one_by_name():
    entries = chosen(["spectrum", "verdict"])
    both = settled(entries, {"products": "50"})
    assert (both["spectrum"]["products"], both["verdict"]["products"]) == (50, 50)
    one = settled(entries, {"verdict.products": 50})
    assert (one["spectrum"]["products"], one["verdict"]["products"]) == (200, 50)
    with pytest.raises(ConfigError, match=r"unknown option 'product'\. Did you mean 'products'"):
        settled(entries, {"product": 3})
    with pytest.raises(ConfigError, match="'top' is a knob of spectrum, which is not asked for; add it to --only"):
        settled(chosen(["verdict"]), {"top": 3})
    with pytest.raises(ConfigError, match="top"):
        settled(entries, {"top": "0"})


def test_the_command_prints_sentences_keeps_findings_and_writes_the_page(ask, run):
    answer = ask(*quick(run))
    assert answer.code == 0
    assert "The Hessian of 650 parameters has its largest eigenvalue at" in answer.out
    assert "Not a critical point" in answer.out
    page = (run.folder / "inspection.html").read_text()
    assert 'id="spectrum"' in page
    assert 'id="verdict"' in page
    kept = json.loads((run.folder / "evidence" / "spectrum.json").read_text())
    assert kept["question"]["examples"] == 100
    again = ask(*quick(run), "--json").json
    assert again["findings"]["spectrum"] == kept["finding"]
    assert list(again["findings"]) == ["spectrum", "verdict"]
    report = ask("report", str(run.folder), "--quiet")
    assert report.code == 0
    assert "Eigenvalues of the Hessian" in (run.folder / "report.html").read_text()


def test_what_is_kept_is_taken_only_for_the_same_question(ask, run):
    ask(*quick(run))
    kept = run.folder / "evidence" / "verdict.json"
    content = json.loads(kept.read_text())
    kept.write_text(json.dumps({**content, "finding": {**content["finding"], "gradient_norm": 123.0}}))
    assert ask(*quick(run), "--json").json["findings"]["verdict"]["gradient_norm"] == 123.0
    assert ask(*quick(run), "--json", "--gradient-tolerance", "1e-2").json["findings"]["verdict"]["gradient_norm"] < 10
    kept.write_text("{ damaged")
    assert ask(*quick(run), "--json").json["findings"]["verdict"]["gradient_norm"] < 10
    kept.write_text(json.dumps({**content, "finding": {"kind": "none"}}))
    assert ask(*quick(run), "--json", "--fresh").json["findings"]["verdict"]["gradient_norm"] < 10


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("inspect", "nowhere"), 5, "nowhere: no such folder. Give the folder that `thalweg train` printed; `thalweg runs` lists them."),
        (("inspect", "RUN", "--only", "spectum"), 2, "unknown evidence 'spectum'. Did you mean 'spectrum'?"),
        (("inspect", "RUN", "--topp", "3"), 2, "unknown option 'topp'. Did you mean 'top'?"),
        (("inspect", "RUN", "--only", "spectrum", "--part", "tst"), 2, "this run has no tst part; it has train, validation, test."),
        (("inspect", "RUN", "--mode", "eval"), 2, "--mode must be evaluation or training; got 'eval'."),
        (("inspect", "RUN", "--examples", "-1"), 2, "--examples must be a whole number in [0, inf), 0 for all; got -1."),
        (("inspect", "RUN", "--only", "verdict", "--data", "nowhere"), 3, "nowhere"),
        (("inspect", "RUN", "--only", "verdict", "--data", "circle"), 3, "not the pictures this run was trained on"),
    ],
)
def test_errors_are_one_line(ask, run, words, code, said):
    answer = ask(*(str(run.folder) if word == "RUN" else word for word in words), "--quiet", "--fresh")
    assert answer.code == code
    assert said in answer.err
    assert len(answer.err.strip().splitlines()) == 1


def test_evidence_on_a_module_of_ones_own_leaves_it_alone(here):
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(4, 3), nn.Dropout(0.5)).train()
    before = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    batches = [(torch.randn(20, 4), torch.randint(0, 3, (20,)))]
    found = tw.evidence(net, nn.CrossEntropyLoss(), batches, only=["spectrum", "verdict"], top=2)
    assert found["spectrum"].blocks[0].parameters == 15
    assert len(found["spectrum"].blocks[0].high) == 2
    assert found["verdict"].shifts == 5
    assert net.training
    assert all(torch.equal(tensor, before[name]) for name, tensor in net.state_dict().items())
    assert found.report().name == "inspection.html"
    assert set(found.figures()) == {"spectrum", "verdict"}
    with pytest.raises(ConfigError, match="unknown finding 'surface'"):
        found["surface"]
    with pytest.raises(DataError, match="batches yield no examples"):
        tw.evidence(net, nn.CrossEntropyLoss(), [], only="verdict")


def test_inspecting_a_run_in_memory(digits):
    found = tw.inspect(tw.train(digits, epochs=0), only="verdict", examples=50)
    assert found["verdict"].examples == 50
    assert found.sentences()["verdict"][0].startswith("Not a critical point")
    assert json.loads(json.dumps(found.row(), allow_nan=False))["findings"]["verdict"]["kind"] == "not critical"


def test_a_member_of_a_sweep_is_inspected_in_the_sweeps_folder(ask):
    ask("sweep", "digits", "--rate", "0.01,0.1", "--epochs", "1", "--run", "s", "--quiet", "--no-report")
    answer = ask("inspect", "s#1", "--only", "verdict", "--examples", "50", "--quiet")
    assert answer.code == 0
    assert "report  s/members/1/inspection.html" in answer.out


def test_the_list_shows_the_knobs_of_evidence(ask):
    answer = ask("list", "evidence")
    assert answer.code == 0
    assert "--gradient-tolerance 0.001: gradient norm up to which a point is critical" in answer.out
    assert "leaderboard" not in answer.out


def test_a_path_is_animated_beside_the_page(ask):
    ask("train", "blobs3", "--score", "linear", "--epochs", "2", "--run", "r", "--quiet", "--no-report")
    answer = ask("inspect", "r", "--only", "path", "--grid", "5", "--points", "4", "--quiet", "--json").json
    assert Path(answer["animation"]).read_bytes().startswith(b"GIF89a")
    assert answer["animation"] == str(Path("r", "path.gif"))
