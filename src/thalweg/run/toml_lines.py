"""TOML lines: where in a recipe's text the setting stands that a message complains of."""

import re
import tomllib


def line_of(message: str, text: str) -> str:
    """Find the line a message speaks of: the first of its quoted or leading words that is a key of the file, else that is a value.

    Where several lines have the key, the one with the value that the message says it got.
    """
    lines, complaint = list(enumerate(text.splitlines(), 1)), message.partition(" Did you mean ")[0]
    words = [re.escape((quoted or leading).rpartition(".")[2]) for quoted, leading in re.findall(r"'([\w.-]+)'|^([\w.-]+)", complaint)]
    for pattern in (r"(?:^|[{{,])\s*{}\s*=(?P<value>.*)", r"=\s*[\"']{}(?P<value>)[\"']"):
        for word in words:
            found = [(number, match["value"]) for number, line in lines if (match := re.search(pattern.format(word), line))]
            if found:
                return f":{next((number for number, value in found if _says(complaint, value)), found[0][0])}"
    return ""


def _says(message: str, value: str) -> bool:
    """Whether a message says that it got this value of the file."""
    try:
        return f"got {tomllib.loads(f'x = {value}')['x']!r}." in message
    except ValueError:
        return False
