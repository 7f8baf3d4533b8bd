"""One picture file to 8-bit pixels: the rules for colour, depth, alpha, orientation, animation and size.

- the format is what the bytes say, whatever the file is called: JPEG, PNG, BMP, GIF, WEBP; TIFF only in a .tif or .tiff file
- animated files and files of several pages: the first one
- EXIF orientation is applied: the picture stands as a viewer shows it
- 16 bits a channel: the high byte (value // 256); 32-bit integers beyond 65535 and floats are refused
- transparency: composited on white; palette, CMYK and other colour spaces: converted to RGB by Pillow; grey is Pillow's luma (ITU-R 601)
- another size: scaled bilinearly with antialiasing; `crop` fills the size and keeps the centre, `pad` fits inside and pads with black,
  `stretch` changes the aspect. A JPEG at least four times too large is first reduced inside its decoder (by 2, 4 or 8).

Imports Pillow and nothing else, so that a process that decodes starts in some 30 ms.
"""

import io
import os
import stat
from typing import NamedTuple

from PIL import BmpImagePlugin, GifImagePlugin, Image, ImageOps, JpegImagePlugin, PngImagePlugin, UnidentifiedImageError, WebPImagePlugin

FORMATS = tuple(
    plugin.format
    for plugin in (
        JpegImagePlugin.JpegImageFile,
        PngImagePlugin.PngImageFile,
        BmpImagePlugin.BmpImageFile,
        GifImagePlugin.GifImageFile,
        WebPImagePlugin.WebPImageFile,
    )
)
MOST_PIXELS = 89_478_485
MOST_BYTES = 1 << 29
EXTENSIONS = frozenset({"jpg", "jpeg", "png", "bmp", "gif", "webp", "tif", "tiff"})
_TIFF = frozenset({"tif", "tiff"})
_GREY = frozenset({"1", "L", "LA", "La", "I", "I;16", "I;16B", "I;16L", "F"})
_EXIF = frozenset({"exif", "xmp", "XML:com.adobe.xmp", "Raw profile type exif"})
_ORIENTATION = 0x0112
_OPEN = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


class RefusedError(Exception):
    """A file that is not a picture by the rules above; the message is the reason."""


class Target(NamedTuple):
    """What decoded pictures look like: mode `L` or `RGB`, height and width; without `fit`, only pictures of this very size."""

    mode: str
    height: int
    width: int
    fit: str | None

    @property
    def size(self) -> str:
        """The size as it is written: `32x48`, height first."""
        return f"{self.height}x{self.width}"

    @property
    def nbytes(self) -> int:
        """Bytes of one picture."""
        return self.height * self.width * (1 if self.mode == "L" else 3)


def extension(path: str) -> str:
    """Return the extension in lower case, without its dot.

    >>> extension("a/b.JPG"), extension("a.b/c")
    ('jpg', '')
    """
    return path.rpartition("/")[2].rpartition(".")[2].lower() if "." in path.rpartition("/")[2] else ""


def read_bytes(path: str) -> bytes:
    """Return a regular file's bytes; links, pipes, folders, empty and huge files are refused without waiting for anything."""
    try:
        descriptor = os.open(path, _OPEN)
    except (OSError, ValueError) as error:
        raise RefusedError(getattr(error, "strerror", None) or str(error)) from error
    try:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode):
            raise RefusedError("not a regular file")
        if facts.st_size == 0:
            raise RefusedError("the file is empty (0 bytes)")
        if facts.st_size > MOST_BYTES:
            raise RefusedError(f"{facts.st_size:,} bytes; at most {MOST_BYTES:,} are read")
        data = os.read(descriptor, facts.st_size)
    except OSError as error:
        raise RefusedError(error.strerror or str(error)) from error
    finally:
        os.close(descriptor)
    if len(data) < facts.st_size:
        raise RefusedError("the file became shorter while it was read")
    return data


