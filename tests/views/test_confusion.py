import json

import numpy as np

from thalweg.evidence import confusion as evidence
from thalweg.views import confusion


def test_colour_is_the_row_share_and_the_text_the_count():
    heat = confusion.draw(evidence.example()).figure.data[0]
    assert list(heat.z[0]) == [0.75, 0.25, 0.0]
    assert list(heat.text[0]) == ["3", "1", ""]
    assert heat.hovertext[0][1] == "cat taken for dog<br>1 of 4 (25.0%)"


def test_the_text_equivalent_lists_mistakes_most_frequent_first():
    chart = confusion.draw(evidence.example())
    assert chart.alt == "8 of 10 examples lie on the diagonal. The most frequent mistake: cat taken for dog, 1 of 4."
    assert chart.table.rows == (("cat", "dog", "1", "25.0%"), ("hen", "cat", "1", "33.3%"))


def test_a_hundred_classes_get_colours_only_and_thinned_labels():
    labels = np.arange(100)
    chart = confusion.draw(evidence.measure(labels, labels, [f"class {k}" for k in labels]))
    assert chart.figure.data[0].text is None
    assert len(chart.figure.layout.xaxis.ticktext) == 12


def test_hostile_and_equal_names_stay_text_and_keep_their_cells():
    names = ["<img src=x onerror=alert(1)>", "same", "same"]
    figure = json.loads(confusion.draw(evidence.measure(np.arange(3), np.arange(3), names)).figure.to_json())
    assert np.shape(figure["data"][0]["z"]) == (3, 3)
    assert "<img" not in json.dumps(figure)


def test_no_examples_draw_an_empty_matrix():
    none = np.zeros(0, np.int64)
    assert confusion.draw(evidence.measure(none, none, ["a", "b"])).alt == "No accuracy: there are no examples."
