"""The page of the command line: every command, every option, every exit code."""

import pytest

from docs.builder import commands
from thalweg.core import errors


@pytest.fixture(scope="module")
def page() -> str:
    return commands.page()


def test_every_command_and_option_stands_there(page: str) -> None:
    assert {"train", "sweep", "inspect", "lab", "claims"} <= set(commands.commands())
    for name, command in commands.commands().items():
        section = page.split(f"\n## `thalweg {name}`\n")[1].split("\n## ")[0]
        for parameter in command.params:
            words = [parameter.metavar or ""] if parameter.param_type_name == "argument" else [*parameter.opts, *parameter.secondary_opts]
            assert parameter.name == "help" or all(word in section for word in words), (name, words)


def test_arguments_and_defaults(page: str) -> None:
    assert "thalweg predict RUN IMAGE... [OPTIONS]" in page
    assert "thalweg evaluate RUN [DATA] [OPTIONS]" in page
    assert "| `--examples N` | How many examples to measure over; 0 is all of the part. Default: `2000`. |" in page


def test_every_exit_code_stands_there(page: str) -> None:
    for number in (0, 1, 2, 3, 4, 5, 6, 7, 130, 143):
        assert f"\n| {number} | " in page
    assert f"| {errors.BusyError.exit_code} | Another process holds the run. |" in page
