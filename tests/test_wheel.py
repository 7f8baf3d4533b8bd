"""What is handed out: the source archive, the wheel made of it, and that wheel at work in a fresh environment outside the repository."""

import email
import os
import re
import shutil
import subprocess
import sys
import tarfile
import time
import tomllib
import urllib.request
import venv
import zipfile
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urljoin

import pytest

import thalweg

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def run(*words, **options):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, f"{words}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.stdout


def test_citation_says_what_the_package_is():
    yaml = pytest.importorskip("yaml")
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert cited["cff-version"] == "1.2.0"
    assert cited["message"]
    assert (cited["type"], cited["title"]) == ("software", "Thalweg")
    assert cited["authors"] == PROJECT["authors"]
    assert (cited["version"], cited["license"], cited["keywords"]) == (thalweg.__version__, PROJECT["license"], PROJECT["keywords"])
    assert PROJECT["version"] == thalweg.__version__


@pytest.fixture(scope="module")
def tracked():
    """The files of the repository."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a checkout")
    return run("git", "ls-files", cwd=ROOT).splitlines()


@pytest.fixture(scope="module")
def built(tmp_path_factory, tracked):
    """The source archive and the wheel, built from a copy of what the repository holds; `build` makes the wheel of the archive."""
    copy, out = tmp_path_factory.mktemp("copy"), tmp_path_factory.mktemp("dist")
    for name in tracked:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, copy / name)
    run(sys.executable, "-m", "build", "--outdir", out, copy)
    (wheel,), (archive,) = out.glob("*.whl"), out.glob("*.tar.gz")
    return wheel, archive


@pytest.mark.slow
def test_the_archive_holds_the_repository_and_the_wheel_the_package(built, tracked):
    wheel, archive = built
    with tarfile.open(archive) as opened:
        inside = {name.partition("/")[2] for name in opened.getnames()}
    assert [name for name in tracked if name not in inside and not name.startswith(".git")] == []
    with zipfile.ZipFile(wheel) as opened:
        names = set(opened.namelist())
        info = f"thalweg-{thalweg.__version__}.dist-info"
        facts = email.message_from_bytes(opened.read(f"{info}/METADATA"))
    package = {name.removeprefix("src/") for name in tracked if name.startswith("src/thalweg/")}
    assert {name for name in names if not name.startswith(info)} == package
    assert f"{info}/licenses/LICENSE" in names
    assert (facts["Name"], facts["License-Expression"], facts["Requires-Python"]) == ("thalweg", "MIT", PROJECT["requires-python"])
    assert facts["Description-Content-Type"] == "text/markdown"
    assert set(facts.get_all("Provides-Extra")) == set(PROJECT["optional-dependencies"])


@pytest.fixture(scope="module")
def fresh(built, tmp_path_factory):
    """A fresh environment with the wheel and what it asks for, and a folder far from the repository."""
    place = tmp_path_factory.mktemp("fresh")
    venv.create(place / "environment", with_pip=True)
    programs = place / "environment" / ("Scripts" if os.name == "nt" else "bin")
    run(programs / "python", "-m", "pip", "install", "--quiet", "-c", ROOT / "constraints.txt", f"{built[0]}[lab]")
    (place / "work").mkdir()
    return programs, place / "work"


USERS = """
from pathlib import Path

import thalweg as tw

images = tw.load("digits")
run = tw.train(images, score="linear", epochs=1, folder="typed")
page: Path = run.report()
accuracy: float = run.figures["test"].accuracy
reveal_type(run)
reveal_type(images)
wrong: int = run.report()
"""


@pytest.mark.slow
def test_the_wheel_works_outside_the_repository(fresh, built):
    programs, work = fresh
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    environment["THALWEG_HOME"] = str(work / "home")

    def program(*words):
        return run(programs / "thalweg", *words, cwd=work, env=environment)

    assert program("--version").strip() == thalweg.__version__
    assert "train" in program("--help")
    program("train", "digits", "--epochs", "1", "--run", "first")
    (work / "first" / "report.html").unlink()
    program("report", "first")
    assert (work / "first" / "report.html").stat().st_size > 100_000
    program("inspect", "first", "--only", "templates")
    program("sweep", "digits", "--rate", "0.01,0.1", "--epochs", "1", "--run", "second")
    program("race", "saddle", "--optimisers", "sgd", "--steps", "5", "--run", "third")
    for shell in ("bash", "zsh", "fish", "powershell"):
        assert "__complete" in program("completion", shell)
    assert program("runs", ".").count("finished") == 3
    program("rm", "second", "--yes")
    where = "import thalweg; print(thalweg.__file__); print(len(thalweg.load('digits')))"
    printed = run(programs / "python", "-c", where, cwd=work, env=environment).split()
    assert Path(printed[0]).is_relative_to(programs.parent)
    assert printed[1] == "1797"

    (work / "users.py").write_text(USERS)
    words = [sys.executable, "-m", "mypy", "--strict", "--python-executable", str(programs / "python"), "users.py"]
    told = subprocess.run(words, cwd=work, capture_output=True, text=True, check=False, env=environment).stdout
    assert 'Revealed type is "thalweg.faces.api.Run"' in told, told
    assert "thalweg.core.imageset.ImageSet" in told, told
    assert re.findall(r"users\.py:(\d+): error", told) == ["12"], told


def patiently(visitor, address):
    """Open an address, again while nobody listens yet."""
    deadline = time.monotonic() + 30
    while True:
        try:
            with visitor.open(address, timeout=30) as answer:
                return answer.read()
        except HTTPError:
            raise
        except URLError:
            assert time.monotonic() < deadline, address
            time.sleep(0.1)


@pytest.mark.slow
def test_the_lab_of_the_wheel_hands_out_its_pages(fresh):
    programs, work = fresh
    assets = sorted(path.name for path in (ROOT / "src/thalweg/faces/lab/assets").iterdir() if path.suffix in (".js", ".css", ".svg"))
    words = [programs / "thalweg", "lab", "--no-browser", "--port", "0"]
    lab = subprocess.Popen(words, cwd=work, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert lab.stdout is not None
        address = next(found[0] for line in lab.stdout if (found := re.search(r"http://\S+", line)))
        visitor = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())  # the code in the address counts once
        html = patiently(visitor, address)
        home = address.partition("?")[0].partition("#")[0]
        named = {urljoin(home, name) for name in re.findall(r'(?:src|href)="([^"#]+)"', html.decode())}
        scripts = next(name.rpartition("/")[0] for name in named if name.endswith(".js"))
        for name in assets:
            answer = patiently(visitor, f"{scripts}/{name}")
            assert answer == (ROOT / "src/thalweg/faces/lab/assets" / name).read_bytes(), name
    finally:
        lab.terminate()
        lab.wait(30)
        lab.stdout.close()
