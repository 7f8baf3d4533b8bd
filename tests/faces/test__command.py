"""A command as text: a shell takes it apart into the words it was made of."""

import shlex

from thalweg.faces._command import command_line


def test_a_shell_reads_back_what_was_meant():
    text = command_line("rate", "my $data; rm x", {"classes": "a b,c", "penalise_biases": "true", "batch_norm": "false", "high": 1e-7})
    assert shlex.split(text) == [
        "thalweg", "rate", "my $data; rm x", "--classes", "a b,c", "--penalise-biases", "--batch-norm", "false", "--high", "1e-07",
    ]  # fmt: skip


def test_nothing_given_is_nothing_said():
    assert command_line("search", "digits", {"seeds": None}) == "thalweg search digits"
