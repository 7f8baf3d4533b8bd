"""The terminal: tables that hold hostile names, one-line errors, and nothing that hurts when the terminal goes away."""

import io
import re
import sys

import pytest

from thalweg.core.errors import DataError
from thalweg.faces.terminal import Bars, Plain, answering, table, watcher


def test_a_table_aligns_text_left_and_numbers_right() -> None:
    assert table(["name", "n"], [["a", 1], ["long name", 200]]) == "name         n\na            1\nlong name  200"


def test_a_table_of_nothing_is_its_headings() -> None:
    assert table(["name", "n"], []) == "name  n"


def test_escapes_in_names_are_shown_not_obeyed() -> None:
    assert "\x1b" not in table(["name"], [["\x1b[31mred\n"]])


def test_an_error_is_one_line_and_its_code(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("THALWEG_DEBUG", raising=False)

    @answering
    def fail() -> None:
        raise DataError("a\x1b[31m.png: not a picture.")

    with pytest.raises(SystemExit) as end:
        fail()
    assert end.value.code == 3
    assert capsys.readouterr().err == "thalweg: a\\x1b[31m.png: not a picture.\n"


def test_debug_shows_where_it_came_from(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THALWEG_DEBUG", "1")

    @answering
    def fail() -> None:
        raise DataError("bad.")

    with pytest.raises(SystemExit):
        fail()
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(("error", "code"), [(KeyboardInterrupt(), 130), (MemoryError(), 6)])
def test_other_ends_have_codes_too(error: BaseException, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    @answering
    def fail() -> None:
        raise error

    with pytest.raises(SystemExit) as end:
        fail()
    assert end.value.code == code
    assert capsys.readouterr().err.startswith("thalweg: ")


def test_plain_progress_is_a_line_a_stage(capsys: pytest.CaptureFixture[str]) -> None:
    plain = Plain()
    plain.begin("decoding", 1000, "pictures")
    plain.advance(1000)
    plain.end()
    plain.begin("measure train", 10, "images")
    plain.advance(10)
    plain.end()
    plain.say("epoch 1/2: train loss 0.5")
    assert capsys.readouterr().err == "decoding: 1,000 pictures\nepoch 1/2: train loss 0.5\n"


def test_a_lost_terminal_does_not_stop_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stderr", Gone())
    Plain().say("one")
    Plain().say("two")
    assert not isinstance(sys.stderr, Gone)


def test_bars_come_and_go(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(sys, "stderr", screen)
    bars = Bars()
    for stage in ("epoch 1/2", "epoch 2/2"):
        bars.begin(stage, 2, "steps")
        bars.advance(1, loss=0.5)
        bars.advance(1)
        bars.end()
    bars.say("[bold]done[/bold]")
    assert "[bold]done[/bold]" in screen.getvalue()


def test_the_watcher_fits_the_place(monkeypatch: pytest.MonkeyPatch) -> None:
    assert type(watcher(quiet=True)).__name__ == "Silent"
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert isinstance(watcher(quiet=False), Plain)


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def watched(monkeypatch: pytest.MonkeyPatch) -> Screen:
    """Return a terminal of 140 columns that understands colours."""
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "140")
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    return screen


def painted(text: str) -> list[str]:
    """The escapes that set a colour."""
    codes = re.findall(r"\x1b\[([0-9;]*)m", text)
    return [code for code in codes if any(30 <= int(part or 0) <= 49 or 90 <= int(part or 0) <= 107 for part in code.split(";"))]


def work(bars: Bars) -> None:
    for epoch in range(3, 5):
        bars.begin(f"epoch {epoch}/4", 2, "steps")
        bars.advance(1, loss=0.5)
        bars.bars.refresh()
        bars.end()
        bars.begin("measure train", 9, "images")
        bars.advance(9)
        bars.bars.refresh()
        bars.end()


def test_colours_are_off_where_they_are_not_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = watched(monkeypatch)
    work(Bars())
    assert painted(screen.getvalue())
    screen.truncate(0)
    monkeypatch.setenv("NO_COLOR", "1")
    work(Bars())
    assert "epoch 4/4" in screen.getvalue()
    assert painted(screen.getvalue()) == []
    monkeypatch.setenv("TERM", "dumb")
    assert isinstance(watcher(quiet=False), Plain)


def test_all_epochs_have_a_bar_that_goes_on_over_what_is_between(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = watched(monkeypatch)
    bars = Bars()
    work(bars)
    seen = re.findall(r"all epochs\s+\S+\s+(\d+/\d+)", re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", screen.getvalue()))
    assert list(dict.fromkeys(seen)) == ["4/8", "5/8", "7/8"]
    bars.begin("score", 9, "images")
    assert [task.description for task in bars.bars.tasks] == ["score"]
    bars.end()
    bars.begin("epoch 1/2", 3, "steps")  # another training
    bars.bars.refresh()
    bars.end()
    assert "0/6" in screen.getvalue()
    assert not bars.bars.live.is_started


def test_stages_within_stages_end_each_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    watched(monkeypatch)
    bars = Bars()
    bars.begin("check", 2, "checks")
    bars.begin("gradients", 5, "differences")
    bars.advance(5)
    bars.end()
    bars.advance(1)
    assert [task.completed for task in bars.bars.tasks] == [1]
    bars.end()
    bars.end()
    bars.advance(1)
    assert bars.bars.tasks == []
    assert not bars.bars.live.is_started
