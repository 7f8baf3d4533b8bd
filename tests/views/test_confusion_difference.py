import json
from dataclasses import replace

import numpy as np

from thalweg.evidence import comparison as evidence
from thalweg.evidence.comparison import Contender
from thalweg.views import confusion_difference


def record(labels, *answers, classes):
    runs = [
        Contender(name=f"run {k}", recipe={}, epochs=[], figures={}, predicted=np.array(one), losses=np.zeros(len(labels)))
        for k, one in enumerate(answers)
    ]
    return evidence.measure(runs, np.array(labels), classes)


def test_text_is_the_change_and_colour_the_gain_of_the_second_run():
    heat = confusion_difference.draw(record([0, 0, 1, 1], [0, 1, 0, 0], [0, 0, 0, 1], classes=["cat", "dog"])).figure.data[0]
    assert [list(row) for row in heat.text] == [["+1", "-1"], ["-1", "+1"]]
    assert [list(row) for row in heat.z] == [[1, 1], [1, 1]]
    assert (heat.zmin, heat.zmax) == (-1, 1)
    assert heat.hovertext[0][1] == "cat taken for dog<br>run 1 less run 0: -1"


def test_a_mistake_that_the_second_run_makes_more_often_is_the_firsts_gain():
    heat = confusion_difference.draw(record([0, 0, 1], [0, 0, 1], [1, 1, 1], classes=["cat", "dog"])).figure.data[0]
    assert [list(row) for row in heat.text] == [["-2", "+2"], ["", ""]]
    assert [list(row) for row in heat.z] == [[-2, -2], [0, 0]]


def test_any_pair_can_be_drawn_and_the_table_counts_class_by_class():
    shown = evidence.example()
    chart = confusion_difference.draw(shown, shown.pairs[2])
    assert chart.title == "Confusion matrix of other loss less that of wider"
    assert chart.alt == "other loss alone is right on 1 of 20 examples, wider alone on 5; both on 13, neither on 1."
    assert chart.table.columns == ("class", "examples", "both right", "only wider", "only other loss", "neither")
    assert chart.table.rows == (("cat", "10", "6", "3", "0", "1"), ("dog", "10", "7", "2", "1", "0"))


def test_equal_answers_draw_an_empty_map_with_a_scale():
    heat = confusion_difference.draw(record([0, 1], [0, 1], [0, 1], classes=["cat", "dog"])).figure.data[0]
    assert not any(cell for row in heat.text for cell in row)
    assert heat.zmax == 1


def test_a_hundred_classes_get_colours_only_and_thinned_labels():
    every = list(range(100))
    chart = confusion_difference.draw(record(every, every, every[::-1], classes=[f"class {k}" for k in every]))
    assert chart.figure.data[0].text is None
    assert len(chart.figure.layout.xaxis.ticktext) == 12


def test_hostile_names_stay_text():
    shown = replace(record([0, 1], [0, 1], [1, 1], classes=["<img src=x onerror=alert(1)>", "b"]), names=("<b>", "</script>"))
    figure = json.loads(confusion_difference.draw(shown).figure.to_json())
    del figure["layout"]["title"]  # the page shows the chart's own title and escapes it
    assert "<img" not in json.dumps(figure)
    assert "</script>" not in json.dumps(figure)
    assert "<b>" not in json.dumps(figure)
