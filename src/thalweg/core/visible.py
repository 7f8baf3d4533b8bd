"""Text from outside, made safe to show: class names, paths and sources may hold anything that a file name may hold."""

import unicodedata

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_JOINERS = frozenset("\u200c\u200d")


def visible(text: str) -> str:
    r"""Return `text` with every character that shows as nothing, or moves its neighbours, as an escape.

    Escaped are control characters (ANSI escapes, newlines), format characters (direction overrides, zero-width spaces), lone surrogates
    (bytes of a file name that are no UTF-8) and unassigned code points. The two joiners stay: scripts and emoji need them. The result
    encodes as UTF-8 and stays on one line. It is not HTML: whoever writes HTML escapes as well.

    >>> print(visible("cat\x1b[31m \u202egnp.exe \udcff"))
    cat\x1b[31m \u202egnp.exe \udcff
    >>> visible("chat noir, 猫")
    'chat noir, 猫'
    """
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if character in _JOINERS or unicodedata.category(character) not in _HIDDEN:
        return character
    return character.encode("unicode_escape").decode("ascii")
