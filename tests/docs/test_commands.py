"""The page of the command line: every command, every option, every exit code."""

from docs.builder import commands

from thalweg.core import errors

PAGE = commands.page()


def test_every_command_and_option_stands_there() -> None:
    assert {"train", "sweep", "inspect", "lab", "claims"} <= set(commands.commands())
    for name, command in commands.commands().items():
        section = PAGE.split(f"\n## `thalweg {name}`\n")[1].split("\n## ")[0]
        for parameter in command.params:
            words = [parameter.metavar or ""] if parameter.param_type_name == "argument" else [*parameter.opts, *parameter.secondary_opts]
            assert parameter.name == "help" or all(word in section for word in words), (name, words)


def test_arguments_and_defaults() -> None:
    assert "thalweg predict RUN IMAGE... [OPTIONS]" in PAGE
    assert "thalweg evaluate RUN [DATA] [OPTIONS]" in PAGE
    assert "| `--examples N` | How many examples to measure over; 0 is all of the part. Default: `2000`. |" in PAGE


def test_every_exit_code_stands_there() -> None:
    for number in (0, 1, 2, 3, 4, 5, 6, 7, 130, 143):
        assert f"\n| {number} | " in PAGE
    assert f"| {errors.BusyError.exit_code} | Another process holds the run. |" in PAGE
