import json

import pytest


@pytest.fixture
def result(table):
    return table.Result(
        row="linear epoch",
        peer="plain loop",
        goal=3.0,
        ours=[1.0, 2.0, 1.0],
        theirs=[4.0, 4.0, 3.0],
        ours_memory_mb=210.4,
        note="two threads",
    )


def test_the_ratio_is_the_median_of_paired_ratios(result):
    # 4/1, 4/2, 3/1; the ratio of the medians would be 4
    assert result.ratios == [4.0, 2.0, 3.0]
    assert result.ratio == 3.0


def test_a_goal_that_is_just_reached_is_met(table, result):
    assert result.record()["met"] is True
    assert table.Result(row="r", peer="p", goal=3.01, ours=[1.0], theirs=[3.0]).record()["met"] is False


def test_json_holds_what_was_asked_for(table, result):
    (row,) = json.loads(table.as_json([result]))
    assert {key: row[key] for key in ("row", "peer", "ratio", "goal")} == {
        "row": "linear epoch",
        "peer": "plain loop",
        "ratio": 3.0,
        "goal": 3.0,
    }
    assert (row["ratio_min"], row["ratio_max"]) == (2.0, 4.0)
    assert (row["ours_seconds"], row["peer_seconds"], row["rounds"]) == (1.0, 4.0, 3)
    assert (row["ours_memory_mb"], row["peer_memory_mb"]) == (210.4, None)


def test_json_refuses_what_json_cannot_say(table):
    with pytest.raises(ValueError, match="not JSON compliant"):
        table.as_json([table.Result(row="r", peer="p", goal=1.0, ours=[1.0], theirs=[float("inf")])])


def test_rounds_that_do_not_pair_are_refused(table):
    with pytest.raises(ValueError, match="shorter"):
        table.as_json([table.Result(row="r", peer="p", goal=1.0, ours=[1.0, 2.0], theirs=[1.0])])


def test_the_table_is_aligned_and_says_notes_once(table, result):
    headings, rule, first, second, empty, *notes = table.as_table([result, result]).splitlines()
    assert headings.split()[:2] == ["row", "peer"]
    assert set(rule) == {"-", " "}
    assert first == second
    assert first.index("plain loop") == headings.index("peer")
    assert first.endswith("210        -")
    assert "3.00  2.00..4.00     3  yes" in first
    assert empty == ""
    assert notes == ["linear epoch: two threads"]


def test_no_rows_make_a_table_of_headings(table):
    assert len(table.as_table([]).splitlines()) == 2
