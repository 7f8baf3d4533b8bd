"""The plane's show, in process."""

import math

import numpy as np
import pytest
import torch

import thalweg as tw
from thalweg.core.errors import ConfigError, DataError, ThalwegError
from thalweg.faces.lab import ROOMS
from thalweg.faces.lab._plane_course import NUMBERS
from thalweg.faces.lab._plane_words import MENU, POINTS
from thalweg.faces.lab._room import Outlook


@pytest.fixture
def plane(tmp_path):
    """A function that opens the plane in a state."""

    def opened(table="", **state):
        return ROOMS.get("plane").open(state, Outlook(runs=tmp_path, uploads=tmp_path, opened=str(table)))

    return opened


def arrived(show, *, seconds=20.0):
    """Let a show work until nothing is under way."""
    for _ in range(int(seconds / 0.02)):
        if show.work(0.02) is None:
            return show
    raise AssertionError("still at work")


def weight(show):
    return show.course.trainer.state.params["weight"][0]


@pytest.mark.parametrize("data", POINTS)
@pytest.mark.parametrize("score", ["linear", "mlp"])
def test_every_set_is_drawn_and_trained(plane, data, score):
    show = plane(data=data, score=score)
    show.tell("step", {})
    picture = show.picture()
    assert picture.data["step"] == 1
    assert len(picture.arrays["points"]) == len(picture.arrays["losses"]) == len(show.points)
    assert picture.arrays["classes"].max() < len(show.points.names)


@pytest.mark.parametrize("optimiser", MENU.offered["optimiser"])
@pytest.mark.parametrize("score", ["linear", "mlp"])
def test_every_optimiser_steps_and_its_step_is_written_out(plane, optimiser, score):
    show = plane(score=score, batch="16", l2="0.01", data="gauss")
    if (optimiser, score) == ("exact", "mlp"):
        with pytest.raises(ConfigError, match="solves linear scores; got score 'mlp'"):
            show.tell("set", {"state": {"optimiser": optimiser}})
        return
    show.tell("set", {"state": {"optimiser": optimiser}})
    show.tell("pick", {"name": next(iter(show.course.trainer.state.params)), "index": [0, 0]})
    show.tell("step", {})
    lines = show.picture().data["tables"]["step"]
    params = show.course.trainer.state.params[show.painter.pick[0]]
    assert lines[-1]["symbol"] == "W"
    shown = float(lines[-1]["value"].replace("−", "-"))
    assert shown == pytest.approx(params[0, 0, 0].item(), rel=6e-4, abs=1e-4)


@pytest.mark.parametrize("schedule", MENU.offered["schedule"])
def test_a_schedule_ends_with_its_epochs(plane, schedule):
    show = plane(data="gauss", schedule=schedule, epochs="3")
    show.tell("play", {})
    arrived(show)
    assert show.course.step == 3
    assert "3 epochs are done" in show.picture().data["said"]


@pytest.mark.parametrize("loss", MENU.offered["loss"])
def test_sums_and_rows_agree(plane, loss):
    show = plane(data="blobs3", loss=loss, l2="0.1")
    show.course.one(5)
    picture = show.picture()
    losses, held = picture.arrays["losses"], picture.arrays["held"]
    assert losses[held == 0].mean() == pytest.approx(picture.data["loss"], rel=1e-5)
    assert picture.data["total"] == picture.data["loss"] + picture.data["penalty"]
    assert picture.data["penalty"] == pytest.approx(0.1 * weight(show).square().sum().item(), rel=1e-5)
    lines = show.tell("example", {"row": 4})["lines"]
    assert lines[-1]["symbol"] == "L"
    assert float(lines[-1]["value"].replace("−", "-")) == pytest.approx(losses[4], rel=6e-4, abs=1e-6)