def open_picture(path: str, data: bytes) -> Image.Image:
    """Return the picture that a file's bytes hold, its header read and its pixels not; raise `RefusedError` on anything else."""
    accepted = (*FORMATS, "TIFF") if extension(path) in _TIFF else FORMATS
    try:
        picture = Image.open(io.BytesIO(data), formats=accepted)
    except UnidentifiedImageError as error:
        raise RefusedError(f"not a readable picture of an accepted format ({', '.join(map(str, accepted))})") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise RefusedError(f"its header declares more than {MOST_PIXELS:,} pixels") from error
    if picture.width * picture.height > MOST_PIXELS:
        raise RefusedError(f"its header declares {picture.width} x {picture.height} pixels; at most {MOST_PIXELS:,} are read")
    return picture


def is_grey(picture: Image.Image) -> bool:
    """Whether the file is stored as shades of grey; a palette counts as colour."""
    return picture.mode in _GREY


def upright_size(picture: Image.Image) -> tuple[int, int]:
    """Return height and width after EXIF orientation."""
    width, height = picture.size
    return (width, height) if _orientation(picture) >= 5 else (height, width)


def render(picture: Image.Image, target: Target) -> tuple[bytes, list[str]]:
    """Return the pixels of a picture as `target` wants them, row by row, and the names of the rules that had to be applied."""
    rules = []
    if is_grey(picture) != (target.mode == "L"):
        rules.append("grey to colour" if target.mode == "RGB" else "colour to grey")
    if getattr(picture, "is_animated", False):
        rules.append("animated")
    if target.fit and picture.format == "JPEG":
        side = 2 * max(target.height, target.width)
        picture.draft(None, (side, side))  # type: ignore[no-untyped-call, unused-ignore]
    picture.load()
    if _orientation(picture) != 1:
        picture = ImageOps.exif_transpose(picture)
        rules.append("orientation")
    picture = _eight_bits(picture, target.mode, rules)
    if picture.size != (target.width, target.height):
        if target.fit is None:
            raise RefusedError(f"its EXIF orientation, stored after the pixels, makes it {picture.height}x{picture.width}")
        picture = _fit(picture, target)
        rules.append("size")
    return picture.tobytes(), rules


def _orientation(picture: Image.Image) -> int:
    if _EXIF.isdisjoint(picture.info) and picture.format != "TIFF":
        return 1
    orientation = picture.getexif().get(_ORIENTATION, 1)
    return orientation if orientation in range(1, 9) else 1


def _eight_bits(picture: Image.Image, mode: str, rules: list[str]) -> Image.Image:
    if picture.mode.startswith(("I", "F")):
        picture = _high_byte(picture)
        rules.append("16-bit")
    if picture.mode in ("P", "PA"):
        rules.append("palette")
    if picture.mode == "CMYK":
        rules.append("CMYK")
    if picture.has_transparency_data:
        paper = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(paper, picture.convert("RGBA"))
        rules.append("alpha")
    return picture if picture.mode == mode else picture.convert(mode)


def _high_byte(picture: Image.Image) -> Image.Image:
    """Return value // 256 of 16-bit pixels, which lie in memory low byte first except in mode `I;16B`; mode `I` has four bytes."""
    data = picture.tobytes()
    if picture.mode == "I":
        if any(data[2::4]) or any(data[3::4]):
            raise RefusedError("32-bit pixels beyond 0 to 65535; store 8 or 16 bits a channel")
        return Image.frombytes("L", picture.size, data[1::4])
    if picture.mode == "F":
        raise RefusedError("floating-point pixels, whose range nothing states; store 8 or 16 bits a channel")
    return Image.frombytes("L", picture.size, data[0::2] if picture.mode == "I;16B" else data[1::2])


def _fit(picture: Image.Image, target: Target) -> Image.Image:
    size, filtered = (target.width, target.height), Image.Resampling.BILINEAR
    if target.fit == "crop":
        return ImageOps.fit(picture, size, filtered)
    if target.fit == "pad":
        return ImageOps.pad(picture, size, filtered)
    return picture.resize(size, filtered)
