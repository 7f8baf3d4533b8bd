"""The faults of picture files, one table: what is done to a good folder, and what must be said."""

import os
import socket
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from PIL import Image

from thalweg.core.entries import ReadOptions
from thalweg.core.errors import DataError
from thalweg.core.progress import Silent
from thalweg.images.folder import ENTRY


def read(path, **options):
    return ENTRY.read(str(path), ReadOptions(**options), Silent())


def truncate(path):
    path.write_bytes(path.read_bytes()[:-30])


def garbage(path):
    path.write_bytes(b"\x01garbage" * 20)


def header_only(path):
    path.write_bytes(path.read_bytes()[:20])


def replace_with(make):
    def replace(path):
        path.unlink()
        make(path)

    return replace


def eps(path):
    path.write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 8 8\n%%EndComments\nshowpage\n%%EOF\n")


def psd(path):
    path.write_bytes(b"8BPS\0\x01" + bytes(6) + struct.pack(">HIIHH", 3, 8, 8, 8, 3) + bytes(200))


def tiff(path):
    Image.new("RGB", (8, 8)).save(path, "TIFF")


def bomb(path):
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", 65535, 65535, 8, 2, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b""))


def unix_socket(path):
    with socket.socket(socket.AF_UNIX) as end:
        os.chdir(path.parent)
        end.bind(path.name)


FAULTS = [
    ("F-01", truncate, "truncated|decode|end data|incomplete|Truncated|broken|not enough"),
    ("F-01", garbage, "not a readable picture"),
    ("F-01", header_only, ""),
    ("F-03", lambda path: path.write_bytes(b""), r"the file is empty \(0 bytes\)"),
    ("F-03", replace_with(os.mkdir), "a folder, not a picture"),
    ("F-03", replace_with(lambda path: path.symlink_to("nowhere")), "a link that leads nowhere"),
    ("F-03", replace_with(os.mkfifo), "a pipe, socket or device, not a picture"),
    ("F-03", replace_with(unix_socket), "a pipe, socket or device, not a picture"),
    ("F-04", eps, "not a readable picture of an accepted format"),
    ("F-04", psd, "not a readable picture of an accepted format"),
    ("F-04", tiff, "not a readable picture of an accepted format"),
    ("F-05", bomb, "its header declares more than 89,478,485 pixels"),
    ("F-16", replace_with(lambda path: path.symlink_to(path.parent / "0001.png")), "a link; links are not followed"),
    ("F-16", replace_with(lambda path: path.symlink_to(path.parent.parent)), "a link; links are not followed"),
]


@pytest.mark.parametrize(("row", "inject", "reason"), FAULTS, ids=[f"{row}-{number}" for number, (row, _, _) in enumerate(FAULTS)])
def test_a_bad_file_is_named_with_its_reason_or_skipped(row, inject, reason, pets, monkeypatch):
    root = pets(count=4)
    monkeypatch.chdir(root)
    path = root / "cat" / "0002.png"
    inject(path)
    with pytest.raises(DataError, match=rf"1 of 8 files are not .*\n  \S*cat/0002\.png: .*({reason})") as caught:
        read(root)
    assert caught.value.exit_code == 3
    assert "--skip-bad" in str(caught.value)
    images = read(root, skip_bad=True)
    assert [entry.path for entry in images.skipped] == [str(path)]
    assert len(images) == len(images.split.train) == 7
    assert str(path) not in list(images.origins)


@pytest.mark.parametrize("extension", ["png", "jpg", "bmp", "gif", "webp", "tif"])
def test_one_damaged_file_of_a_hundred_is_named_in_every_format(extension, pets):
    root = pets(count=50, extension=extension)
    truncate(root / "dog" / f"0033.{extension}")
    with pytest.raises(DataError, match=rf"1 of 100 files .*\n  \S*dog/0033\.{extension}: ") as caught:
        read(root)
    assert str(caught.value).count("\n") == 2
    assert len(read(root, skip_bad=True)) == 99


def test_every_bad_file_is_named_and_more_than_half_are_never_skipped(pets):
    root = pets(count=4)
    for number in range(4):
        garbage(root / "cat" / f"000{number}.png")
    with pytest.raises(DataError) as caught:
        read(root)
    assert all(f"cat/000{number}.png" in str(caught.value) for number in range(4))
    with pytest.raises(DataError, match="no picture is left of 'cat'"):
        read(root, skip_bad=True)
    garbage(root / "dog" / "0000.png")
    with pytest.raises(DataError, match="More than half are bad"):
        read(root, skip_bad=True)