def test_a_dragged_point_changes_its_loss_and_stays_where_it_was_put(plane):
    show = plane(data="blobs3")
    show.course.one(20)
    before = show.picture()
    show.tell("drag", {"row": 2, "x": -0.9, "y": -0.1})
    after = show.picture()
    assert after.arrays["points"][2].tolist() == pytest.approx([-0.9, -0.1])
    assert after.arrays["losses"][2] > before.arrays["losses"][2] + 0.5
    assert torch.equal(weight(show), show.course.trainer.state.params["weight"][0])
    assert after.data["step"] == 20


def test_the_address_takes_a_dragged_point_in_when_it_is_let_go(plane):
    show = plane(data="blobs3")
    show.tell("drag", {"row": 2, "x": -0.9, "y": -0.1})
    assert "points" not in show.form().state()
    show.tell("drop", {})
    state = show.form().state()
    assert state["data"] == "own"
    assert plane(**state).points.places[2].tolist() == pytest.approx([-0.9, -0.1])


def test_points_are_added_and_removed(plane):
    show = plane(data="blobs3")
    assert show.tell("add", {"x": 0.1, "y": 0.2, "label": 1}) == {"row": 9}
    assert show.picture().arrays["labels"][9] == 1
    show.tell("remove", {"row": 9})
    assert len(show.picture().arrays["labels"]) == 9


def test_a_point_of_a_new_class_gives_w_another_row_and_a_new_beginning(plane):
    show = plane(data="gauss")
    show.course.one(3)
    show.tell("add", {"x": 0.1, "y": 0.2, "label": 2})
    assert weight(show).shape == (3, 2)
    assert (show.course.step, show.course.pure) == (0, True)


def test_what_cannot_be_changes_nothing(plane):
    show = plane(data="blobs3", score="mlp")
    show.course.one(2)
    before = show.form().row(), show.course.trainer.state
    for word, given in [
        ("set", {"state": {"optimiser": "exact"}}),
        ("set", {"state": {"data": "moons"}}),
        ("set", {"state": {"rate": "-1"}}),
        ("set", {"state": {"examples": "2000", "data": "xor"}}),
        ("add", {"x": 1e9, "y": 0, "label": 0}),
        ("add", {"x": 0, "y": 0, "label": 7}),
        ("add", {"x": math.nan, "y": 0, "label": 1}),
        ("remove", {"row": 99}),
        ("drag", {"row": "2", "x": 0, "y": 0}),
        ("put", {"name": "layers.0.weight", "index": [9, 0], "value": 1}),
        ("put", {"name": "layers.0.weight", "index": [0, 0], "value": "1"}),
        ("pick", {"name": "nothing", "index": []}),
        ("example", {"row": -1}),
        ("window", {"window": "0,0,0"}),
        ("upload", {"text": "x,y,label\n1,2,a\n", "name": "a.csv"}),
        ("upload", {"text": "x" * 300_000, "name": "a.csv"}),
        ("dance", {}),
    ]:  # fmt: skip
        with pytest.raises(ThalwegError) as found:
            show.tell(word, given)
        assert "\n" not in str(found.value)
        show.dragging = False
        assert show.form().row() == before[0], word
        assert show.course.trainer.state is before[1], word


def test_the_last_point_of_a_class_stays(plane):
    show = plane(data="own")
    with pytest.raises(DataError, match="needs at least 2"):
        show.tell("remove", {"row": 0})
    assert len(show.points) == 2
    assert show.form().state()["data"] == "own"


@pytest.mark.parametrize(
    "state", [{"score": "mlp", "batch": "16", "rate": "0.1"}, {"optimiser": "adam"}, {"loss": "svm-sum", "l1": "0.01"}]
)
def test_an_address_leads_to_the_same_state(plane, state):
    show = plane(**state, noise="0.1")
    show.course.one(41)
    there = arrived(plane(**show.form().state()))
    assert there.course.step == 41
    assert there.picture().data["loss"] == show.picture().data["loss"]
    assert there.form().state() == show.form().state()


