import numpy as np

from thalweg.evidence import plane as evidence
from thalweg.views import plane


def test_regions_borders_and_points_are_drawn_and_wrong_answers_crossed():
    record = evidence.example()
    kinds = [(trace.type, trace.name) for trace in plane.draw(record).figure.data]
    borders = [("contour", None)] * 3
    assert kinds == [("heatmap", None), *borders, ("scatter", "south-west"), ("scatter", "south-east"), ("scatter", "north-west")]
    wrong = evidence.measure(np.zeros((1, 2)), np.array([1]), lambda points: np.ones((len(points), 1)) * [1.0, 0.0], classes=["a", "b"])
    assert plane.draw(wrong).figure.data[-1].name == "wrong answer"


def test_scores_that_are_not_finite_have_no_borders():
    record = evidence.measure(np.eye(2), np.array([0, 1]), lambda points: np.full((len(points), 2), np.nan), classes=["a", "b"])
    assert "contour" not in [trace.type for trace in plane.draw(record).figure.data]


def test_the_figure_is_as_high_as_one_scale_needs():
    wide = np.array([[0.0, 0.0], [4.0, 1.0]])
    score = lambda points: points  # noqa: E731
    low = plane.draw(evidence.measure(wide, np.array([0, 1]), score, classes=["a", "b"]))
    high = plane.draw(evidence.measure(wide[:, ::-1].copy(), np.array([0, 1]), score, classes=["a", "b"]))
    assert (low.height, high.height) == (240, 760)
