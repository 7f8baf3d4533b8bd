import os

import pytest
from PIL import Image

from thalweg.core.entries import ReadOptions
from thalweg.core.errors import DataError
from thalweg.core.progress import Silent
from thalweg.images.csv import ENTRY


@pytest.fixture
def table(tmp_path):
    """A function that writes a table beside ten pictures 0.png to 9.png, whose pixels are their numbers."""

    def write(text, *, encoding="utf-8"):
        for number in range(10):
            Image.new("L", (2, 2), number).save(tmp_path / f"{number}.png")
        path = tmp_path / "list.csv"
        path.write_bytes(text.encode(encoding, "surrogateescape"))
        return path

    return write


def read(path, **options):
    return ENTRY.read(str(path), ReadOptions(**options), Silent())


def test_rows_come_in_the_tables_order(table):
    images = read(table("path,label\n3.png,dog\n1.png,cat\n2.png,dog\n"))
    assert images.images[:, 0, 0, 0].tolist() == [3, 1, 2]
    assert images.labels.tolist() == [1, 0, 1]
    assert images.classes == ("cat", "dog")
    assert images.origin(1).endswith("1.png")


def test_whole_numbers_are_ordered_by_value(table):
    images = read(table("path,label\n1.png,10\n2.png,9\n3.png,10\n"))
    assert images.classes == ("9", "10")
    assert images.labels.tolist() == [1, 0, 1]


def test_a_split_column_is_kept(table):
    rows = "1.png,a,train\n2.png,b,train\n3.png,a,test\n4.png,b,val\n5.png,b,Valid\n"
    images = read(table("path,label,split\n" + rows))
    assert [rows.tolist() for rows in images.split.parts().values()] == [[0, 1], [3, 4], [2]]


def test_columns_in_any_order_marks_quotes_and_blank_lines(table):
    images = read(table('label,remark,Path\n\n"a, b",x,1.png\r\nc,y,2.png\n\n', encoding="utf-8-sig"))
    assert images.classes == ("a, b", "c")


def test_a_bad_file_is_named_with_its_row(table, tmp_path):
    path = table("path,label\n1.png,a\ngone.png,b\n2.png,b\nempty.png,a\npipe.png,a\n3.png,a\n4.png,b\n")
    (tmp_path / "empty.png").write_bytes(b"")
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(DataError) as caught:
        read(path)
    text = str(caught.value)
    assert "3 of 7 files" in text
    assert "gone.png (row 3): No such file or directory" in text
    assert "empty.png (row 5): the file is empty (0 bytes)" in text
    assert "pipe.png (row 6): a pipe, socket or device, not a picture" in text
    images = read(path, skip_bad=True)
    assert images.labels.tolist() == [0, 1, 0, 1]
    assert len(images.skipped) == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no column 'path'.*got an empty file"),
        ("pth,label\n1.png,a\n", "no column 'path'. Did you mean 'pth'"),
        ("path,path,label\n1.png,1.png,a\n", "a column twice"),
        ("path,label\n", "found 0 examples"),
        ("path,label\n1.png,a\n2.png,b\n3.png,a,x\n", "1 of the rows have another number of fields than the header, 2.*: row 4"),
        ("path,label\n1.png,a\n2.png,\n3.png,\n", "2 of the rows have no label.*: row 3, 4 "),
        ("path,label\n" + "1.png,\n" * 9, "9 of the rows have no label.*: row 2, 3, 4, 5, 6, and 4 more"),
        ("path,label\n,a\n2.png,b\n", "1 of the rows have no path.*: row 2"),
        ("path,label,split\n1.png,a,train\n2.png,b,dev\n", "none of train, validation .*: row 3"),
        ("path,label\n1.png,a\n2.png,a\n", "found 1 class 'a'"),
        ('path,label\n1.png,"a\n', "is not a CSV table"),
    ],
)
def test_what_is_wrong_with_a_table_is_said_with_its_rows(table, text, message):
    with pytest.raises(DataError, match=rf"list\.csv.*{message}"):
        read(table(text))


def test_names_that_are_not_text_survive(table, tmp_path):
    path = table("path,label\nod\udcffd.png,a\n2.png,b\n")
    Image.new("L", (2, 2), 77).save(tmp_path / "x.png")
    os.rename(tmp_path / "x.png", os.fsencode(tmp_path) + b"/od\xffd.png")
    images = read(path)
    assert images.images[0, 0, 0, 0] == 77
    assert os.fsencode(images.origin(0)).endswith(b"od\xffd.png")
