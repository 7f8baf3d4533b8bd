"""Completion: the words that are offered, and the Tab key of real shells."""

import os
import pty
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
import typer

from thalweg.faces import cli
from thalweg.faces.completion import FIXED, FOLDERS, answer

COMMANDS = typer.main.get_command(cli.app).commands


def offered(line):
    """Return the words offered at the end of a line, and the paths beside them."""
    *lines, paths = answer(line.split(" "), COMMANDS, cli.WIDE).split("\n")
    return [each.partition("\t")[0] for each in lines], paths


@pytest.mark.parametrize(
    ("line", "words", "paths"),
    [
        ("tr", ["train"], ":none"),
        ("--v", ["--version"], ":none"),
        ("train dig", ["digits"], ":files"),
        ("train --score=m", ["--score=mlp", "--score=module"], ":none"),
        ("train --score = m", ["mlp", "module"], ":none"),
        ("train --score =", ["cnn", "linear", "mlp", "module", "resnet"], ":none"),
        ("train digits --penalty l1,e", ["l1,elastic"], ":none"),
        ("train --activation t", ["tanh"], ":none"),
        ("train --shape ", ["cosine", "linear"], ":none"),
        ("train digits --optimiser adam --bet", ["--beta1", "--beta2"], ":none"),
        ("train digits --optimiser sgd --bet", [], ":none"),
        ("sweep digits --optimiser sgd,adamw --bet", ["--beta1", "--beta2"], ":none"),
        ("sweep digits --epo", ["--epochs"], ":none"),
        ("sweep digits --score ", ["cnn", "linear", "mlp", "module", "resnet"], ":none"),
        ("inspect x --only spectrum,v", ["spectrum,verdict"], ":none"),
        ("inspect x --blo", ["--blocks"], ":none"),
        ("check digits --only un", ["units"], ":none"),
        ("race rosen", ["rosenbrock"], ":files"),
        ("list sof", ["softmax"], ":none"),
        ("completion ", ["bash", "zsh", "fish", "powershell"], ":none"),
        ("train digits --run ", [], ":folders"),
        ("train digits --epochs ", [], ":none"),
        ("evaluate some/run ", ["blobs3", "cifar10"], ":files"),
        ("runs --sort ", ["date", "accuracy", "size"], ":none"),
        ("nothing ", [], ":none"),
    ],
)
def test_what_is_offered(here, line, words, paths):
    found, beside = offered(line)
    assert beside == paths
    assert [word for word in found if word not in ("--help",)][: len(words) or None] == words


def test_runs_are_offered_and_foreign_folders_are_not(here):
    for name in ("first", "second", "other", "odd \x1b[31m"):
        (here / "runs" / name).mkdir(parents=True)
    for name in ("first", "second", "odd \x1b[31m"):
        (here / "runs" / name / "recipe.toml").touch()
    for line in ("show ", "rm runs/first ", "compare ", "inspect r", "train digits --from ", "lab "):
        words, paths = offered(line)
        assert [word for word in words if word.startswith("runs/")] == ["runs/first", "runs/second"], line
        assert paths == ":folders"


def test_every_command_and_every_option_can_be_completed():
    assert offered("")[0] == list(COMMANDS)
    for name, command in COMMANDS.items():
        words = offered(f"{name} --")[0]
        own = {option for each in command.params for option in (*each.opts, *each.secondary_opts) if option.startswith("--")}
        assert own <= set(words), name


def test_fixed_words_are_those_of_the_help():
    helps = {option: each.help for command in COMMANDS.values() for each in command.params for option in each.opts if hasattr(each, "help")}
    for name, words in FIXED.items():
        assert [word for word in words if word not in helps[f"--{name}"]] == [], name
    assert {f"--{name}" for name in FOLDERS} <= set(helps)


