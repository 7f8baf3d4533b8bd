"""The pictures room, on the show itself."""

import base64
import io
import os
import shlex
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import thalweg as tw
from thalweg.core.errors import ConfigError, DataError, ThalwegError
from thalweg.faces import knob_options
from thalweg.faces.fields import recipe_from_words
from thalweg.faces.lab._room import Outlook
from thalweg.faces.lab._uploads import Uploads
from thalweg.faces.lab.pictures import ENTRY, enter
from thalweg.images import load


@pytest.fixture
def outlook(tmp_path):
    return Outlook(runs=tmp_path / "runs", uploads=tmp_path / "uploads")


def opened(outlook, **words):
    show = enter(words, outlook)
    show.work(0.0)
    assert show.problem == ""
    return show


def trained(outlook, **words):
    show = opened(outlook, pace="0", **words)
    show.tell("play", {})
    while show.exhibit.playing:
        show.work(1.0)
    return show


def png(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def test_the_page_is_there_before_the_pictures(outlook):
    show = enter({}, outlook)
    assert show.form().row()["fields"]
    assert show.picture().data == {"playing": False, "problem": "", "reading": True, "source": "digits"}
    assert show.work(0.02) is None
    data = show.picture().data
    assert data["about"]["classes"] == tuple("0123456789")
    assert (data["step"], data["epoch"], data["stopped"]) == (0, 0, "")
    assert data["curves"]["expected"] == pytest.approx(np.log(10))


def test_digits_are_learnt_to_the_same_figures_as_by_the_command(outlook):
    show = trained(outlook)
    run = tw.train("digits", score="linear")
    rows = show.exhibit.course.rows
    assert rows[-1].validation.accuracy > 0.9
    assert [(row.train, row.validation) for row in rows] == [(row.train, row.validation) for row in run.metrics]
    assert "All 10 epochs are done." in show.picture().data["stopped"]
    with pytest.raises(ConfigError, match=r"All 10 epochs are done\. Set more epochs to go on"):
        show.tell("step", {})
    show.tell("set", {"state": {"epochs": "11"}})
    show.tell("epoch", {})
    assert show.exhibit.course.rows[-1].epoch == 11


def test_step_epoch_rewind_and_new_start(outlook):
    show = opened(outlook)
    show.tell("step", {})
    first = show.exhibit.course.trainer.state.params["weight"]
    assert show.exhibit.course.step == 1
    show.tell("epoch", {})
    assert (show.exhibit.course.rows[-1].epoch, show.exhibit.course.trainer.state.taken) == (1, 0)
    show.tell("rewind", {})
    assert (show.exhibit.course.step, len(show.exhibit.course.rows)) == (0, 1)
    show.tell("step", {})
    assert np.array_equal(show.exhibit.course.trainer.state.params["weight"], first)
    show.tell("fresh", {})
    assert show.form().state()["seed"] == "1"
    assert show.exhibit.course.step == 0


def test_the_pace_holds_training_back(outlook):
    show = opened(outlook, pace="60")
    show.tell("play", {})
    waits = [show.work(0.02) for _ in range(3)]
    assert show.exhibit.course.step == 1
    assert all(0 < wait <= 0.1 for wait in waits)


def test_templates_are_the_rows_of_w_on_raw_pixels(outlook):
    show = trained(outlook)
    picture = show.picture()
    assert picture.data["weights"]["kind"] == "templates"
    assert picture.arrays["weights.pixels"].shape == (10, 8, 8, 3)
    shown = show.exhibit.model()
    images = show.exhibit.images
    by_hand = images.images[images.split.test].reshape(-1, 64) @ shown.first_weight.T + shown.first_bias
    assert (by_hand.argmax(1) == images.labels[images.split.test]).mean() > 0.9


@pytest.mark.parametrize(("score", "shape"), [("mlp", (40, 8, 8, 3)), ("cnn", (8, 3, 3, 3)), ("resnet", (4, 3, 3, 3))])
def test_first_layers_of_nets_are_shown(outlook, score, shape):
    show = opened(outlook, score=score)
    show.tell("step", {})
    picture = show.picture()
    assert picture.arrays["weights.pixels"].shape == shape
    assert picture.data["weights"]["kind"] == "filters"
    assert picture.data["weights"]["left_out"] == {"mlp": 24}.get(score, 0)


def test_a_section_is_sent_once(outlook):
    show = opened(outlook)
    assert {"about", "curves", "weights", "confusion", "mistakes", "keep"} <= set(show.picture().data)
    assert not {"about", "curves", "weights", "confusion", "mistakes", "keep"} & set(show.picture().data)
    show.tell("step", {})
    assert {"curves", "weights", "confusion", "mistakes"} <= set(show.picture().data)


def test_confusion_counts_and_a_cells_pictures(outlook):
    show = trained(outlook)
    counts = show.picture().arrays["confusion.counts"]
    answers, images = show.exhibit.answers(), show.exhibit.images
    assert counts.sum() == len(images.split.validation)
    assert np.array_equal(counts[8, 1], ((answers.labels == 8) & (answers.predicted == 1)).sum())
    show.tell("set", {"state": {"cell": "8,1"}})
    picture = show.picture()
    cell, pixels = picture.data["cell"], picture.arrays["cell.pixels"]
    assert cell["count"] == counts[8, 1] == len(pixels) > 0
    for tile, drawn in zip(cell["tiles"], pixels, strict=True):
        assert images.labels[tile["row"]] == 8
        assert np.array_equal(drawn, images.images[tile["row"]])
    assert show.form().state()["cell"] == "8,1"


def test_the_worst_mistakes_come_first(outlook):
    show = trained(outlook, part="test", loss="svm-max")
    section = show.picture().data["mistakes"]
    losses = [tile["loss"] for tile in section["tiles"]]
    assert losses == sorted(losses, reverse=True)
    assert all(tile["true"] != tile["taken"] and tile["probability"] is None and tile["lead"] > 0 for tile in section["tiles"])
    assert section["count"] == len(show.exhibit.images.split.test)


def test_an_example_is_taken_apart_into_numbers_that_add_up(outlook):
    show = trained(outlook)
    show.tell("look", {"row": 7})
    own = show.picture().data["own"]
    apart = own["apart"]
    assert own["target"] == own["answer"]
    assert apart["start"] + apart["favour"] + apart["against"] == pytest.approx(apart["score"], abs=1e-5)
    assert own["scores"][own["target"]] == pytest.approx(apart["score"], abs=1e-5)
    assert sum(own["probabilities"]) == pytest.approx(1)
    show.tell("set", {"state": {"target": "3"}})
    own = show.picture().data["own"]
    assert own["target"] == 3
    assert own["apart"]["score"] == pytest.approx(own["scores"][3], abs=1e-5)
    assert show.form().state() == {"row": "7", "target": "3", "pace": "0"}
    show.tell("clear", {})
    assert show.picture().data["own"] is None


def test_a_drawn_one_and_a_drawn_nought_are_read(outlook):
    show = trained(outlook, score="cnn")
    pad = np.zeros((140, 140), np.uint8)
    pad[20:100, 60:76] = 255
    show.tell("draw", {"ink": text(pad.tobytes()), "side": 140})
    assert show.picture().data["own"]["answer"] == 1
    across, down = np.meshgrid(np.arange(140) - 70, np.arange(140) - 70)
    ring = np.hypot(across / 0.65, down)
    show.tell("draw", {"ink": text(np.where((ring > 38) & (ring < 58), 255, 0).astype(np.uint8).tobytes()), "side": 140})
    own = show.picture().data["own"]
    assert (own["answer"], own["what"], own["row"]) == (0, "your drawing", None)
    assert own["linear"] is False


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"ink": "", "side": 140}, "a drawing is a square"),
        ({"ink": text(bytes(16)), "side": 10**9}, "a drawing is a square"),
        ({"ink": text(bytes(16)), "side": "4"}, "a drawing is a square"),
        ({"ink": "?", "side": 4}, "no base64"),
        ({"ink": text(bytes(16)), "side": 4}, "nothing is drawn yet"),
    ],
)
def test_what_is_no_drawing_is_a_line(outlook, given, message):
    with pytest.raises(ThalwegError, match=message):
        opened(outlook).tell("draw", given)


