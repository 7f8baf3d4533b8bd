"""The lab under load: pictures a second, the time from a drag to the changed loss, and many pages at once.

    python benchmarks/lab.py [--seconds N] [--pages N] [--out FILE]

One page in Chromium trains a net of 8 and 8 units on the spiral; points are dragged as a hand drags them; then many pages, as clients that
answer every picture, train the same net at once. Figures are of this machine, where the pages draw on the same cores as the lab computes.
"""

import argparse
import asyncio
import itertools
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).with_name("lab.json")
CHROMIUM = "/usr/bin/chromium"
QUIET = (
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
NET = {"data": "spiral", "score": "mlp", "widths": "8,8", "rate": "0.1"}
MOVES = 60
DRAG = """
(async (moves) => {
  const times = [];
  lab.last ?? (await new Promise((go) => setTimeout(go, 500)));
  for (let move = 0; move < moves; move += 1) {
    const before = lab.last;
    const begun = performance.now();
    lab.say("drag", { row: 5, x: 0.4 * Math.cos(move), y: 0.4 * Math.sin(move) });
    while (lab.last === before || lab.last.total === before.total) {
      if (performance.now() - begun > 2000) break;
      await new Promise((go) => setTimeout(go, 0));
    }
    times.push(performance.now() - begun);
    await new Promise((go) => setTimeout(go, 50));
  }
  return times;
})(%d)
"""


def main() -> int:
    """Measure, print, write the results; return 1 where a page was dropped."""
    asked = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        lab, address = _begun(Path(folder), asked.pages + 4)
        try:
            found = {**_one_page(address, asked.seconds), **_many_pages(address, asked.pages, 12 * asked.seconds)}
        finally:
            lab.terminate()
            lab.wait(20)
    for name, value in found.items():
        print(f"{name:<44} {value:,.4g}")
    if asked.out is not None:
        asked.out.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    return 1 if found["pages dropped"] else 0


def _begun(folder: Path, pages: int) -> tuple[subprocess.Popen[str], str]:
    words = ["lab", "--no-browser", "--port", "0", "--pages", str(pages)]
    command = [sys.executable, "-c", "from thalweg.faces.cli import main; main()", *words]
    lab = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True)
    assert lab.stdout is not None
    found = re.search(r"http://\S+", lab.stdout.readline())
    assert found
    return lab, found[0]


def _one_page(address: str, seconds: int) -> dict[str, float]:
    """Return pictures a second while the net trains, and the milliseconds from a drag to the loss it changes, training and at rest."""
    from playwright.sync_api import sync_playwright

    words = "&".join(f"{name}={value}" for name, value in NET.items())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        begun = time.perf_counter()
        page.goto(f"{address}#room=plane&{words}")
        _until(page, "globalThis.lab && lab.frames > 0")
        first = time.perf_counter() - begun
        page.wait_for_timeout(2000)
        still = page.evaluate(DRAG % MOVES)
        page.evaluate("lab.say('play')")
        page.wait_for_timeout(2000)
        before, begun = page.evaluate("lab.frames"), time.perf_counter()
        page.wait_for_timeout(1000 * seconds)
        rate = (page.evaluate("lab.frames") - before) / (time.perf_counter() - begun)
        cookies = page.context.cookies()
        browser.close()
    _COOKIE.update({each["name"]: each["value"] for each in cookies})
    return {
        "seconds from opening to the first picture": first,
        "pictures a second, MLP 8-8 training": rate,
        "ms from a drag to the changed loss, median": statistics.median(still),
        "ms from a drag to the changed loss, 95 %": sorted(still)[int(0.95 * len(still))],
    }


_COOKIE: dict[str, str] = {}
"""What lets this machine's other pages in."""


def _until(page: Any, condition: str) -> None:
    for _ in range(400):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise SystemExit(f"not within twenty seconds: {condition}")


def _many_pages(address: str, count: int, seconds: int) -> dict[str, float]:
    """Return what many pages at once get: pictures a second each, the longest wait for one, and how many were dropped."""
    found = asyncio.run(_together(re.sub(r"/\?.*|/$", "", address), count, seconds))
    rates = [len(times) / seconds for times in found if times is not None]
    gaps = [max((after - before for before, after in itertools.pairwise(times)), default=seconds) for times in found if times]
    return {
        "pages at once": count,
        "seconds together": seconds,
        "pages dropped": sum(times is None for times in found),
        "pictures a second each, median": statistics.median(rates or [0.0]),
        "pictures a second each, least": min(rates, default=0.0),
        "longest wait for a picture, seconds": max(gaps, default=float(seconds)),
    }


async def _together(home: str, count: int, seconds: int) -> list[list[float] | None]:
    return await asyncio.gather(*(_page(home, seconds, number) for number in range(count)))


async def _page(home: str, seconds: int, number: int) -> list[float] | None:
    """Return when each picture came; None where the page was dropped."""
    import websockets

    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in _COOKIE.items())}
    road = websockets.connect(
        f"{home.replace('http', 'ws')}/socket", origin=websockets.Origin(home), additional_headers=headers, max_size=None
    )
    times: list[float] = []
    try:
        async with road as socket:
            for words in ({"do": "open", "room": "plane", "state": {**NET, "seed": str(number)}}, {"do": "play"}, {"do": "ready"}):
                await socket.send(json.dumps(words))
            await asyncio.sleep(0)
            end: float | None = None
            while end is None or time.monotonic() < end:
                message = await asyncio.wait_for(socket.recv(), 60)
                if isinstance(message, bytes) and b'"kind": "picture"' in message[:40]:
                    end = time.monotonic() + seconds if end is None else end
                    times.append(time.monotonic())
                    await socket.send('{"do": "ready"}')
    except (OSError, TimeoutError, websockets.WebSocketException):
        return None
    return times


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The lab under load.")
    parser.add_argument("--seconds", type=int, default=10, help="how long one page trains; many together train twelve times as long")
    parser.add_argument("--pages", type=int, default=10, help="how many pages train at once")
    parser.add_argument("--out", type=Path, default=RESULTS, help="where the results go")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
