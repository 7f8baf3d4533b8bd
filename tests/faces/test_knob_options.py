"""Options that are knobs, told apart from those that every command has."""

import pytest

from thalweg.core.errors import ConfigError
from thalweg.faces.knob_options import separate

KNOWN = {"--epochs", "--json"}


@pytest.mark.parametrize(
    ("words", "rest", "loose"),
    [
        (["train", "--margin", "2", "digits"], ["train", "digits"], {"margin": "2"}),
        (["train", "--half", "digits"], ["train", "digits"], {"half": "true"}),
        (["train", "--half", "false", "digits"], ["train", "digits"], {"half": "false"}),
        (["train", "--no-batch-norm", "digits"], ["train", "digits"], {"batch-norm": "false"}),
        (["train", "--half=false"], ["train"], {"half": "false"}),
        (["train", "--rate", "-1", "--json"], ["train", "--json"], {"rate": "-1"}),
        (["train", "-q", "--", "--odd name"], ["train", "-q", "--", "--odd name"], {}),
        (["train", "--epochs", "3"], ["train", "--epochs", "3"], {}),
    ],
)
def test_words_are_separated(words: list[str], rest: list[str], loose: dict[str, str]) -> None:
    assert separate(words, KNOWN) == (rest, loose)


@pytest.mark.parametrize("words", [["--margin"], ["--margin", "--json"]])
def test_a_value_is_asked_for(words: list[str]) -> None:
    with pytest.raises(ConfigError, match="--margin needs a value"):
        separate(words, KNOWN)


def test_twice_is_an_error() -> None:
    with pytest.raises(ConfigError, match="given twice"):
        separate(["--margin=1", "--margin", "2"], KNOWN)
