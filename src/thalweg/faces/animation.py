"""The animation of a race: one GIF, drawn with Pillow, that plays wherever pictures do."""

from collections.abc import Iterator, Sequence

import numpy as np
from jaxtyping import Float64
from PIL import Image, ImageDraw, ImageFont

from thalweg.evidence.surface_paths import SurfacePaths, Trail
from thalweg.faces._gif import FINE, FRAMES, LINE, MARGIN, WIDTH, Sheet, gif, write
from thalweg.views import _palette as palette
from thalweg.views._trails import line_of

DASH, FAR = 24.0, 400
"""Pixels from dash to dash, and most dashes in one piece of a line."""


def animate(paths: SurfacePaths) -> bytes:
    """Return an animated GIF, 640 pixels wide: contour bands, every trail with a mark at its end, names, and the step.

    At most 120 frames; early steps, which are the long ones, get more of them: frame k of K shows step T (k / K)^2. It plays for ever and
    rests on the last frame. Where trails cross, the later step lies on top. Equal races give equal bytes.
    """
    sheet = Sheet.of(paths.race.window)
    return gif(list(_frames(paths, sheet, _ground(paths, sheet))))


def steps_shown(last: int) -> list[int]:
    """Return the steps that frames show, from 0 to the last.

    >>> steps_shown(0), steps_shown(3), len(steps_shown(10_000)), steps_shown(10_000)[-2:]
    ([0], [0, 1, 2, 3], 120, [9833, 10000])
    """
    count = FRAMES - 1
    return sorted({round(last * (frame / count) ** 2) for frame in range(FRAMES)})


def _ground(paths: SurfacePaths, sheet: Sheet) -> Image.Image:
    """Return the picture that all frames share: title, contour bands, critical points, start, names."""
    columns, below = _columns(paths.trails), sheet.top + sheet.height + MARGIN
    size = (WIDTH, below + LINE * -(-len(paths.trails) // columns) + MARGIN)
    picture = Image.new("RGB", (FINE * size[0], FINE * size[1]), "#ffffff")
    picture.paste(sheet.contours(paths.bands, levels=len(paths.levels)), (FINE * sheet.left, FINE * sheet.top))
    draw = ImageDraw.Draw(picture)
    write(draw, (sheet.left, MARGIN), paths.race.surface.replace("-", " "))
    for known in paths.race.critical:
        ((x, y),) = sheet.place(np.array([known.point]))
        if known.kind == "minimum":
            draw.line([(x - 8, y), (x + 8, y)], fill=palette.INK, width=3)
            draw.line([(x, y - 8), (x, y + 8)], fill=palette.INK, width=3)
        else:
            draw.line([(x - 6, y - 6), (x + 6, y + 6)], fill=palette.INK, width=3)
            draw.line([(x - 6, y + 6), (x + 6, y - 6)], fill=palette.INK, width=3)
    ((x, y),) = sheet.place(np.array([paths.race.start]))
    draw.ellipse((x - 10, y - 10, x + 10, y + 10), outline=palette.INK, width=3)
    for place, trail in enumerate(paths.trails):
        at = MARGIN + (WIDTH - 2 * MARGIN) // columns * (place % columns), below + LINE * (place // columns)
        sample = np.array([(at[0], at[1] + LINE // 2), (at[0] + 22, at[1] + LINE // 2)], dtype=np.float64)
        _stroke(draw, FINE * sample, place, 0, 1)
        write(draw, (at[0] + 28, at[1]), trail.name)
    return picture


def _frames(paths: SurfacePaths, sheet: Sheet, ground: Image.Image) -> Iterator[Image.Image]:
    """Yield the pictures, at their own size; what a trail has gained since the picture before is added to what is there."""
    places = [np.array(sheet.place(trail.points)) for trail in paths.trails]
    last = max(map(len, places)) - 1
    lines, drawn = ground.copy(), 0
    for step in steps_shown(last):
        draw = ImageDraw.Draw(lines)
        for place in reversed(range(len(places))):
            _stroke(draw, places[place], place, drawn, step)
        drawn, over = step, lines.copy()
        draw = ImageDraw.Draw(over)
        for place in reversed(range(len(places))):
            x, y = places[place][: step + 1][-1].tolist()
            draw.ellipse((x - 8, y - 8, x + 8, y + 8), fill=str(line_of(place)["color"]), outline=palette.INK, width=2)
        yield sheet.frame(ground, over, f"step {step:,} of {last:,}")


def _stroke(draw: ImageDraw.ImageDraw, places: Float64[np.ndarray, "n 2"], place: int, first: int, last: int) -> None:
    """Draw a trail's line from one step to another, with gaps where the palette's colours are used a second time."""
    if first >= min(last, len(places) - 1):
        return
    line = line_of(place)
    pieces = [places[max(first - 1, 0) : last + 1]] if line["dash"] == "solid" else _dashes(places[: last + 1], first)
    for piece in pieces:
        draw.line([(x, y) for x, y in piece.tolist()], fill=str(line["color"]), width=5, joint="curve")


def _dashes(places: Float64[np.ndarray, "n 2"], first: int) -> list[Float64[np.ndarray, "_ 2"]]:
    """Return the dashes from step `first` on, spaced along the whole line; what runs far out of the picture is one piece."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(places, axis=0).T))])
    if along[-1] - along[first] > FAR * DASH:
        return [places[first:]]
    begins = DASH * np.arange(along[first] // DASH, along[-1] // DASH + 1)
    dashes = []
    for begin, end in zip(np.maximum(begins, along[first]), np.minimum(begins + 0.6 * DASH, along[-1]), strict=True):
        if begin < end:
            at = np.concatenate([[begin], along[(along > begin) & (along < end)], [end]])
            dashes.append(np.stack([np.interp(at, along, places[:, axis]) for axis in (0, 1)], axis=1))
    return dashes


def _columns(trails: Sequence[Trail]) -> int:
    """Return how many names fit side by side."""
    font = ImageFont.load_default(size=13)
    widest = max(font.getlength(trail.name) for trail in trails) + 44
    return max(1, int((WIDTH - 2 * MARGIN) // widest))
