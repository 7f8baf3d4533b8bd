"""Rate page: the band of rates that all seeds agree on, or why there is none, as one HTML file without network."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from thalweg.evidence._axes import word
from thalweg.evidence._ramps import SURE, rate_word
from thalweg.evidence.rate_band import RateBand
from thalweg.faces._made import Made
from thalweg.faces._page import render
from thalweg.faces._prose import counted, sentence
from thalweg.views import rate_band
from thalweg.views._drawing import quantity


@dataclass(frozen=True, kw_only=True)
class RatePage:
    """Everything the page of a rate finder shows; `train` is the command that trains at the suggestion, empty where there is none."""

    title: str
    band: RateBand
    train: str
    made: Made
    choices: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def build(page: RatePage) -> str:
    """Return the ramps and their band as one HTML page that opens from a file, prints, and fetches nothing."""
    band = page.band
    return render(
        "rate",
        {"band": rate_band.draw(band)},
        page=page,
        band=band,
        headline=headline(band),
        summary=summary(band),
        remarks=[sentence(remark) for remark in band.remarks],
        sure=SURE,
        quantity=quantity,
        rate_word=rate_word,
    )


def headline(band: RateBand) -> str:
    """Return the suggested rate."""
    return "none" if band.suggestion is None else word(band.suggestion, digits=2)


def summary(band: RateBand) -> list[str]:
    """Say in sentences what the band is, or why there is none."""
    if band.suggestion is None:
        words = ["No rate is suggested.", sentence(band.reason)]
    else:
        agree = "The seed's" if len(band.ramps) == 1 else f"All {len(band.ramps)} seeds share the"
        words = ["is the suggested rate.", f"{agree} band from {rate_word(band.low)} to {rate_word(band.high)}."]
    lost = [ramp.diverged for ramp in band.ramps if ramp.diverged is not None]
    if lost:
        words.append(f"{len(lost)} of {counted(len(band.ramps), 'seed')} diverged on the way up, the first at {rate_word(min(lost))}.")
    if band.limit is not None:
        words.append(f"2/λmax at the start: {rate_word(band.limit.rate)} (residual of the eigenpair {rate_word(band.limit.residual)}).")
    return words