def test_a_dropped_file_is_fitted_as_the_data_are(outlook):
    show = trained(outlook)
    digit = show.exhibit.images.images[3, :, :, 0]
    colour = np.repeat(np.kron(digit, np.ones((8, 8), np.uint8))[:, :, None], 3, axis=2)
    show.tell("file", {"name": "three.png", "content": text(png(colour))})
    picture = show.picture()
    assert np.abs(picture.arrays["own.pixels"][0, :, :, 0].astype(int) - digit).mean() < 25  # bilinear scaling blurs
    assert (picture.data["own"]["what"], picture.data["own"]["answer"]) == ("three.png", 3)
    for content in (b"", b"<svg onload=alert(1)>", png(colour)[:60]):
        with pytest.raises(DataError, match=r"x\.png: "):
            show.tell("file", {"name": "x.png", "content": text(content)})


def test_a_run_is_saved_and_read_back(outlook):
    show = trained(outlook, score="mlp", epochs="2")
    answer = show.tell("save", {"name": "my-run"})
    assert answer["text"].startswith(f"Saved as {outlook.runs / 'my-run'} after epoch 2")
    run = tw.open(outlook.runs / "my-run")
    assert run.complete
    assert run.recipe == show.recipe
    assert run.figures == tw.train("digits", recipe=show.recipe).figures
    assert run.evaluate(load("digits"))["test"] == run.figures["test"]
    assert (outlook.runs / "my-run" / "report.html").is_file()
    assert show.tell("save", {"name": "my-run"})["exists"] is True
    show.tell("set", {"state": {"epochs": "3"}})
    assert show.tell("save", {"name": "my-run", "replace": True})["exists"] is False
    assert tw.open(outlook.runs / "my-run").outcome.epoch == 2


