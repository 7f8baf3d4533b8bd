from thalweg.evidence import balance as evidence
from thalweg.views import balance


def test_bars_lie_for_few_classes_and_stand_for_many():
    few = balance.draw(evidence.example())
    assert [(bar.name, bar.orientation, bar.x) for bar in few.figure.data] == [
        ("training", "h", (30, 10)),
        ("validation", "h", (6, 2)),
        ("test", "h", (5, 5)),
    ]
    many = balance.draw(evidence.measure([str(k) for k in range(100)], {"train": [5] * 100}))
    assert many.figure.data[0].y == (5,) * 100
    assert many.figure.data[0].orientation is None


def test_empty_parts_are_not_drawn_and_the_words_tell_the_spread():
    chart = balance.draw(evidence.measure(["a", "b"], {"train": [3, 2], "test": [0, 0]}))
    assert [bar.name for bar in chart.figure.data] == ["training"]
    assert chart.alt == "Examples: 5 train, 0 test. The largest training class, a, has 1.5 times as many as the smallest."
    assert "same number" in balance.draw(evidence.measure(["a", "b"], {"train": [2, 2]})).alt
    assert "a class has no example" in balance.draw(evidence.measure(["a", "b"], {"train": [2, 0]})).alt
