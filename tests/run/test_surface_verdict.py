import json
import math
from dataclasses import asdict

import pytest

from thalweg.run.surface_verdict import verdict


@pytest.mark.parametrize(
    ("eigenvalues", "kind"),
    [
        ((1, 2), "minimum"),
        ((-2, -1), "maximum"),
        ((-1, 1), "saddle"),
        ((0, 1), "degenerate"),
        ((-1, 0), "degenerate"),
        ((0, 0), "degenerate"),
    ],
)
def test_signs_decide_at_a_critical_point_and_nothing_elsewhere(eigenvalues, kind):
    low, high = map(float, eigenvalues)
    assert verdict(0.0, low, high).kind == kind
    assert verdict(0.1, low, high).kind == "not critical"


def test_tolerances_are_inclusive_and_the_curvatures_is_relative_to_the_larger():
    assert verdict(1e-3, 1.0, 1.0).kind == "minimum"
    assert verdict(1.001e-3, 1.0, 1.0).kind == "not critical"
    assert verdict(0.0, 1e-3, 1e6).kind == "degenerate"
    assert verdict(0.0, 1e-3, 1e4).kind == "minimum"


def test_what_overflows_is_no_critical_point_and_no_number_in_json():
    record = verdict(0.0, -math.inf, math.nan)
    assert record.kind == "not critical"
    assert json.loads(json.dumps(asdict(record), allow_nan=False))["eigenvalues"] == [None, None]
