"""Inspect: what can be shown of a trained W, by command and from Python, of a run or of any module with any loss."""

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from torch import Tensor, nn

from thalweg.core.entries import Source
from thalweg.core.errors import ConfigError
from thalweg.core.imageset import ImageSet
from thalweg.core.progress import Progress, Silent
from thalweg.core.subject import Subject
from thalweg.core.visible import visible
from thalweg.faces import api
from thalweg.faces._command import command_line
from thalweg.faces.inspection import Inspection, findings_of, lines
from thalweg.faces.kept_evidence import KeptEvidence, digest_of
from thalweg.faces.kinds import chosen, settled
from thalweg.faces.terminal import watcher
from thalweg.faces.words import words_of
from thalweg.run import files
from thalweg.run.foreign import subject_of_module
from thalweg.run.run import Run
from thalweg.run.subject import EXAMPLES, subject_of

Mode = Literal["evaluation", "training"]


def inspect(
    run: Run | Source,
    *,
    only: str | Sequence[str] | None = None,
    images: ImageSet | Source | None = None,
    part: str = "train",
    examples: int | None = EXAMPLES,
    mode: Mode = "evaluation",
    beside: Sequence[Run | Source] = (),
    progress: Progress | None = None,
    trust_code: bool = False,
    **knobs: Any,
) -> Inspection:
    """Return what can be shown of a run's weights: `inspect(run, only=["spectrum", "verdict"], top=3)["verdict"].kind`.

    `only` names kinds of evidence ("all" for the slow ones too); `knobs` are theirs. Everything is measured over the first `examples` of a
    part of the run's own pictures in shuffled order (None: all of them), with the module in `mode`. `images` are those pictures where they
    are at hand or have moved; `beside` are other runs of the same structure, through which planes go.
    """
    begun = time.monotonic()
    opened = _opened(run, trust_code=trust_code)
    entries = chosen([only] if isinstance(only, str) else only)
    own = settled(entries, knobs)
    others = [(str(each), _opened(each, trust_code=trust_code)) for each in beside]

    def subject() -> Subject:
        pictures = _pictures(opened, images, progress)
        return subject_of(opened, pictures, part=part, examples=examples, mode=mode, others=others)

    findings, skipped = findings_of(subject, entries, own, progress=progress or Silent())
    asked = {"only": only, "part": part if part != "train" else None, "mode": mode if mode != "evaluation" else None, **knobs}
    said = ", ".join(["run", *(f"{name}={value!r}" for name, value in asked.items() if value is not None)])
    return Inspection(
        title=_title(opened), findings=findings, skipped=skipped, again=f"tw.inspect({said})", choices=_choices(opened),
        seconds=time.monotonic() - begun,
    )  # fmt: skip


def evidence(
    model: nn.Module,
    loss: Callable[[Any, Any], Tensor],
    batches: Iterable[Any],
    *,
    only: str | Sequence[str] | None = None,
    examples: int | None = EXAMPLES,
    mode: Mode = "evaluation",
    precision: Literal["fp32", "fp64"] = "fp64",
    seed: int = 0,
    progress: Progress | None = None,
    **knobs: Any,
) -> Inspection:
    """Return what can be shown of any PyTorch module with any loss over the batches of any loader.

    `evidence(net, nn.CrossEntropyLoss(), DataLoader(data, 64))["spectrum"].blocks[0].high[0]`. `batches` yields (inputs, targets); inputs
    are a tensor, a tuple of arguments or a mapping of keywords. The module is copied: its mode, gradients, weights, buffers and the global
    random state stay as they are. `examples`: how many are taken (None: all that come).
    """
    begun = time.monotonic()
    entries = chosen([only] if isinstance(only, str) else only)
    own = settled(entries, knobs)

    def subject() -> Subject:
        return subject_of_module(model, loss, batches, examples=examples, mode=mode, precision=precision, seed=seed)

    findings, skipped = findings_of(subject, entries, own, progress=progress or Silent())
    choices = {"model": type(model).__name__, "loss": getattr(loss, "__name__", type(loss).__name__), "mode": mode}
    return Inspection(
        title=type(model).__name__, findings=findings, skipped=skipped, again="tw.evidence(model, loss, batches)", choices=choices,
        seconds=time.monotonic() - begun,
    )  # fmt: skip


