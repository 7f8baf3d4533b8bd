"""Claims: what the lecture says, measured on the embedded pictures or on one's own; by command and from Python."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from thalweg.claim._bench import Bench
from thalweg.claim._find import chosen, find
from thalweg.core.claims import Claim, Finding, Verdict
from thalweg.core.display import Displayed
from thalweg.core.durable import write_file
from thalweg.core.entries import Source
from thalweg.core.imageset import ImageSet
from thalweg.core.progress import Progress, Silent
from thalweg.core.visible import visible
from thalweg.faces._asked import call, recipe_of, source_of
from thalweg.faces._command import command_line
from thalweg.faces._folder import folder_of_question
from thalweg.faces._made import Made
from thalweg.faces._pictures import load_data, load_given
from thalweg.faces.claims_page import ClaimsPage, build
from thalweg.faces.claims_words import details, failures, line, summary
from thalweg.faces.fields import recipe_from_words
from thalweg.faces.terminal import watcher
from thalweg.faces.words import words_of
from thalweg.run.versions import versions

PAGE, NUMBERS = "claims.html", "claims.json"


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Claims(Displayed):
    """The claims that were measured, as `findings` in the order of their numbers; `data` says on which pictures."""

    findings: tuple[Finding, ...]
    source: str
    data: str
    seed: int
    again: str
    seconds: float

    @property
    def verdict(self) -> Verdict:
        """`fails` where one claim does, else `holds`, or `not applicable` where no claim could be measured."""
        found = {finding.verdict for finding in self.findings}
        return "fails" if "fails" in found else "holds" if "holds" in found else "not applicable"

    def __getitem__(self, number: str) -> Finding:
        """Return a finding by its claim's number or name: `found["F14"]`."""
        (claim,) = chosen([number])
        return {finding.number: finding for finding in self.findings}[claim.number]

    def __str__(self) -> str:
        asked = chosen([finding.number for finding in self.findings])
        return "\n".join([*(line(finding, asked) for finding in self.findings), summary(self.findings)])

    def row(self) -> dict[str, Any]:
        """Return everything as a JSON object."""
        return {
            "verdict": self.verdict,
            "data": self.data,
            "seed": self.seed,
            "seconds": self.seconds,
            "claims": [finding.row() for finding in self.findings],
            "again": self.again,
        }

    def report(self, path: Source | None = None) -> Path:
        """Write the page, one HTML file without network, and return its path; by default `claims.html` in the working folder."""
        target = Path(path or PAGE)
        made = Made(command=self.again, versions=versions(), seconds=self.seconds)
        said = f"Measured on {self.data}, seed {self.seed}" if self.data else ""
        write_file(target, build(ClaimsPage(title=self.source, said=said, findings=self.findings, made=made)))
        return target


def claims(
    images: ImageSet | Source | Sequence[Any] = "digits",
    *,
    only: Sequence[str] = (),
    seed: int = 0,
    progress: Progress | None = None,
    **settings: Any,
) -> Claims:
    """Measure what the lecture claims: `claims().verdict`, `claims("my pictures", only=["F14"])["F14"].checks`.

    `images` are what `train` takes, `settings` those of its data (`size=(32, 32)`); `only` names claims by number or name. Most claims use
    at most 2,000 of the training pictures, averaged to 8 x 8 grey pixels, of the ten largest classes. Raises `ConfigError` on an unknown
    claim, and wherever `load` does.
    """
    wanted = chosen(only)
    recipe = recipe_of(images, {"seed": seed, **settings})
    pictures = load_given(images, recipe, source=source_of(images), progress=progress)
    own = {"only": list(only) or None, "seed": seed or None}
    again = call("claims", images, {**settings, **own})
    begun = time.monotonic()
    bench = Bench(pictures, seed)
    findings = tuple(find(claim, bench, progress or Silent()) for claim in wanted)
    return _claims(findings, bench, again=again, begun=begun)


def claims_command(
    data: str,
    reading: Mapping[str, str],
    *,
    only: str | None = None,
    seed: int = 0,
    verbose: bool = False,
    output: Path | None = None,
    as_json: bool = False,
    quiet: bool = False,
) -> None:
    """Measure claims, print each as it is found, write claims.html and claims.json; exit code 1 where one fails."""
    wanted = chosen(words_of(only))
    progress, begun = watcher(quiet=quiet), time.monotonic()
    recipe = recipe_from_words(data, {**reading, "seed": str(seed)})
    bench = Bench(load_data(recipe, progress=progress), seed)
    findings = []
    for claim in wanted:
        found = find(claim, bench, progress)
        findings.append(found)
        if not as_json:
            _print(found, wanted, verbose=verbose)
    again = command_line("claims", data, {**reading, "only": only, "seed": seed or None})
    result = _claims(tuple(findings), bench, again=again, begun=begun)
    folder = folder_of_question(recipe, kind="claims", question=only or "all")
    page = result.report(output or folder / PAGE)
    write_file(page.with_suffix(".json") if output else folder / NUMBERS, json.dumps(result.row(), allow_nan=False))
    if as_json:
        print(json.dumps({**result.row(), "report": str(page)}, allow_nan=False))
    else:
        print(f"{summary(findings)}{f' ({visible(result.data)})' if result.data else ''}")
        print(f"report  {visible(str(page))}")
    if result.verdict == "fails":
        raise SystemExit(1)


def _print(found: Finding, wanted: Sequence[Claim], *, verbose: bool) -> None:
    print(line(found, wanted), flush=True)
    for words in details(found) if verbose else failures(found):
        print(words, flush=True)


def _claims(findings: tuple[Finding, ...], bench: Bench, *, again: str, begun: float) -> Claims:
    data = next((finding.data for finding in findings if finding.data), "")
    return Claims(
        findings=findings, source=bench.pictures.source, data=data, seed=bench.seed, again=again, seconds=time.monotonic() - begun
    )  # fmt: skip
