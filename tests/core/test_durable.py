"""Every file operation of every write fails in turn; afterwards there is the old content or the new one, and nothing else."""

import builtins
import errno
import hashlib
import json
import os
import shutil
import sys
import time
from pathlib import Path

import pytest

from thalweg.core.durable import (
    MANIFEST,
    TEMPORARY,
    discard_folder,
    json_bytes,
    read_folder,
    storage_errors,
    stream_file,
    sweep,
    sync_folder,
    write_file,
    write_folder,
)
from thalweg.core.errors import ModelError, StorageError

OPERATIONS = [(builtins, "open"), *((os, name) for name in ("open", "fsync", "replace", "rename", "mkdir", "close"))]
OLD, NEW = {"a.bin": b"old", "b.bin": b"o"}, {"a.bin": b"new content", "b.bin": b""}


class Faults:
    """Counts the file operations under a folder and makes the `at`-th one fail, once or from then on."""

    def __init__(self, monkeypatch, root, *, at=None, code=errno.EIO, lasting=False):
        self.count, self.at, self.code, self.lasting, self.root = 0, at, code, lasting, str(root)
        for owner, name in OPERATIONS:
            monkeypatch.setattr(owner, name, self.wrapped(getattr(owner, name), name))

    def wrapped(self, real, name):
        def operation(target, *arguments, **options):
            removing = sys._getframe(1).f_globals["__name__"] == "shutil"  # what a removal leaves behind is swept later
            if not removing and (isinstance(target, int) or str(target).startswith(self.root)):
                self.count += 1
                if self.at is not None and (self.count == self.at or (self.lasting and self.count > self.at)):
                    if name == "close":
                        real(target)
                    raise OSError(self.code, os.strerror(self.code), str(target))
            return real(target, *arguments, **options)

        return operation


def old_file(root):
    write_file(root / "file", b"old")


def new_file(root):
    write_file(root / "file", b"new content")


def new_stream(root):
    stream_file(root / "file", lambda file: [file.write(b"new"), file.write(b" content")])


def old_folder(root):
    write_folder(root / "folder", OLD, facts={"step": 1})


def new_folder(root):
    write_folder(root / "folder", NEW, facts={"step": 2})


def nothing(root):
    root.mkdir()


def content(root):
    """What stands under the root, temporary names included."""
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def attempt(kind, act):
    """Return the error of that kind which `act` ends with, or None."""
    try:
        act()
    except kind as error:
        return error
    return None


WRITES = {
    "file": (old_file, new_file),
    "file-at-first": (nothing, new_file),
    "stream": (old_file, new_stream),
    "folder": (old_folder, new_folder),
    "folder-at-first": (nothing, new_folder),
    "in-a-new-place": (nothing, lambda root: write_file(root / "a" / "b" / "file", b"x")),
}


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EACCES], ids=errno.errorcode.get)
@pytest.mark.parametrize("name", WRITES)
def test_whatever_fails_there_is_old_or_new_and_no_temporary(tmp_path, name, code):
    before, write = WRITES[name]
    with pytest.MonkeyPatch.context() as patch:
        (tmp_path / "counted").mkdir()
        before(tmp_path / "counted" / "root")
        faults = Faults(patch, tmp_path / "counted" / "root")
        write(tmp_path / "counted" / "root")
    new, operations = content(tmp_path / "counted" / "root"), faults.count
    assert operations >= 5
    for at in range(1, operations + 1):
        root = tmp_path / str(at) / "root"
        root.parent.mkdir()
        before(root)
        old = content(root)
        with pytest.MonkeyPatch.context() as patch:
            Faults(patch, root, at=at, code=code)
            error = attempt(StorageError, lambda root=root: write(root))
        assert content(root) in ((new,) if error is None else (old, new)), f"operation {at} of {operations}"
        assert not list(root.rglob(f"{TEMPORARY}*"))
        if error is not None:
            assert str(error).startswith(f"cannot write {root}")
            assert error.exit_code == 6
            assert code != errno.ENOSPC or "the disk is full; free some space and run the same command again." in str(error)


@pytest.mark.parametrize("name", ["file", "stream", "folder"])
def test_a_disk_that_stays_full_leaves_the_old_content_or_the_new(tmp_path, name):
    before, write = WRITES[name]
    for at in range(1, 6):
        root = tmp_path / str(at)
        before(root)
        old = content(root)
        with pytest.MonkeyPatch.context() as patch:
            Faults(patch, root, at=at, code=errno.ENOSPC, lasting=True)
            with pytest.raises(StorageError):
                write(root)
        assert content(root) in (old, {"file": b"new content"})
        assert content(root) == old or at >= 4


def test_a_write_that_fails_half_way_names_the_bytes_needed(tmp_path):
    def fill(file):
        file.write(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    write_file(tmp_path / "file", "old")
    with pytest.raises(StorageError, match=r"file \(1,234 bytes needed\): the disk is full"):
        stream_file(tmp_path / "file", fill, needed=1234)
    assert content(tmp_path) == {"file": b"old"}


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.EROFS, "read-only"),
        (errno.EDQUOT, "quota"),
        (errno.EMFILE, "ulimit -n"),
        (errno.EACCES, "no permission"),
        (errno.EIO, "Input/output"),
    ],
)
def test_the_reason_is_said_in_words(tmp_path, code, words):
    with pytest.MonkeyPatch.context() as patch:
        Faults(patch, tmp_path, at=1, code=code, lasting=True)
        with pytest.raises(StorageError, match=words):
            write_file(tmp_path / "x" / "file", b"new")


