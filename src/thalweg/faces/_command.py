"""The command line that does something again, as text for a page or a terminal."""

import shlex
from collections.abc import Mapping
from typing import Any

from thalweg.faces.fields import field_of
from thalweg.faces.words import is_flag


def command_line(command: str, data: str, options: Mapping[str, Any]) -> str:
    """Return `thalweg COMMAND DATA --option value ...`, quoted for a shell; options that are None are left out.

    >>> command_line("rate", "my data", {"optimiser": "sgd", "seeds": 5, "low": None})
    "thalweg rate 'my data' --optimiser sgd --seeds 5"
    >>> command_line("train", "digits", {"skip_bad": "true", "rate": 0.125})
    'thalweg train digits --skip-bad --rate 0.125'
    """
    words = ["thalweg", command, data]
    for name, value in options.items():
        if value is None:
            continue
        option = f"--{name.replace('_', '-')}"
        field = field_of(name)
        switch = (field is not None and field.info.annotation is bool) or (field is None and is_flag(name))
        if switch and str(value).lower() in ("true", "yes", "1"):
            words.append(option)
        else:
            words += [option, f"{value:.12g}" if isinstance(value, float) else str(value)]
    return shlex.join(words)
