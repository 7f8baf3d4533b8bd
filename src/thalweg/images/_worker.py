"""Batches of picture files to pixels, and the loop of a process that does nothing else.

A batch is a list of paths and a `Target`; the answer is the pixels of all of them (zeros where a file gave none) and a `Report`. The loop
reads one JSON line a batch from its standard input and answers with one JSON line and the pixels, until the input ends.
"""

import gc
import json
import signal
import sys
import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from thalweg.images._jpeg import plain_header, plain_pixels
from thalweg.images._picture import RefusedError, Target, is_grey, open_picture, read_bytes, render, upright_size


@dataclass
class Report:
    """What a batch showed: bad files (number in the batch, reason), sizes (how often, an example), how many in colour, rules applied."""

    bad: list[tuple[int, str]] = field(default_factory=list)
    sizes: dict[str, tuple[int, int]] = field(default_factory=dict)
    coloured: int = 0
    rules: Counter[str] = field(default_factory=Counter)


def decode_batch(paths: Sequence[str], target: Target, *, headers_only: bool = False) -> tuple[bytes, Report]:
    """Return the pixels of the files one after the other, and the report.

    With `headers_only`, or where a file has another size than a target without `fit`, pixels are zeros. Never raises for a file.
    """
    report, rows, blank = Report(), [], bytes(target.nbytes)
    for number, path in enumerate(paths):
        try:
            rows.append(_decode(path, target, report, number, headers_only) or blank)
        except RefusedError as refusal:
            report.bad.append((number, str(refusal)))
            rows.append(blank)
        except Exception as error:  # a decoder may raise anything on a damaged file
            report.bad.append((number, str(error) or type(error).__name__))
            rows.append(blank)
    return b"".join(rows), report


def _decode(path: str, target: Target, report: Report, number: int, headers_only: bool) -> bytes | None:
    data, pixels = read_bytes(path), None
    size = (target.height, target.width)
    if not headers_only and plain_header(data) == (target.mode, *size):
        pixels = plain_pixels(data, target.mode, size)
    if pixels is not None:
        report.coloured += target.mode == "RGB"
    else:
        picture = open_picture(path, data)
        report.coloured += not is_grey(picture)
        size = upright_size(picture)
        if target.fit is not None or size == (target.height, target.width):
            pixels, rules = (None, []) if headers_only else render(picture, target)
            report.rules.update(rules)
        elif not headers_only:
            picture.load()  # a damaged picture is bad, and its size does not count
    name = f"{size[0]}x{size[1]}"
    seen, example = report.sizes.get(name, (0, number))
    report.sizes[name] = (seen + 1, example)
    return pixels


def serve() -> None:
    """Answer batches until standard input ends; Pillow's warnings count as errors, Ctrl-C is for the parent to handle."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warnings.simplefilter("error")
    gc.freeze()
    for line in sys.stdin.buffer:
        task = json.loads(line)
        pixels, report = decode_batch(task["paths"], Target(*task["target"]), headers_only=task["headers_only"])
        sys.stdout.buffer.write(json.dumps(vars(report)).encode() + b"\n")
        sys.stdout.buffer.write(pixels)
        sys.stdout.buffer.flush()
