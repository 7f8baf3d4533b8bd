"""The hint to the allocator: given once, and never in the way."""

import ctypes
import sys

from thalweg.run import memory


def test_glibc_is_asked_once(monkeypatch):
    asked = []

    class Library:
        def mallopt(self, option, value):
            asked.append((option, value))

    monkeypatch.setattr(ctypes, "CDLL", lambda name: Library())
    monkeypatch.setattr(sys, "platform", "linux")
    memory.keep_freed_memory.cache_clear()
    memory.keep_freed_memory()
    memory.keep_freed_memory()
    assert asked == [(memory.M_MMAP_THRESHOLD, 1 << 30), (memory.M_TRIM_THRESHOLD, (1 << 31) - 1)]


def test_other_platforms_and_other_libraries_are_left_alone(monkeypatch):
    opened = []
    monkeypatch.setattr(ctypes, "CDLL", lambda name: opened.append(sys.platform) or object())
    for platform in ("linux", "darwin", "win32"):
        monkeypatch.setattr(sys, "platform", platform)
        memory.keep_freed_memory.cache_clear()
        memory.keep_freed_memory()
    assert opened == ["linux"]
    memory.keep_freed_memory.cache_clear()
