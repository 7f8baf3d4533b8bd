"""Plain JPEG files, decoded without Pillow's walk through their headers: most of the time a small picture takes.

Plain means 8 bits, one or three components, baseline or progressive, and no segment that may say more (EXIF, XMP, Adobe, several
pictures): only JFIF, tables and comments. Everything else, and everything damaged, is for `Image.open`. The pixels come from the same
decoder and are the same, bit for bit.
"""

from PIL import Image

_SKIPPED = frozenset({0xC4, 0xDB, 0xDD, 0xE0, 0xFE})
"""Huffman and quantisation tables, restart interval, JFIF, comment."""
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
_SCAN = 0xDA
_MODES = {1: "L", 3: "RGB"}


def plain_header(data: bytes) -> tuple[str, int, int] | None:
    """Return mode (`L` or `RGB`), height and width of a plain JPEG, `None` for any other bytes.

    A segment is 0xFF, its marker, two bytes of length (counting themselves) and the rest; a frame's rest begins with
    bits, height, width and the number of components.
    """
    if data[:3] != b"\xff\xd8\xff":
        return None
    at, end, frame = 2, len(data) - 10, None
    while at < end and data[at] == 0xFF:
        marker = data[at + 1]
        if marker in _FRAMES and frame is None and data[at + 4] == 8:
            mode = _MODES.get(data[at + 9])
            height, width = int.from_bytes(data[at + 5 : at + 7]), int.from_bytes(data[at + 7 : at + 9])
            frame = (mode, height, width) if mode and height and width else None
            if frame is None:
                return None
        elif marker == _SCAN:
            return frame
        elif marker not in _SKIPPED:
            return None
        at += 2 + int.from_bytes(data[at + 2 : at + 4])
    return None


def plain_pixels(data: bytes, mode: str, size: tuple[int, int]) -> bytes | None:
    """Return the pixels of a plain JPEG of `size` (height, width), or `None` where they do not decode to the end."""
    try:
        return Image.frombytes(mode, (size[1], size[0]), data, "jpeg", mode, "").tobytes()
    except (ValueError, OSError):
        return None
