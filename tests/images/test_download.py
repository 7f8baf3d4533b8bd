import hashlib
import http.server
import socket
import threading
import time
from dataclasses import replace

import pytest

from thalweg.core.errors import DataError
from thalweg.core.progress import Silent
from thalweg.images._download import NamedSet, cache_folder, fetch

CONTENT = bytes(range(256)) * 1000


class Recorder(Silent):
    def __init__(self):
        self.calls = []

    def begin(self, stage, total, unit):
        self.calls.append((stage, total, unit))

    def advance(self, count=1, **figures):
        self.calls.append(count)

    def end(self):
        self.calls.append("end")


@pytest.fixture
def server(tmp_path, monkeypatch):
    monkeypatch.setenv("THALWEG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            found = self.path == "/file.gz"
            self.send_response(200 if found else 404)
            self.send_header("Content-Length", str(len(CONTENT) if found else 0))
            self.end_headers()
            self.wfile.write(CONTENT if found else b"")

        def log_message(self, *arguments):
            """Stay quiet."""

    serving = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{serving.server_port}/"
    serving.shutdown()
    thread.join()
    serving.server_close()


@pytest.fixture
def wanted(server):
    return NamedSet(name="set", files={"file.gz": hashlib.sha256(CONTENT).hexdigest()}, mirrors=(server,), advice="Do this.")


def test_a_file_is_fetched_once_and_shown(wanted, tmp_path):
    progress = Recorder()
    folder = fetch(wanted, progress)
    assert folder == tmp_path / "home" / "data" / "set"
    assert (folder / "file.gz").read_bytes() == CONTENT
    assert progress.calls[0] == ("fetching file.gz", len(CONTENT), "bytes")
    assert sum(call for call in progress.calls if isinstance(call, int)) == len(CONTENT)
    assert progress.calls[-1] == "end"
    assert fetch(replace(wanted, mirrors=()), Silent()) == folder


def test_a_damaged_cache_is_fetched_again(wanted):
    folder = fetch(wanted, Silent())
    (folder / "file.gz").write_bytes(b"damaged")
    assert (fetch(wanted, Silent()) / "file.gz").read_bytes() == CONTENT


def test_a_wrong_file_is_refused_and_not_kept(wanted):
    other = replace(wanted, files={"file.gz": "0" * 64})
    with pytest.raises(DataError, match=r"set is not on this machine .*file.gz has another SHA-256 than 000000000000\.\.\.\). Do this\."):
        fetch(other, Silent())
    assert not (cache_folder() / "set" / "file.gz").exists()


def test_the_next_mirror_is_asked(wanted, server):
    assert fetch(replace(wanted, mirrors=(server + "gone/", server)), Silent()).is_dir()


def test_a_silent_server_counts_as_none(wanted):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        mirror = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        start = time.monotonic()
        with pytest.raises(DataError, match=r"127.0.0.1.*: ReadTimeout") as caught:
            fetch(replace(wanted, mirrors=(mirror,)), Silent(), seconds=0.2)
    assert time.monotonic() - start < 5
    assert "\n" not in str(caught.value)


def test_no_server_and_no_file(wanted, server):
    with pytest.raises(DataError, match=r"ConnectionError\). Do this."):
        fetch(replace(wanted, mirrors=("http://127.0.0.1:1/",)), Silent())
    with pytest.raises(DataError, match="HTTPError"):
        fetch(replace(wanted, mirrors=(server + "gone/",)), Silent())


def test_a_cache_that_cannot_be_written(wanted, tmp_path):
    (tmp_path / "home").write_text("a file where the folder should be")
    with pytest.raises(DataError, match=r"cannot keep file.gz in .*Set THALWEG_HOME"):
        fetch(wanted, Silent())


def test_where_the_cache_is(monkeypatch, tmp_path):
    monkeypatch.delenv("THALWEG_HOME", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder().name == "data"
    assert cache_folder().parent.name == "thalweg"