def test_it_answers_without_pytorch_and_whatever_is_typed(here):
    code = (
        "import sys; from thalweg.faces.cli import main\n"
        "for line in ('train digits --', 'train --score ', 'inspect --', 'show ', 'a b', '--x=', 'train = =', ''):\n"
        "    main(['__complete', *line.split(' ')])\n"
        "heavy = {'torch', 'numpy', 'sklearn', 'rich', 'PIL', 'jaxtyping', 'pydantic', 'filelock'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    environment = {**os.environ, "THALWEG_DEBUG": "1"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    assert "--rate\t" in done.stdout


def test_an_unknown_shell(ask):
    assert ask("completion", "bahs").err == "thalweg: unknown shell 'bahs'. Did you mean 'bash'? Known: bash, zsh, fish, powershell.\n"


SHELLS = {
    "bash": (["--norc", "--noprofile", "-i"], 'eval "$(thalweg completion bash)"'),
    "zsh": (["-f", "-i"], 'autoload -Uz compinit; compinit -u; eval "$(thalweg completion zsh)"'),
    "fish": (["--no-config", "-i"], "thalweg completion fish | source"),
}


@pytest.fixture
def place(tmp_path):
    """A folder with the program, a run whose name is hostile, and pictures."""
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "thalweg"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -c "from thalweg.faces.cli import main; main()" "$@"\n')
    program.chmod(0o755)
    for name in ("only-one", "y$(touch broken)", "z$(touch broken)", "z`touch broken`", "z\\$(touch broken)"):
        (tmp_path / "here" / "runs" / name).mkdir(parents=True)
        (tmp_path / "here" / "runs" / name / "recipe.toml").touch()
    (tmp_path / "here" / "my pictures").mkdir()
    return tmp_path


class Typist:
    """A shell on a terminal, and somebody who types."""

    def __init__(self, shell: str, place: Path) -> None:
        options, setting_up = SHELLS[shell]
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.chdir(place / "here")
            environment = {**os.environ, "PATH": f"{place / 'bin'}:{os.environ['PATH']}", "PS1": "$ ", "TERM": "xterm", "HOME": str(place)}
            os.execvpe(shell, [shell, *options], environment)
        self.line(f"{setting_up}; echo rea''dy")
        self.until("ready")

    def type(self, text: str) -> None:
        os.write(self.terminal, text.encode())

    def line(self, text: str) -> None:
        self.type(f"{text}\r")

    def until(self, words: str) -> str:
        seen, deadline = "", time.monotonic() + 40
        while words not in seen:
            assert time.monotonic() < deadline, repr(seen)
            if select.select([self.terminal], [], [], 0.1)[0]:
                seen += os.read(self.terminal, 65536).decode(errors="replace")
                if "\x1b[6n" in seen or "\x1b[c" in seen or "\x1b[0c" in seen:  # fish asks the terminal who it is
                    os.write(self.terminal, b"\x1b[?62;c\x1b[1;1R")
        return seen

    def end(self) -> None:
        os.kill(self.pid, 9)
        os.waitpid(self.pid, 0)
        os.close(self.terminal)


@pytest.mark.slow
@pytest.mark.parametrize("shell", SHELLS)
def test_the_tab_key(shell, place):
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    typist = Typist(shell, place)
    try:
        for typed, becomes in (
            ("thalweg tra", "train "),
            ("thalweg train spi", "spiral"),
            ("thalweg train digits --optimi", "--optimiser"),
            ("thalweg train digits --optimiser saddle", "saddle-free-newton"),
            ("thalweg train digits --activa", "--activation"),
            ("thalweg show runs/on", "runs/only-one"),
            ("thalweg data my", "pictures"),
            ("thalweg show runs/y", "touch"),
            ("thalweg show runs/z", "z"),
        ):
            typist.type(f"{typed}\t")
            time.sleep(1)
            typist.type("\x01echo a''a; echo \x05")
            typist.line(" z''z")
            seen = typist.until("zz")
            assert becomes in seen, (typed, seen)
        assert not (place / "here" / "broken").exists()
    finally:
        typist.end()
