"""Pictures that are not files: the same pixels, the same refusals."""

import io

import numpy as np
import pytest
from PIL import Image

from thalweg.core.errors import DataError
from thalweg.images import decode_bytes, decode_picture, need_installed


def picture(mode: str = "RGB", size: tuple[int, int] = (20, 30)) -> bytes:
    pixels = np.arange(size[0] * size[1] * len(mode), dtype=np.uint32) % 251
    file = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8).reshape(size[0], size[1], *([3] if mode == "RGB" else [])), mode).save(file, "PNG")
    return file.getvalue()


@pytest.mark.filterwarnings("ignore:'mode' parameter")
@pytest.mark.parametrize("shape", [(8, 8, 1), (8, 8, 3), (20, 30, 3)])
def test_bytes_and_files_give_the_same_pixels(tmp_path, shape):
    file = tmp_path / "a.png"
    file.write_bytes(picture())
    assert np.array_equal(decode_bytes(picture(), name="a.png", shape=shape), decode_picture(str(file), shape=shape))


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"<svg onload=alert(1)>", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_picture_is_a_line_with_its_name_made_visible(content):
    with pytest.raises(DataError) as caught:
        decode_bytes(content, name="a\x1bb.png", shape=(8, 8, 1))
    assert str(caught.value).startswith("a\\x1bb.png: ")
    assert "\n" not in str(caught.value)


def test_a_set_that_is_not_here_is_not_fetched(tmp_path, monkeypatch):
    monkeypatch.setenv("THALWEG_HOME", str(tmp_path))
    with pytest.raises(
        DataError, match=r"mnist is not on this machine, and nothing is fetched here\. `thalweg data mnist` fetches it once"
    ):
        need_installed("mnist")
    folder = tmp_path / "data" / "mnist"
    folder.mkdir(parents=True)
    from thalweg.images.mnist import SET

    for name in SET.files:
        (folder / name).touch()
    need_installed("mnist")