def test_a_folder_of_bad_files_only_is_an_error(pets):
    root = pets(count=2)
    for path in root.glob("*/*"):
        path.write_bytes(b"")
    with pytest.raises(DataError, match="4 of 4 files"):
        read(root)
    with pytest.raises(DataError, match="More than half"):
        read(root, skip_bad=True)


def test_the_only_file_of_another_size_may_be_a_damaged_one(pets):
    root = pets(count=4)
    Image.effect_noise((99, 99), 50).convert("RGB").save(root / "cat" / "0000.png")
    truncate(root / "cat" / "0000.png")
    images = read(root, skip_bad=True)
    assert images.shape == (8, 8, 3)
    assert images.images.any(axis=(1, 2, 3)).all()


def test_a_bomb_is_refused_within_256_megabytes(tmp_path):
    bomb(tmp_path / "a.png")
    program = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (1 << 28, 1 << 28))\n"
        "from thalweg.images._picture import Target; from thalweg.images._worker import decode_batch\n"
        "print(decode_batch(sys.argv[1:], Target('RGB', 8, 8, 'crop'))[1].bad)"
    )
    answer = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, str(tmp_path / "a.png")], capture_output=True, check=True, timeout=10, text=True
    )
    assert "more than 89,478,485 pixels" in answer.stdout


def test_mixed_sizes_are_listed_with_an_example_each_unless_a_size_is_given(pets):
    root = pets(count=40)
    for number, size in ((3, (16, 8)), (4, (16, 8)), (5, (8, 20))):
        Image.new("RGB", size).save(root / "dog" / f"{number:04d}.png")
    with pytest.raises(DataError) as caught:
        read(root)
    text = str(caught.value)
    assert "77 of 8x8 (" in text
    assert f"2 of 8x16 ({root / 'dog' / '0003.png'})" in text
    assert f"1 of 20x8 ({root / 'dog' / '0005.png'})" in text
    assert "for one 8x8" in text
    for fit in ("crop", "pad", "stretch"):
        images = read(root, size=(8, 8), fit=fit)
        assert images.shape == (8, 8, 3)
        assert images.notes == ("3 pictures of another size: fitted to the size asked for.",)


def test_empty_classes_no_classes_and_pictures_in_the_root(pets, tmp_path):
    root = pets()
    (root / "fox").mkdir()
    (root / "owl").mkdir()
    with pytest.raises(DataError, match="no pictures for the classes 'fox', 'owl'"):
        read(root)
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(DataError, match=r"^no class folders in \S*empty; expected one folder of pictures a class [^:]*hold them\.$"):
        read(empty)
    Image.new("RGB", (8, 8)).save(empty / "a.png")
    with pytest.raises(DataError, match=r"1 pictures lie in .*: move each into a folder named for its class"):
        read(empty)


STRANGE = [b"with space", b"new\nline", b"\x1b[31mred", "‮rtl".encode(), "🐈".encode(), b"not-utf8-\xff", b"x" * 251, b"-rf", b"a'b\"c"]


def test_strange_names_survive_and_never_reach_a_message_raw(tmp_path):
    root = os.fsencode(tmp_path / "odd")
    for folder in (b"plain", b"od\x1b\xffd"):
        Path(os.fsdecode(root + b"/" + folder)).mkdir(parents=True)
        for name in STRANGE:
            path = root + b"/" + folder + b"/" + name + b".png"
            with open(path, "wb") as file:
                Image.new("L", (8, 8)).save(file, "PNG")
    images = read(os.fsdecode(root))
    assert len(images) == 2 * len(STRANGE)
    assert [os.fsencode(name) for name in images.classes] == [b"od\x1b\xffd", b"plain"]
    assert {os.fsencode(Path(path).name) for path in images.origins} == {name + b".png" for name in STRANGE}
    for path in list(images.origins):
        with open(path, "wb"):
            continue
    with pytest.raises(DataError) as caught:
        read(os.fsdecode(root))
    assert all(char.isprintable() or char == "\n" for char in str(caught.value))
    assert str(caught.value).count("\n") == 2 * len(STRANGE) + 1


def test_loops_and_links_of_folders_are_named_and_not_followed(pets):
    root = pets()
    (root / "loop").symlink_to(root)
    (root / "cat" / "inner").symlink_to(root / "dog")
    with pytest.raises(DataError) as caught:
        read(root)
    assert str(caught.value).count("a link to a folder; links are not followed") == 2
    images = read(root, skip_bad=True)
    assert images.classes == ("cat", "dog")
    assert len(images) == 6
