from thalweg.views._trails import line_of, symbol_of


def test_twenty_four_trails_are_all_different():
    assert len({(line["color"], line["dash"]) for line in map(line_of, range(24))}) == 24
    assert len({symbol_of(place) for place in range(8)}) == 8