@pytest.mark.parametrize(
    ("write", "expected"),
    [
        (new_file, ["fsync", "replace", "fsync"]),
        (new_stream, ["fsync", "replace", "fsync"]),
        (new_folder, ["fsync", "fsync", "fsync", "fsync", "rename", "fsync"]),
    ],
)
def test_content_is_on_the_disk_before_its_name_and_the_name_before_the_return(tmp_path, monkeypatch, write, expected):
    """Each file, then (of a folder) the names inside it, then the rename, then the directory the name is in."""
    done, synced = [], []
    for name in ("fsync", "replace", "rename"):
        real = getattr(os, name)

        def noted(target, *arguments, name=name, real=real):
            done.append(name)
            if name == "fsync":
                synced.append(os.fstat(target).st_ino)
            return real(target, *arguments)

        monkeypatch.setattr(os, name, noted)
    write(tmp_path)
    assert done == expected
    assert synced[-1] == tmp_path.stat().st_ino
    assert {path.stat().st_ino for path in tmp_path.rglob("*") if path.is_file()} <= set(synced)


def test_an_interruption_of_another_kind_leaves_nothing_behind(tmp_path):
    def fill(file):
        raise KeyboardInterrupt

    write_file(tmp_path / "file", b"old")
    with pytest.raises(KeyboardInterrupt):
        stream_file(tmp_path / "file", fill)
    assert content(tmp_path) == {"file": b"old"}


def test_a_real_full_device():
    device = Path("/dev/full")
    if device.exists():
        with pytest.raises(StorageError, match="the disk is full"), storage_errors(device), open(device, "wb") as file:
            file.write(b"x" * 100_000)


def test_a_path_below_a_file_is_refused_with_its_name(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError, match=r"cannot write .*file/below .*a file stands where a folder is needed"):
        write_file(tmp_path / "file" / "below", b"")


def test_folders_read_back_what_was_written(tmp_path):
    write_folder(tmp_path / "folder", NEW, facts={"step": 2})
    files, manifest = read_folder(tmp_path / "folder")
    assert files == NEW
    assert manifest["step"] == 2
    assert manifest["files"]["a.bin"] == {"sha256": hashlib.sha256(b"new content").hexdigest(), "bytes": 11}


def test_every_flipped_byte_is_found_or_changes_nothing(tmp_path):
    write_folder(tmp_path / "folder", {"a.bin": b"some content", "b.json": b"{}"}, facts={})
    original = content(tmp_path / "folder")
    for name, data in original.items():
        for position in range(len(data)):
            for bit in (1, 32, 128):
                changed = bytearray(data)
                changed[position] ^= bit
                (tmp_path / "folder" / name).write_bytes(changed)
                error = attempt(ModelError, lambda: read_folder(tmp_path / "folder"))
                if error is None:
                    assert name == MANIFEST
                    assert read_folder(tmp_path / "folder")[0] == {"a.bin": b"some content", "b.json": b"{}"}
                else:
                    assert str(tmp_path / "folder") in str(error)
        (tmp_path / "folder" / name).write_bytes(data)


@pytest.mark.parametrize("lost", ["a.bin", "b.bin", MANIFEST])
def test_each_file_deleted_in_turn_is_missed_by_name(tmp_path, lost):
    write_folder(tmp_path / "folder", NEW, facts={})
    (tmp_path / "folder" / lost).unlink()
    with pytest.raises(ModelError, match=f"folder/{lost}: "):
        read_folder(tmp_path / "folder")


@pytest.mark.parametrize(
    "manifest", [b"", b"[]", b"3", b"null", b'{"files": 3}', b'{"files": [["a", 1]]}', b"\xff\xfe", b'{"files": {"a": 1}}']
)
def test_manifests_that_are_none(tmp_path, manifest):
    (tmp_path / MANIFEST).write_bytes(manifest)
    with pytest.raises(ModelError):
        read_folder(tmp_path)


def test_sweeping_takes_temporary_names_of_an_age_and_nothing_else(tmp_path):
    (tmp_path / f"{TEMPORARY}1-file").write_bytes(b"x")
    (tmp_path / f"{TEMPORARY}1-folder").mkdir()
    (tmp_path / f"{TEMPORARY}1-folder" / "inside").write_bytes(b"x")
    (tmp_path / "kept").write_bytes(b"x")
    (tmp_path / f"{TEMPORARY}2-link").symlink_to(tmp_path / "kept")
    sweep(tmp_path, older_than_seconds=60.0)
    assert len(list(tmp_path.iterdir())) == 4
    past = time.time() - 120
    os.utime(tmp_path / f"{TEMPORARY}1-file", (past, past))
    sweep(tmp_path, older_than_seconds=60.0)
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{TEMPORARY}1-folder", f"{TEMPORARY}2-link", "kept"]
    sweep(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
    sweep(tmp_path / "nowhere")


def test_discarding_removes_a_folder_and_says_where_it_cannot(tmp_path):
    write_folder(tmp_path / "folder", NEW, facts={})
    discard_folder(tmp_path / "folder")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(StorageError, match="folder"):
        discard_folder(tmp_path / "folder")


def test_folders_can_be_synced(tmp_path):
    sync_folder(tmp_path)
    shutil.rmtree(tmp_path)
    with pytest.raises(FileNotFoundError):
        sync_folder(tmp_path)


def test_json_is_strict_and_plain():
    assert json.loads(json_bytes({"ä": [1, None, "\udcff"]})) == {"ä": [1, None, "\udcff"]}
    assert json_bytes({"ä": 1}).isascii()
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_bytes({"loss": float("nan")})