def question(*, part: str = "train", examples: int = EXAMPLES, mode: str = "evaluation", beside: Sequence[Run] = ()) -> dict[str, Any]:
    """Return what is asked of all kinds of evidence, as it stands beside a finding that is kept."""
    return {"part": part, "examples": examples, "mode": mode, "beside": [digest_of(other.model.to_bytes()) for other in beside]}


def inspect_command(
    folder: str,
    loose: Mapping[str, str],
    *,
    only: str | None,
    data: str | None,
    part: str,
    examples: int,
    mode: str,
    beside: str | None,
    output: Path | None,
    fresh: bool,
    trust_code: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Inspect a run, keep each finding in its folder, print them and write the page."""
    begun, progress = time.monotonic(), watcher(quiet=quiet)
    if mode not in ("evaluation", "training"):
        raise ConfigError(f"--mode must be evaluation or training; got {mode!r}.")
    if examples < 0:
        raise ConfigError(f"--examples must be a whole number in [0, inf), 0 for all; got {examples}.")
    entries = chosen(None if only is None else words_of(only))
    knobs = settled(entries, loose)
    run = api.open_run(folder, trust_code=trust_code)
    others = [(name, api.open_run(name, trust_code=trust_code)) for name in words_of(beside)]

    def subject() -> Subject:
        pictures = _pictures(run, data, progress)
        own: Mode = "training" if mode == "training" else "evaluation"
        return subject_of(run, pictures, part=part, examples=examples or None, mode=own, others=others)

    home = run.folder or _member_folder(folder)
    asked = question(part=part, examples=examples, mode=mode, beside=[other for _, other in others])
    kept = KeptEvidence(home / files.EVIDENCE, digest_of(run.model.to_bytes()), asked)
    findings, skipped = findings_of(
        subject, entries, knobs, progress=progress, keep=kept.keep, known=(lambda entry, own: None) if fresh else kept.load
    )
    options = {
        "only": only, "data": data, "part": part if part != "train" else None, "examples": examples if examples != EXAMPLES else None,
        "mode": mode if mode != "evaluation" else None, "beside": beside, **loose,
    }  # fmt: skip
    inspection = Inspection(
        title=_title(run) if run.folder else folder, findings=findings, skipped=skipped, again=command_line("inspect", folder, options),
        choices=_choices(run), seconds=time.monotonic() - begun,
    )  # fmt: skip
    page = inspection.report(output or home / files.INSPECTION)
    animation = inspection.animation(page.with_name(files.ANIMATION)) if "path" in findings else None
    if as_json:
        shown = {"report": str(page), "animation": None if animation is None else str(animation)}
        print(json.dumps({"run": folder, **inspection.row(), **shown}, allow_nan=False))
        return
    for line in lines(inspection):
        print(visible(line))
    if animation is not None:
        print(f"gif     {visible(str(animation))}")
    print(f"report  {visible(str(page))}")


def _opened(run: Run | Source, *, trust_code: bool) -> Run:
    return run if isinstance(run, Run) else api.open_run(run, trust_code=trust_code)


def _pictures(run: Run, images: ImageSet | Source | None, progress: Progress | None) -> ImageSet:
    """Return the run's own pictures: those given, those it was trained on in this session, or loaded from its source."""
    own = images if images is not None else getattr(run, "images", None)
    if not isinstance(own, ImageSet):
        own = api.load_data(run.recipe, source=None if own is None else str(own), progress=progress)
    run.check_own(own)
    return own


def _member_folder(name: str) -> Path:
    """Return where the evidence on a member of a sweep is kept."""
    sweep, _, number = name.rpartition("#")
    return Path(sweep) / "members" / number


def _title(run: Run) -> str:
    return run.folder.name if run.folder else f"{run.recipe.data.source}: {run.recipe.score.name} + {run.recipe.loss.name}"


def _choices(run: Run) -> dict[str, str]:
    recipe = run.recipe
    return {"data": recipe.data.source, "score": recipe.score.name, "loss": recipe.loss.name, "optimiser": recipe.optimiser.name}
