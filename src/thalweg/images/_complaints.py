"""What is wrong with a folder or table of pictures, in the words a person reads; and the rules that were applied."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from jaxtyping import Int64

from thalweg.core.errors import DataError
from thalweg.core.imageset import Skipped
from thalweg.core.visible import visible
from thalweg.images._decode import Size

_SIZES_SHOWN = 8
_RULES = {
    "16-bit": "of more than 8 bits a channel: the high byte was taken",
    "CMYK": "in CMYK: converted to RGB",
    "alpha": "with transparency: composited on white",
    "animated": "animated or of several pages: the first one was taken",
    "colour to grey": "in colour: converted to grey",
    "grey to colour": "in grey: converted to RGB",
    "orientation": "with an EXIF orientation: turned upright",
    "palette": "with a palette: converted to its colours",
    "size": "of another size: fitted to the size asked for",
}


def rule_notes(rules: Mapping[str, int]) -> tuple[str, ...]:
    """Return a sentence for every rule that was applied.

    >>> rule_notes({"alpha": 2})
    ('2 pictures with transparency: composited on white.',)
    """
    return tuple(f"{count:,} picture{'s' if count > 1 else ''} {_RULES[rule]}." for rule, count in sorted(rules.items()))


def refuse_bad(source: str, bad: Sequence[Skipped], total: int, *, skip: bool) -> None:
    """Raise `DataError` naming every bad file; with `skip`, only where more than half of all files are bad."""
    if not bad or (skip and 2 * len(bad) <= total):
        return
    lines = "".join(f"\n  {visible(entry.path)}: {visible(entry.reason)}" for entry in bad)
    advice = (
        "More than half are bad, so something else is wrong than a few files: nothing was skipped."
        if skip
        else "Repair or remove them, or pass skip_bad (--skip-bad) to go on without them."
    )
    files = "file is not a picture that can be used" if total == 1 else "files are not pictures that can be used"
    raise DataError(f"{visible(source)}: {len(bad):,} of {total:,} {files}:{lines}\n{advice}")


def refuse_mixed(source: str, sizes: Mapping[str, Size], paths: Sequence[str]) -> None:
    """Raise `DataError` with the histogram of sizes and an example of each."""
    ranked = sorted(sizes.items(), key=lambda item: (-item[1].count, item[1].row))
    shown = "; ".join(f"{size.count:,} of {name} ({visible(paths[size.row])})" for name, size in ranked[:_SIZES_SHOWN])
    more = f"; and {len(ranked) - _SIZES_SHOWN:,} more sizes" if len(ranked) > _SIZES_SHOWN else ""
    raise DataError(
        f"{visible(source)}: the pictures differ in size (height x width): {shown}{more}. "
        f"Pass a size that all are fitted to, for one {ranked[0][0]}, and a fit: crop, pad or stretch."
    )


def refuse_emptied(source: str, classes: Sequence[str], labels: Int64[np.ndarray, " n"], skipped: int) -> None:
    """Raise `DataError` where leaving bad files out has left a class without a picture."""
    empty = np.flatnonzero(np.bincount(labels, minlength=len(classes)) == 0).tolist()
    if empty:
        raise DataError(
            f"{visible(source)}: without the {skipped:,} bad files no picture is left of {name_list(classes[row] for row in empty)}. "
            "Repair some of its files or remove the class."
        )


def name_list(names: Iterable[str]) -> str:
    """Return names in quotes, ten of them at most.

    >>> name_list(["cat", "dog"])
    "'cat', 'dog'"
    """
    listed = list(names)
    return ", ".join(f"'{visible(name)}'" for name in listed[:10]) + (f" and {len(listed) - 10:,} more" if len(listed) > 10 else "")