def test_what_was_steered_on_the_way_is_shared_as_weights(plane):
    show = plane(score="mlp")
    show.course.one(10)
    show.tell("set", {"state": {"rate": "0.2"}})
    show.course.one(10)
    state = show.form().state()
    assert "steps" not in state
    assert plane(**state).picture().data["loss"] == show.picture().data["loss"]
    assert show.picture().data["address"] == "whole"


def test_more_weights_than_an_address_holds_are_not_in_it(plane):
    show = plane(score="mlp", widths="20,20")
    show.course.one(3)
    show.tell("set", {"state": {"rate": "0.2"}})
    assert sum(tensor.numel() for tensor in show.course.trainer.state.params.values()) > NUMBERS
    assert {"steps", "weights"}.isdisjoint(show.form().state())
    assert show.picture().data["address"] == "start"
    show.tell("rewind", {})
    assert show.picture().data["address"] == "whole"


def test_an_edited_weight_is_in_the_address(plane):
    show = plane(data="blobs3")
    show.tell("put", {"name": "weight", "index": [1, 0], "value": 0.7})
    assert weight(show)[1, 0] == np.float32(0.7)
    there = plane(**show.form().state())
    assert torch.equal(weight(there), weight(show))
    lines = show.picture().arrays["lines"]
    assert lines[1, 0] == np.float32(0.7)


def test_lines_are_those_of_raw_coordinates(plane):
    show = plane(data="gauss", prepare="standardise")
    show.course.one(30)
    lines, points = show.picture().arrays["lines"], show.points
    scores = points.places @ lines[:, :2].T + lines[:, 2]
    np.testing.assert_allclose(scores, show.picture().arrays["scores"], atol=1e-5)


def test_bad_addresses_say_why(plane):
    for state, words in [
        ({"steps": "many"}, "steps in the address"),
        ({"weights": "1,2"}, "6 finite numbers"),
        ({"weights": "1,2,3,4,5,nan"}, "6 finite numbers"),
        ({"window": "0,0,x"}, "a window is"),
        ({"data": "own", "points": "1,1"}, "address"),
    ]:
        with pytest.raises(ConfigError, match=words):
            plane(**state)


def test_a_walk_is_bounded(plane, monkeypatch):
    show = plane(steps="999999999")
    assert show.course.walk.to == 20_000
    monkeypatch.setattr("thalweg.faces.lab._plane_course.PATIENCE", 0.0)
    short = arrived(plane(steps="5000"))
    assert short.course.step < 5000
    assert "asks for step 5000" in short.picture().data["said"]


def test_playing_has_its_speed(plane):
    show = plane(speed="10")
    show.tell("play", {})
    waits = [show.work(0.02) for _ in range(3)]
    assert show.course.step == 1
    assert all(0 < wait <= 0.1 for wait in waits)
    show.tell("set", {"state": {"speed": "fastest"}})
    assert show.work(0.02) == 0.0
    assert show.course.step > 1


def test_rewound_the_start_is_the_same_and_a_new_start_another(plane):
    show = plane(score="mlp")
    start = show.picture().data["loss"]
    show.course.one(5)
    show.tell("rewind", {})
    assert show.picture().data["loss"] == start
    show.tell("fresh", {})
    assert show.picture().data["loss"] != start
    assert show.form().state()["seed"] == "1"


def test_an_epoch_is_every_training_point_once(plane):
    show = plane(batch="32")
    each = show.course.trainer.steps_an_epoch
    assert each == 3
    show.tell("step", {})
    show.tell("epoch", {})
    assert (show.course.step, show.picture().data["epoch"]) == (3, 1)
    show.tell("epoch", {})
    assert (show.course.step, show.picture().data["epoch"]) == (6, 2)


def test_divergence_is_said_and_the_picture_stays(plane):
    show = plane(score="mlp", rate="1e30")
    show.tell("play", {})
    arrived(show)
    picture = show.picture()
    assert "diverged" in picture.data["said"]
    assert "Try a rate of 1e+29" in picture.data["said"]
    assert not picture.data["playing"]
    assert all(np.isfinite(picture.arrays[name]).all() for name in picture.arrays if name.startswith("w:"))
    show.tell("rewind", {})
    assert show.picture().data["said"] == ""


