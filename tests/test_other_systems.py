"""What only POSIX has is not needed: each part of the program is used with those modules, signals and calls gone, as on Windows.

This is no Windows: paths, locks and renames are still those of the system at hand.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

GONE = """
import importlib, importlib.abc, multiprocessing, os, pkgutil, signal, sys

class Refused(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name in ("fcntl", "resource", "termios", "pwd", "grp", "tty", "pty", "syslog"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

import torch, numpy, sklearn.datasets, plotly.graph_objects, pyarrow.parquet, starlette, uvicorn, tensorboardX, filelock  # not ours
for name in ("fcntl", "resource", "termios", "pwd", "grp", "tty", "pty"):
    sys.modules.pop(name, None)
sys.meta_path.insert(0, Refused())
for name in ("SIGHUP", "SIGKILL", "SIGUSR1", "SIGALRM"):
    if hasattr(signal, name):
        delattr(signal, name)
for name in ("O_NOFOLLOW", "O_DIRECTORY", "sysconf", "sched_getaffinity", "getuid", "uname"):
    if hasattr(os, name):
        delattr(os, name)
os.supports_fd.discard(os.scandir)
multiprocessing.get_all_start_methods = lambda: ["spawn"]
"""

IMPORTS = """
import thalweg
for found in pkgutil.walk_packages(thalweg.__path__, "thalweg."):
    importlib.import_module(found.name)
print("imported")
"""

WORK = """
from thalweg.faces.cli import main

def run(line):
    try:
        main(line.split())
    except SystemExit as end:
        assert not end.code, (line, end.code)

run("train pictures --epochs 1 --run runs/first --validation 0.2 --size 8")
run("train pictures --epochs 1 --run runs/first --validation 0.2 --size 8")
run("sweep digits --rate 0.01,0.1 --epochs 1 --run runs/second --quiet")
run("show runs/first")
run("runs")
run("rm runs/second --yes")
from thalweg.faces.lab._session import context
assert context().get_start_method() == "spawn"
print("worked")
"""


def tried(code: str, folder: Path) -> str:
    environment = {**os.environ, "THALWEG_HOME": str(folder / "home")}
    done = subprocess.run([sys.executable, "-c", GONE + code], cwd=folder, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.mark.slow
def test_every_module_can_be_imported(tmp_path):
    assert "imported" in tried(IMPORTS, tmp_path)


@pytest.mark.slow
def test_pictures_are_read_trained_on_listed_and_removed(tmp_path):
    from tests.faces.conftest import paint

    paint(tmp_path / "pictures")
    assert "worked" in tried(WORK, tmp_path)
