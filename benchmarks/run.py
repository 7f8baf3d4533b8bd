"""Thalweg beside its peers: one command, one table, `results.json`.

    python benchmarks/run.py [--rows linear,cnn,...] [--rounds N] [--photos DIR] [--out FILE] [--quick]

Every side runs in a process of its own with two threads; rounds are taken in turn, and a ratio is the median over rounds of peer's seconds
by ours. `--quick` takes less data and fewer rounds, and writes no file unless `--out` names one.
"""

import argparse
import importlib
import os
import sys
from pathlib import Path

from measure import SideError
from table import Result, as_json, as_table
from thalweg.core.errors import ThalwegError

ROUNDS = {"linear": 9, "cnn": 9, "folder": 3, "populations": 9, "gridsearch": 1, "surface": 5, "exact": 1, "eigenvalues": 2}
QUICK_ROUNDS = 2
RESULTS = Path(__file__).with_name("results.json")


def main() -> int:
    """Measure, print the table, write the results; return the exit code."""
    asked = _arguments()
    out = asked.out or (None if asked.quick else RESULTS)
    measured: list[Result] = []
    failed = False
    for rows in asked.rows.split(","):
        print(f"measuring {rows} ...", file=sys.stderr, flush=True)
        rounds = asked.rounds or (QUICK_ROUNDS if asked.quick else ROUNDS[rows])
        try:
            measured += importlib.import_module(rows).results(rounds=rounds, quick=asked.quick, photos=asked.photos)
        except (SideError, ThalwegError) as error:
            print(f"{rows}: {error}", file=sys.stderr)
            failed = True
    print(as_table(measured), end="")
    if out is not None and measured:
        out.write_text(as_json(measured), encoding="utf-8")
    return 1 if failed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Thalweg beside its peers, as ratios.")
    parser.add_argument("--rows", default=",".join(ROUNDS), type=_rows, help=f"which rows: {', '.join(ROUNDS)} (default: all)")
    parser.add_argument("--rounds", type=_positive, help="timed rounds of each side")
    parser.add_argument(
        "--photos", default=os.environ.get("THALWEG_PHOTOS"), help="a folder with train/ and test/ of class folders of JPEGs"
    )
    parser.add_argument("--out", type=Path, help="where the results go (default: benchmarks/results.json)")
    parser.add_argument("--quick", action="store_true", help="less data, fewer rounds: to see that it works")
    return parser.parse_args()


def _rows(text: str) -> str:
    unknown = [name for name in text.split(",") if name not in ROUNDS]
    if unknown:
        raise argparse.ArgumentTypeError(f"unknown rows {', '.join(unknown)}; choose from {', '.join(ROUNDS)}")
    return text


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number of at least 1; got {text!r}")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