def test_the_exact_optimiser_says_how_far_it_is_from_the_best(plane):
    show = plane(data="blobs3", optimiser="exact", l2="0.01")
    show.tell("play", {})
    arrived(show)
    assert "above the best possible one" in show.picture().data["said"]


def test_uploaded_points_come_down_again(plane):
    show = plane()
    text = "x,y,label,split\n170.5,60.25,cat,train\n-3.0,1.0,dog,train\n5.0,5.0,dog,validation\n"
    show.tell("upload", {"text": text, "name": "pets.csv"})
    assert show.tell("csv", {})["text"] == text
    left, right, bottom, top = show.picture().data["window"]
    assert left < -3 < 170.5 < right
    assert bottom < 1 < 60.25 < top
    assert show.picture().data["names"] == ["cat", "dog"]


def test_a_table_on_the_command_line_is_a_set_of_points(plane, tmp_path):
    path = tmp_path / "pets.csv"
    path.write_text("x,y,label\n1,2,cat\n3,4,dog\n")
    assert plane(path, data=str(path)).points.names == ("cat", "dog")
    with pytest.raises(ConfigError, match="data must be one of"):
        plane("", data=str(path))


def test_units_and_scores_are_looked_at(plane):
    show = plane(score="mlp", widths="3,2", data="xor")
    show.tell("look", {"look": "unit:1:1"})
    picture = show.picture()
    assert picture.data["look"] == "unit:1:1"
    assert picture.arrays["field"].min() >= 0  # what leaves a relu
    assert picture.arrays["units"].shape == (3 + 2 + 2, 24, 24)
    show.tell("look", {"look": "score:1"})
    assert (show.picture().arrays["field"] > 0).any()
    show.tell("set", {"state": {"widths": "3"}})
    for bad in ("unit:1:0", "unit:0:3", "score:2", "unit:0", "x"):
        show.tell("look", {"look": bad})
        assert show.picture().data["look"] == "regions"


def test_regions_are_where_classes_win(plane):
    show = plane(data="blobs3")
    show.tell("set", {"state": {"loss": "svm-sum"}})
    show.course.one(50)
    picture = show.picture()
    left, right, bottom, top = picture.data["window"]
    side = len(picture.arrays["classes"])
    for (x, y), scores in zip(picture.arrays["points"], picture.arrays["scores"], strict=True):
        column, row = round((x - left) / (right - left) * (side - 1)), round((y - bottom) / (top - bottom) * (side - 1))
        order = np.sort(scores)
        if order[-1] - order[-2] > 0.3:
            assert picture.arrays["classes"][row, column] == scores.argmax()
            assert picture.arrays["sure"][row, column] == pytest.approx(255 * min(1, (order[-1] - order[-2]) / 2), abs=20)


def test_tables_come_a_few_times_a_second_while_it_plays(plane, monkeypatch):
    monkeypatch.setattr("thalweg.faces.lab._plane_picture.RARELY", 600.0)
    show = plane()
    show.tell("play", {})
    assert "tables" in show.picture().data
    show.course.take()
    assert "tables" not in show.picture().data
    show.tell("play", {})
    assert "tables" in show.picture().data


def test_the_steps_are_those_of_train(plane):
    show = plane(data="gauss", noise="0.1", examples="60", validation="0.25", rate="0.1")
    show.course.one(12)
    recipe = show.wish.recipe.with_changes(epochs=12, keep="last")
    run = tw.train(show.points.images(), recipe=recipe)
    assert run.figures["train"].loss == show.picture().data["loss"]
    assert run.figures["validation"].loss == show.picture().data["held"]["loss"]


def test_too_many_points_for_an_address_are_told(plane):
    show = plane(examples="201")
    assert show.picture().data["addressed"]
    show.tell("drag", {"row": 0, "x": 0.5, "y": 0.5})
    show.tell("drop", {})
    assert not show.picture().data["addressed"]
    assert "points" not in show.form().state()
