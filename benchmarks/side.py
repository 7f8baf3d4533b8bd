"""One side of a comparison, in a process of its own: it makes ready, then does a timed round for every line it is sent.

`python side.py MODULE SIDE SETTINGS`: MODULE.SIDES[SIDE](settings) makes ready and returns `round() -> None`. Each answer is one line of
JSON on the standard output that the process was started with; whatever else is printed goes to the standard error.
"""

import importlib
import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any, TextIO


def main() -> None:
    """Serve rounds until the input ends."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    _, module, name, settings = sys.argv
    try:
        work = importlib.import_module(module).SIDES[name](json.loads(settings))
        work()
    except Exception as error:
        _answer(answers, {"error": str(error) or type(error).__name__})
        raise SystemExit(1) from error
    _answer(answers, {"ready": True, "peak_mb": _peak()})
    for _ in sys.stdin:
        start = time.perf_counter()
        work()
        _answer(answers, {"seconds": time.perf_counter() - start, "peak_mb": _peak()})


def _answer(answers: TextIO, content: dict[str, Any]) -> None:
    answers.write(json.dumps(content) + "\n")
    answers.flush()


def _peak() -> float:
    """Return this process's peak resident size in MB.

    Linux keeps it as VmHWM; its ru_maxrss would also count the process that started this one, as large as that was then.
    """
    status = Path("/proc/self/status")
    if status.exists():
        row = next(row for row in status.read_text().splitlines() if row.startswith("VmHWM:"))
        return int(row.split()[1]) * 1024 / 1e6
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


if __name__ == "__main__":
    main()
