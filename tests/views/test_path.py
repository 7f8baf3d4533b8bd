import json
from dataclasses import replace

from thalweg.evidence._path_words import Place
from thalweg.evidence.path import example
from thalweg.views import path as view
from thalweg.views import path_losses


def traces(chart):
    return {trace.get("name"): trace for trace in json.loads(chart.figure.to_json())["data"]}


def test_the_path_runs_from_the_start_to_the_end_with_what_a_slider_cuts():
    record = example()
    chart = view.draw(record)
    own = traces(chart)
    assert own["path"]["x"] == [point.x for point in record.points]
    assert own["path"]["meta"] == own["points, the later the stronger"]["meta"] == "trail"
    assert own["points, the later the stronger"]["customdata"] == [0, 1, 2, 3, 4]
    assert (own["end"]["meta"], own["end"]["x"], own["end"]["y"]) == ("head", [0.0], [0.0])
    assert own["start"]["x"] == [record.points[0].x]
    assert any(name and name.startswith("farthest off the plane (0.1131)") for name in own)
    assert not any(name and name.startswith("kept") for name in own)
    assert "loss 0.09375, on the plane 0.07972" in own["points, the later the stronger"]["hovertext"][3]
    assert "component 1 (" in json.loads(chart.figure.to_json())["layout"]["xaxis"]["title"]["text"]


def test_kept_weights_are_marked_where_they_are_not_the_end():
    kept = Place(x=0.1, y=0.2, off=0.3, loss=1.0, plane=2.0)
    own = traces(view.draw(replace(example(), kept=kept)))
    assert own["kept weights (0.3000 off the plane)"]["x"] == [0.1]


def test_points_of_the_plane_without_a_loss_are_left_blank():
    record = example()
    blank = replace(record, values=((None, *record.values[0][1:]), *record.values[1:]))
    assert json.loads(view.draw(blank).figure.to_json())["data"][0]["z"][0][0] is None
    none = replace(record, values=tuple((None,) * len(line) for line in record.values))
    assert view.draw(none).figure.data[0].type == "scatter"


def test_both_losses_and_the_distance_are_drawn_over_the_steps():
    record = example()
    own = traces(path_losses.draw(record))
    assert own["true loss"]["y"] == [3.0, 1.625, 0.375, 0.09375, 0.0]
    assert own["plane's loss at its projection"]["y"] == [point.plane for point in record.points]
    assert own["distance off the plane"]["yaxis"] == "y2"
    assert own["distance off the plane"]["y"] == [point.off for point in record.points]


def test_the_table_holds_the_measured_points_and_is_no_longer_than_a_page():
    record = example()
    assert [row[0] for row in view.draw(record).table.rows] == ["0", "1", "2", "3", "4"]
    many = replace(record, points=record.points * 50)
    assert len(view.draw(many).table.rows) <= 60
    unmeasured = replace(record, points=(record.points[0], replace(record.points[1], measured=False), *record.points[2:]))
    assert len(view.draw(unmeasured).table.rows) == 4
