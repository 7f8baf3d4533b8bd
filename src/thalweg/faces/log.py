"""Log: a run's metrics for other tools, by command: comma-separated, and as TensorBoard's event files."""

from pathlib import Path

from thalweg.core.durable import write_file
from thalweg.core.visible import visible
from thalweg.faces import api, tensorboard


def log_command(folder: Path, *, output: Path | None, events: Path | None, trust_code: bool) -> None:
    """Print a run's log as comma-separated text, or write it to a file, or as event files for TensorBoard."""
    run = api.open_run(folder, trust_code=trust_code)
    if output is not None:
        write_file(output, run.csv())
        print(f"csv          {visible(str(output))}")
    if events is not None:
        print(f"tensorboard  {visible(str(tensorboard.write(run, events)))}")
    if output is None and events is None:
        print(run.csv(), end="")
