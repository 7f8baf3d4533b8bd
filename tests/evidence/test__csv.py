import csv
import io

import pytest

from thalweg.evidence._csv import cell, csv_text


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "=cmd|' /C calc'!A0", "-5"])
def test_text_that_is_a_formula_to_a_spreadsheet_is_quoted(text):
    assert cell(text) == f"'{text}"


def test_numbers_stay_numbers_with_all_their_digits():
    assert [cell(value) for value in (-0.1, 1 / 3, 7, None, True)] == ["-0.1", repr(1 / 3), "7", "", "true"]


def test_a_tab_or_a_newline_in_front_of_a_formula_is_shown_and_harmless():
    assert cell("\t=1") == r"\t=1"
    assert "\n" not in cell("a\nb")


def test_what_was_written_reads_back():
    text = csv_text(["a,b", 'c"d'], [["x, y", 1.5], ["é", None]])
    assert list(csv.reader(io.StringIO(text))) == [["a,b", 'c"d'], ["x, y", "1.5"], ["é", ""]]
