"""The road of uploads: files kept as they came, refusals as lines, nothing read beyond what a file may have."""

from dataclasses import replace

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from thalweg.faces.lab import _upload_route
from thalweg.faces.lab._upload_route import upload
from thalweg.faces.lab._uploads import Uploads

pytestmark = pytest.mark.filterwarnings("ignore:Using `httpx`")


@pytest.fixture
def client(tmp_path):
    uploads = Uploads(tmp_path / "uploads")

    async def road(request):
        return await upload(request, uploads)

    with TestClient(Starlette(routes=[Route("/upload", road, methods=["POST", "DELETE"])])) as found:
        found.uploads = uploads
        yield found


def send(client, **words):
    content = words.pop("content", b"x")
    return client.post("/upload", params=words, content=content)


def test_a_picture_lies_in_the_folder_of_its_class(client):
    batch = client.post("/upload").json()["batch"]
    assert send(client, batch=batch, label="cat", name="../../etc/a.PNG", content=b"bytes").json() == {"batch": batch}
    folder = client.uploads.folder_of(batch)
    assert [str(path.relative_to(folder)) for path in folder.rglob("*.png")] == ["cat/000001.png"]
    assert (folder / "cat" / "000001.png").read_bytes() == b"bytes"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"batch": "no", "label": "cat", "name": "a.png"}, "there is no upload of this name."),
        ({"label": "<img src=x onerror=alert(1)>", "name": "a.png"}, "a class cannot be called '<img src=x onerror=alert(1)>' here"),
        ({"label": "..", "name": "a.png"}, "a class cannot be called '..' here"),
        ({"label": "cat", "name": "a.exe"}, "a.exe has not the ending of a picture"),
        ({"label": "cat", "name": "a.png", "content": b""}, "a.png: the file is empty (0 bytes)."),
    ],
)
def test_what_is_not_taken_is_a_line_of_plain_text(client, words, message):
    answer = send(client, **{"batch": client.uploads.begin(), **words})
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("text/plain")
    assert message in answer.text


def test_no_more_is_read_than_a_file_may_have(client, monkeypatch):
    monkeypatch.setattr(_upload_route, "CAPS", replace(_upload_route.CAPS, file_bytes=10))
    client.uploads.caps = _upload_route.CAPS
    read = []

    def endless():
        for _ in range(5):
            read.append(1)
            yield b"x" * 8

    answer = send(client, batch=client.uploads.begin(), label="cat", name="a.png", content=endless())
    assert answer.status_code == 400
    assert "11 bytes; a file may have 10." in answer.text


def test_a_batch_that_went_wrong_is_dropped(client):
    batch = client.uploads.begin()
    folder = client.uploads.folder_of(batch)
    assert client.request("DELETE", "/upload", params={"batch": batch}).status_code == 200
    assert not folder.exists()
    assert client.request("DELETE", "/upload", params={"batch": batch}).status_code == 400