@pytest.mark.parametrize("name", ["", "..", "a/b", "/tmp/x", "a b", "-x", "ä", "x" * 81, ".hidden"])
def test_a_name_that_is_none_is_refused(outlook, name):
    with pytest.raises(ConfigError, match="a run's name has letters, digits, - and _"):
        opened(outlook).tell("save", {"name": name})
    assert not outlook.runs.exists()


def test_a_folder_that_is_no_run_and_a_link_stay_as_they_are(outlook, tmp_path):
    (outlook.runs / "letters").mkdir(parents=True)
    (outlook.runs / "letters" / "a.txt").write_text("mine")
    (tmp_path / "elsewhere").mkdir()
    (outlook.runs / "link").symlink_to(tmp_path / "elsewhere")
    show = opened(outlook)
    with pytest.raises(ThalwegError, match="exists and is not a run"):
        show.tell("save", {"name": "letters", "replace": True})
    with pytest.raises(ThalwegError, match="is a link to somewhere else"):
        show.tell("save", {"name": "link"})
    assert (outlook.runs / "letters" / "a.txt").read_text() == "mine"
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_run_that_was_steered_says_so(outlook):
    show = opened(outlook)
    show.tell("step", {})
    show.tell("set", {"state": {"rate": "0.01"}})
    assert show.exhibit.course.step == 1
    show.tell("save", {"name": "steered"})
    run = tw.open(outlook.runs / "steered")
    assert "the recipe was changed while it ran (after step 1)" in run.data.notes[-1]
    assert not run.complete


@pytest.mark.parametrize("words", [{}, {"score": "mlp", "activation": "tanh"}, {"loss": "svm-sum", "margin": "2", "prepare": "whiten"}])
def test_a_run_is_gone_on_from(outlook, words):
    show = trained(outlook, epochs="2", **words)
    show.tell("save", {"name": "first"})
    reached = tw.open(outlook.runs / "first").figures["validation"]
    on = opened(outlook, **{"from": "first"})
    assert on.exhibit.course.rows[0].validation.loss == pytest.approx(reached.loss, rel=1e-5)
    command = on.picture().data["keep"]["command"]
    assert f"--from {outlook.runs / 'first'}" in command
    rest, loose = knob_options.separate(shlex.split(command)[2:], set())
    assert recipe_from_words(rest[0], loose) == on.recipe
    assert (on.recipe.score, on.recipe.loss, on.recipe.prepare) == (show.recipe.score, show.recipe.loss, show.recipe.prepare)
    on.tell("epoch", {})
    on.tell("save", {"name": "second"})
    assert tw.open(outlook.runs / "second").recipe.start == str(outlook.runs / "first")
    assert "first" in next(field for field in on.form().fields if field.key == "from").knob.choices
    assert on.form().state() == {"from": "first"}


@pytest.mark.parametrize("name", ["../first", "/etc", "nothing", "first/../first", "~"])
def test_only_runs_of_the_folder_are_gone_on_from(outlook, name):
    outlook.runs.mkdir()
    with pytest.raises(ConfigError, match="there is no run"):
        enter({"from": name}, outlook)


def folder_of_pictures(place: Path, classes=("cat", "dog"), size=(12, 12)) -> Path:
    for number, name in enumerate(classes):
        (place / name).mkdir(parents=True)
        for each in range(20):
            (place / name / f"{each}.png").write_bytes(png(np.full((*size, 3), 20 + 200 * number + each, np.uint8)))
    return place


