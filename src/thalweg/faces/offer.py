"""Offer: which embedded pictures or points to train on, asked of somebody who typed `thalweg train` and nothing else."""

import sys

from thalweg.core.visible import visible
from thalweg.faces.entry_sources import embedded_data, summary_of
from thalweg.faces.terminal import answering, fail

USUAL = "digits"


def is_wanted(words: list[str]) -> bool:
    """Whether to ask: nothing but `train` was typed, at a terminal."""
    return words == ["train"] and sys.stdin.isatty() and sys.stderr.isatty()


@answering
def asked() -> str:
    """Ask at the terminal for one of the embedded sets, by number or name; a path is taken as it is. Enter takes the usual one.

    Where the terminal ends, so does the program.
    """
    names = [USUAL, *(name for name in embedded_data() if name != USUAL)]
    print("Which pictures or points? These are embedded:", file=sys.stderr)
    for number, name in enumerate(names, 1):
        print(f"  {number}  {name:<8} {summary_of('images', name)}", file=sys.stderr)
    print("Your own: thalweg train FOLDER, with one folder a class.", file=sys.stderr)
    while True:
        print(f"Number or name [{USUAL}]: ", end="", file=sys.stderr, flush=True)
        try:
            line = sys.stdin.readline()
        except KeyboardInterrupt:
            fail("interrupted; nothing was begun.", 130)
        if not line:
            raise SystemExit(0)
        word = line.strip()
        if not word.isdecimal():
            return word or USUAL
        if 1 <= int(word) <= len(names):
            return names[int(word) - 1]
        print(f"{visible(word)} is none of 1 to {len(names)}.", file=sys.stderr)
