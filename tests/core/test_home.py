from pathlib import Path

import platformdirs

from thalweg.core.home import cache_home
from thalweg.images import _cache, _download


def test_the_variable_moves_every_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("THALWEG_HOME", str(tmp_path / "caches"))
    assert _cache.cache_folder() == tmp_path / "caches" / "pictures"
    assert _download.cache_folder() == tmp_path / "caches" / "data"
    monkeypatch.setenv("THALWEG_HOME", "~/caches")
    assert cache_home() == Path.home() / "caches"


def test_without_it_the_platform_says_where(monkeypatch):
    monkeypatch.delenv("THALWEG_HOME", raising=False)
    assert cache_home() == Path(platformdirs.user_cache_dir("thalweg"))
    monkeypatch.setenv("THALWEG_HOME", "")
    assert cache_home() == Path(platformdirs.user_cache_dir("thalweg"))