def test_a_folder_is_read_where_the_lab_was_opened_with_it_and_nowhere_else(outlook, tmp_path):
    pets = folder_of_pictures(tmp_path / "pets")
    with pytest.raises(ConfigError, match="data must be one of digits, fashion-mnist, or an upload"):
        enter({"data": str(pets)}, outlook)
    for other in ("/etc", str(tmp_path), str(pets / ".."), "./digits", "upload:../pets", "upload:", f"upload:{os.sep}etc"):
        with pytest.raises(ConfigError):
            enter({"data": other}, Outlook(runs=outlook.runs, uploads=outlook.uploads, opened=str(pets)))
    show = trained(Outlook(runs=outlook.runs, uploads=outlook.uploads, opened=str(pets)), data=str(pets), size="6", epochs="5")
    about = show.exhibit.images
    assert (about.shape, about.classes) == ((6, 6, 3), ("cat", "dog"))
    assert show.exhibit.hand is None
    with pytest.raises(ConfigError, match="in colour"):
        show.tell("draw", {"ink": "", "side": 1})
    assert "--size 6x6" in show._keep()["command"] or "--size 6" in show._keep()["command"]


def test_an_upload_is_read_by_its_name(outlook):
    with Uploads(outlook.uploads) as uploads:
        batch = uploads.begin()
        for number, name in enumerate(("cat", "dog")):
            for each in range(12):
                uploads.keep(batch, name, f"{each}.png", png(np.full((40, 30 + each, 3), 20 + 200 * number, np.uint8)))
        show = trained(outlook, data=f"upload:{batch}")
        assert show.exhibit.images.shape == (32, 32, 3)
        assert show.exhibit.course.rows[-1].train.accuracy == 1.0
        assert show.picture().data["keep"]["command"].startswith("thalweg train FOLDER --size 32 --score linear")
        other = uploads.begin()
        with pytest.raises(ThalwegError):
            show.tell("set", {"state": {"data": f"upload:{other}"}})
        assert show.words["data"] == f"upload:{batch}"
        assert show.exhibit.images.classes == ("cat", "dog")
        show.tell("set", {"state": {"data": "digits"}})
        field = show.form().fields[0]
        assert field.knob.choices == ("digits", "fashion-mnist", f"upload:{batch}")
        assert field.words == {f"upload:{batch}": "your upload"}
        uploads.drop(batch)
        with pytest.raises(ConfigError, match="not there any more"):
            show.tell("set", {"state": {"data": f"upload:{batch}"}})
        assert show.exhibit.images.source == "digits"


def test_what_cannot_be_read_is_told_and_can_be_mended(outlook, tmp_path):
    pets = folder_of_pictures(tmp_path / "pets")
    (pets / "cat" / "wide.png").write_bytes(png(np.zeros((9, 30), np.uint8)))
    show = enter({"data": str(pets)}, Outlook(runs=outlook.runs, uploads=outlook.uploads, opened=str(pets)))
    show.work(0.0)
    assert "size" in show.problem
    assert show.picture().data["problem"] == show.problem
    show.tell("set", {"state": {"size": "8"}})
    assert show.problem == ""
    assert show.picture().data["about"]["height"] == 8


def test_a_set_that_is_not_installed_says_what_to_do(outlook, tmp_path, monkeypatch):
    from thalweg.images import fashion_mnist

    monkeypatch.setenv("THALWEG_HOME", str(tmp_path))
    monkeypatch.setattr(fashion_mnist, "DEBIAN", tmp_path / "nothing")
    show = enter({"data": "fashion-mnist"}, outlook)
    show.work(0.0)
    assert "fashion-mnist is not on this machine, and nothing is fetched here." in show.problem


def test_settings_that_do_not_go_together_change_nothing(outlook):
    show = opened(outlook)
    show.tell("step", {})
    with pytest.raises(ThalwegError, match="too small for this cnn"):
        show.tell("set", {"state": {"score": "cnn", "channels": "4,4,4,4,4"}})
    assert show.form().state() == {}
    assert show.exhibit.course.step == 1
    with pytest.raises(ConfigError, match="no setting 'rat'"):
        show.tell("set", {"state": {"rat": "1"}})
    with pytest.raises(ConfigError, match="know no word 'eat'"):
        show.tell("eat", {})


def test_divergence_is_told_with_advice(outlook):
    show = opened(outlook, rate="1e30", schedule="none", pace="0", score="mlp", batch_norm="false")
    show.tell("play", {})
    for _ in range(100):
        show.work(0.05)
    assert not show.exhibit.playing
    assert "try a lower rate" in show.picture().data["stopped"]


def test_another_score_begins_anew_and_another_rate_goes_on(outlook):
    show = opened(outlook)
    show.tell("epoch", {})
    show.tell("set", {"state": {"rate": "0.001"}})
    assert show.exhibit.course.step > 0
    assert show.picture().data["curves"]["marks"] == [show.exhibit.course.step]
    show.tell("set", {"state": {"score": "mlp"}})
    assert show.exhibit.course.step == 0
    assert len(show.exhibit.course.rows) == 1


def test_the_room_stands_third():
    assert (ENTRY.title, ENTRY.place) == ("Pictures", 30)
