"""Options that several commands have, and those that a command line gives beside the ones declared."""

from pathlib import Path
from typing import Annotated

import typer

LOOSE: dict[str, str] = {}
"""Options of the command under way that no command declares, by name: knobs of entries, axes of a sweep."""

Data = Annotated[str, typer.Argument(metavar="DATA", help="A folder of class folders, a file (IDX, .npz, Parquet, CIFAR, CSV), or a name.")]
RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run, or a member of a sweep: SWEEP#12.")]
Folder = Annotated[Path | None, typer.Option("--run", metavar="DIR", help="The folder (else runs/<name>).")]
Fresh = Annotated[bool, typer.Option("--fresh", help="Begin again where the folder holds an ended one.")]
Json = Annotated[bool, typer.Option("--json", help="Print exactly one JSON object.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")]
Tensorboard = Annotated[Path | None, typer.Option("--tensorboard", metavar="DIR", help="Write TensorBoard's event files into DIR/<name>.")]
Trust = Annotated[bool, typer.Option("--trust-code", help="The score function is a module of somebody's: run its code.")]
Size = Annotated[str | None, typer.Option(metavar="HxW", help="Bring pictures to this size, as 32 or 32x48.")]
Fit = Annotated[str | None, typer.Option(help="How pictures of another size fit: crop, pad or stretch.")]
Colour = Annotated[str | None, typer.Option(help="auto, grey or rgb.")]
SkipBad = Annotated[bool, typer.Option("--skip-bad", help="Leave out pictures that cannot be read, and say so.")]
Seed = Annotated[int | None, typer.Option(help="Decides initial weights, order, noise and split.")]
Noise = Annotated[float | None, typer.Option(help="Noise of the two-dimensional sets.")]
Examples = Annotated[int | None, typer.Option(help="Number of points of the two-dimensional sets.")]
Validation = Annotated[float | None, typer.Option(help="Share of the training part set aside for validation.")]
Test = Annotated[float | None, typer.Option(help="Share set aside for testing where the source has no test part.")]
