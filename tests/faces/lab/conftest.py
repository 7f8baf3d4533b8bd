"""The lab as it is served, and a browser's page in it."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

READY = re.compile(r"http://\S+")


class Served:
    """A lab in a process of its own: its address with the code that opens it once, and its folder."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.folder = folder
        command = [sys.executable, "-c", "from thalweg.faces.cli import main; main()", "lab", *words, "--no-browser", "--port", "0"]
        self.process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        found = READY.search(self.process.stdout.readline())
        assert found, "the lab says where it is"
        self.address = found[0]

    def close(self) -> int:
        self.process.terminate()
        self.process.communicate(timeout=20)
        return self.process.returncode


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    lab = Served(tmp_path_factory.mktemp("lab"))
    yield lab
    lab.close()


@pytest.fixture(scope="module")
def guest(served: Served, browser: Any) -> Iterator[Any]:
    """Return a browser's context that the lab has let in."""
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    door = context.new_page()
    door.goto(served.address)
    door.close()
    yield context
    context.close()


class Visit:
    """A page of the lab; what it complains of and whom it asks is written down."""

    def __init__(self, page: Any, home: str) -> None:
        self.page, self.home, self.complaints = page, home, []
        page.on("console", lambda message: self.complaints.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.complaints.append(request.url) if not request.url.startswith(self.allowed) else None)

    @property
    def allowed(self) -> tuple[str, ...]:
        return (self.home, self.home.replace("http", "ws"), "data:", "blob:")

    def go(self, words: str) -> "Visit":
        """Open the lab at an address, such as room=plane&data=spiral, and wait for its first picture."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.home}#{words}")
        self.until("globalThis.lab && lab.frames > 0")
        return self

    def until(self, condition: str, *, seconds: float = 20) -> Any:
        """Wait until an expression of the page is true; return its value. The page's policy forbids playwright's own waiting."""
        for _ in range(int(seconds * 20)):
            if found := self.page.evaluate(condition):
                return found
            self.page.wait_for_timeout(50)
        raise AssertionError(f"not within {seconds} seconds: {condition}")


@pytest.fixture
def visit(served: Served, guest: Any) -> Iterator[Callable[..., Visit]]:
    """Return what opens a page of the lab; at the end no page may have complained or asked another host."""
    visits: list[Visit] = []
    home = re.match(r"http://[^/]+/", served.address)
    assert home

    def opened(words: str) -> Visit:
        visits.append(Visit(guest.new_page(), home[0]))
        return visits[-1].go(words)

    yield opened
    for each in visits:
        each.page.close()
    assert [complaint for each in visits for complaint in each.complaints] == []
