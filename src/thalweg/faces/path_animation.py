"""The animation of a path: one GIF, drawn with Pillow, of the weights over the loss on their own plane."""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float64
from PIL import Image, ImageColor, ImageDraw

from thalweg.core.errors import ConfigError
from thalweg.evidence._levels import bands_of, levels_of
from thalweg.evidence.path import LossPath
from thalweg.faces._gif import FINE, FRAMES, LINE, MARGIN, WIDTH, Sheet, gif, write
from thalweg.views import _palette as palette
from thalweg.views._drawing import percent, quantity

LEVELS = 13


def animate(path: LossPath) -> bytes:
    """Return an animated GIF, 640 pixels wide: contour bands, the path with later points stronger, step and loss.

    At most 120 frames, evenly spaced over the points of the path, the first and the last among them. It plays for ever and rests on the
    last frame. Equal paths give equal bytes. Raises `ConfigError` where no loss of the plane is finite.
    """
    sheet = Sheet.of((path.x[0], path.x[-1], path.y[0], path.y[-1]))
    return gif(list(_frames(path, sheet, _ground(path, sheet))))


def _ground(path: LossPath, sheet: Sheet) -> Image.Image:
    """Return the picture that all frames share; points of the plane without a loss are as dark as the highest."""
    heights = np.array([[np.nan if value is None else value for value in line] for line in path.values], dtype=np.float64)
    known = np.isfinite(heights)
    if not known.any():
        raise ConfigError("no loss of the plane is finite, so there is nothing to animate.")
    heights[~known] = heights[known].max()
    levels, geometric = levels_of(heights, LEVELS)
    bands = bands_of(heights, levels, geometric=geometric, low=float(heights.min()))
    below = sheet.top + sheet.height + MARGIN
    picture = Image.new("RGB", (FINE * WIDTH, FINE * (below + 2 * LINE + MARGIN)), "#ffffff")
    picture.paste(sheet.contours(bands, levels=LEVELS), (FINE * sheet.left, FINE * sheet.top))
    draw = ImageDraw.Draw(picture)
    write(draw, (sheet.left, MARGIN), "path of the weights")
    first, second = map(percent, path.shares)
    write(draw, (MARGIN, below), f"across {first}, up {second} of the path's variance; paler where the plane's loss is lower")
    far = max(point.off for point in path.points)
    write(draw, (MARGIN, below + LINE), f"at most {100 * far / path.extent:.2g}% of the path's extent off the plane")
    ((x, y),) = sheet.place(np.array([[path.points[0].x, path.points[0].y]]))
    draw.ellipse((x - 12, y - 12, x + 12, y + 12), outline=palette.INK, width=3)
    return picture


def _frames(path: LossPath, sheet: Sheet, ground: Image.Image) -> Iterator[Image.Image]:
    """Yield the pictures; what the path has gained since the picture before is added to what is there."""
    points, last = path.points, len(path.points) - 1
    places = sheet.place(np.array([[point.x, point.y] for point in points]))
    shades = _shades(len(points))
    lines, drawn = ground.copy(), 0
    for shown in sorted({round(last * frame / (FRAMES - 1)) for frame in range(FRAMES)}):
        draw = ImageDraw.Draw(lines)
        draw.line(places[max(drawn - 1, 0) : shown + 1], fill=palette.INK, width=3, joint="curve")
        for place in range(max(drawn - 1, 0), shown + 1):
            _dot(draw, places[place], 6, shades[place], 1)
        drawn, over = shown, lines.copy()
        _dot(ImageDraw.Draw(over), places[shown], 11, palette.CLASSES[1], 3)
        point = points[shown]
        loss = f", loss {quantity(point.loss)}" if point.measured else ""
        yield sheet.frame(ground, over, f"step {point.step:,} of {points[-1].step:,}{loss}")


def _dot(draw: ImageDraw.ImageDraw, at: tuple[float, float], radius: int, colour: str, width: int) -> None:
    x, y = at
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour, outline=palette.INK, width=width)


def _shades(count: int) -> list[str]:
    """Return the colours of the points, the later the stronger."""
    ends: Float64[np.ndarray, "2 3"] = np.array([ImageColor.getrgb(colour) for colour in palette.RIVALS[3:]], dtype=np.float64)
    rows = ends[0] + np.linspace(0, 1, count)[:, None] * (ends[1] - ends[0])
    return ["#" + "".join(f"{round(channel):02x}" for channel in row) for row in rows.tolist()]
