import numpy as np
import pytest

import thalweg as tw
from thalweg.core.errors import DataError
from thalweg.images import read_points, written_points

PETS = "x,y,label,split\n0.5,1,cat,train\n-2,0,dog,val\n3e-2,.25,cat,test\n"


def test_a_table_of_points_is_read_in_its_order():
    pets = read_points(PETS, source="pets.csv")
    assert pets.images[:, 0, 0].tolist() == [[0.5, 1.0], [-2.0, 0.0], [np.float32(0.03), 0.25]]
    assert (pets.labels.tolist(), pets.classes) == ([0, 1, 0], ("cat", "dog"))
    assert {name: rows.tolist() for name, rows in pets.split.parts().items()} == {"train": [0], "validation": [1], "test": [2]}


def test_whole_numbers_are_ordered_by_value():
    assert read_points("y,label,x\n1,10,0\n1,9,0\n", source="a.csv").classes == ("9", "10")


def test_what_is_written_is_read_again():
    places = np.random.default_rng(0).normal(size=(20, 2)).astype(np.float32) * 1e-3
    labels = np.arange(20) % 3
    text = written_points(places, labels, ("a,b", '"', "c"), ["train", "validation"] * 10)
    again = read_points(text, source="again.csv")
    np.testing.assert_array_equal(again.images.reshape(-1, 2), places)
    assert [again.classes[label] for label in again.labels] == [("a,b", '"', "c")[label] for label in labels]
    assert again.split.validation.tolist() == list(range(1, 20, 2))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "found 0 points"),
        ("x,y,label\n", "found 0 points"),
        ("x,y\n1,2\n", "no column label; got x,y"),
        ("x,x,y,label\n1,1,2,a\n", "the column x twice"),
        ("x,y,label\n1,2,a\n1,two,b\n", "row 3 has y 'two'; a finite number is needed"),
        ("x,y,label\n1,2,a\ninf,2,b\n", "row 3 has x 'inf'"),
        ("x,y,label\n1,1e39,a\n", "row 2 has y '1e39'"),
        ("x,y,label\n1,2,a\n1,2\n", "row 3 has 2 fields and the header 3"),
        ("x,y,label\n1,2,a\n\n1,2, \n", "row 4 has no label"),
        ("x,y,label,split\n1,2,a,rest\n", "row 2 has split 'rest'"),
        ("x,y,label\n1,2,a\n3,4,a\n", "found 1 class 'a' in 2 example"),
        ('x,y,label\n1,2,"a\n', "is not a CSV table"),
    ],
)
def test_what_is_wrong_is_said_with_its_row(text, words):
    with pytest.raises(DataError, match=words.replace("(", r"\(")) as found:
        read_points(text, source="a.csv")
    assert "\n" not in str(found.value)


def test_more_points_than_are_taken():
    with pytest.raises(DataError, match="has 3 points; at most 2 can be taken"):
        read_points("x,y,label\n" + "1,2,a\n" * 3, source="a.csv", most=2)


def test_a_file_of_points_is_data_as_any_other(tmp_path):
    path = tmp_path / "pets.csv"
    path.write_text("\ufeff" + PETS, encoding="utf-8")
    pets = tw.load(str(path))
    assert pets.points
    assert pets.classes == ("cat", "dog")
