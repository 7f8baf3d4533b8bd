"""The command line: `thalweg train | evaluate | predict | show | report | compare | data | list`, and those of populations and evidence.

Nothing heavy is imported before a command runs, so that `--help` answers at once. Options that are knobs of catalogue entries are
taken out of the arguments first (`--margin 2`); see `thalweg.faces.words`.
"""

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from thalweg import __version__
from thalweg.core.names import entry_names
from thalweg.faces import cli_completion, cli_evidence, cli_export, cli_lab, cli_log, cli_population, cli_runs
from thalweg.faces.misspelt import DECLARED
from thalweg.faces.offer import asked, is_wanted
from thalweg.faces.options import (
    LOOSE,
    Colour,
    Data,
    Examples,
    Fit,
    Json,
    Noise,
    Quiet,
    RunFolder,
    Seed,
    Size,
    SkipBad,
    Tensorboard,
    Test,
    Trust,
    Validation,
)
from thalweg.faces.terminal import answering, fail
from thalweg.faces.usage import UsageError, at_home, misused

app = typer.Typer(
    name="thalweg",
    help="Train an image classifier and see, with numbers, why it works: score, loss, optimise.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _words(folder: str) -> str:
    return ", ".join(entry_names(f"thalweg.{folder}"))


@app.callback(invoke_without_command=True)
def _main(
    version: Annotated[bool, typer.Option("--version", help="Print the version and end.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show where an error came from (also THALWEG_DEBUG=1).")] = False,
) -> None:
    if version:
        print(__version__)
        raise typer.Exit
    if debug:
        os.environ["THALWEG_DEBUG"] = "1"


@app.command()
@answering
def train(
    data: Data = "digits",
    score: Annotated[str | None, typer.Option(help=f"Score function: {_words('score')}.")] = None,
    loss: Annotated[str | None, typer.Option(help=f"Loss: {_words('loss')}.")] = None,
    penalty: Annotated[
        str | None, typer.Option(metavar="NAME[,..]", help=f"Penalties: {_words('penalty')}; or shorter: --l2 1e-4.")
    ] = None,
    optimiser: Annotated[str | None, typer.Option(help=f"Optimiser: {_words('optimise')}.")] = None,
    schedule: Annotated[str | None, typer.Option(metavar="NAME[,..]", help=f"Schedules of the rate: {_words('schedule')}.")] = None,
    average: Annotated[str | None, typer.Option(help=f"Average of the weights' path: {_words('average')}.")] = None,
    prepare: Annotated[str | None, typer.Option(metavar="NAME[,..]", help=f"Preparations: {_words('prepare')}; none switches off.")] = None,
    augment: Annotated[
        str | None, typer.Option(metavar="NAME[,..]", help=f"Augmentations: {_words('augment')}; none switches off.")
    ] = None,
    epochs: Annotated[int | None, typer.Option(help="Passes over the training part.")] = None,
    batch: Annotated[int | None, typer.Option(help="Examples a step; 0 is the whole training part.")] = None,
    seed: Seed = None,
    data_seed: Annotated[int | None, typer.Option(help="Decides split, order and augmentation in the seed's place.")] = None,
    clip: Annotated[float | None, typer.Option(help="Bound on the gradient's norm.")] = None,
    patience: Annotated[int | None, typer.Option(help="Stop after so many epochs without a better validation figure.")] = None,
    monitor: Annotated[str | None, typer.Option(help="What best means: accuracy or loss.")] = None,
    keep: Annotated[str | None, typer.Option(help="Which weights become the model: best or last.")] = None,
    tolerance: Annotated[float | None, typer.Option(help="Converged when the whole set's gradient norm is below this.")] = None,
    precision: Annotated[str | None, typer.Option(help="auto, fp32, bf16 or fp64.")] = None,
    device: Annotated[str | None, typer.Option(help="cpu, cuda, cuda:1 or mps.")] = None,
    validation: Validation = None,
    test: Test = None,
    size: Size = None,
    fit: Fit = None,
    colour: Colour = None,
    skip_bad: SkipBad = False,
    noise: Noise = None,
    examples: Examples = None,
    classes: Annotated[
        str | None, typer.Option(metavar="NAME,NAME..", help="Class names declared up front, where the data may lack some.")
    ] = None,
    penalise_biases: Annotated[bool, typer.Option("--penalise-biases", help="Penalties act on biases and normalisation too.")] = False,
    checkpoint_steps: Annotated[int | None, typer.Option(help="Save every so many steps.")] = None,
    checkpoint_minutes: Annotated[float | None, typer.Option(help="Save every so many minutes.")] = None,
    start: Annotated[str | None, typer.Option("--from", metavar="RUN", help="Continue from this run's weights and preparation.")] = None,
    run: Annotated[Path | None, typer.Option("--run", metavar="DIR", help="The run's folder (else runs/<name>).")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Train again where the folder holds an ended run.")] = False,
    report: Annotated[bool, typer.Option(help="Write report.html into the run's folder.")] = True,
    tensorboard: Tensorboard = None,
    trust_code: Trust = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Train a classifier on DATA (or by a recipe.toml) and leave a run: model, metrics, recipe, report.

    `thalweg train` alone offers the embedded data at a terminal, and takes digits elsewhere.
    Knobs of the chosen entries are options too: --rate 0.1, --margin 1, --widths 256,128, --l2 1e-4; `thalweg list` shows them.
    The same command goes on where it was interrupted, and shows the run again when it has ended.
    """
    from thalweg.faces import commands

    given = {
        name: value
        for name, value in locals().items()
        if name not in ("commands", "run", "fresh", "report", "tensorboard", "trust_code", "json", "quiet")
    }
    commands.train(
        given, dict(LOOSE), folder=run, fresh=fresh, report=report, events=tensorboard, trust_code=trust_code, as_json=json,
        quiet=quiet or json,
    )  # fmt: skip


@app.command()
@answering
def evaluate(
    run: RunFolder,
    data: Annotated[str | None, typer.Argument(metavar="[DATA]", help="Other pictures than the run was trained on.")] = None,
    skip_bad: SkipBad = False,
    trust_code: Trust = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Measure a run on its own data, or on other DATA with the same classes: loss, penalty, total, accuracy."""
    from thalweg.faces import commands

    commands.evaluate(run, data, trust_code=trust_code, skip_bad=skip_bad, as_json=json, quiet=quiet or json)


@app.command()
@answering
def predict(
    run: RunFolder,
    images: Annotated[list[str], typer.Argument(metavar="IMAGE...", help="Picture files, or folders of them.")],
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    trust_code: Trust = False,
    json: Json = False,
) -> None:
    """Say the class of pictures, with scores, and probabilities where the loss defines them."""
    from thalweg.faces import commands

    commands.predict(run, images, trust_code=trust_code, form="json" if json else "csv" if csv else "table")


@app.command()
@answering
def show(run: RunFolder, trust_code: Trust = False, json: Json = False) -> None:
    """Show what a run is: recipe, data, course, figures."""
    from thalweg.faces import commands

    commands.show(run, trust_code=trust_code, as_json=json)


@app.command("report")
@answering
def write_report(
    run: RunFolder,
    data: Annotated[str | None, typer.Argument(metavar="[DATA]", help="Where the pictures are now, if they have moved.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Another file than report.html in the run's folder.")] = None,
    trust_code: Trust = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write a run's report again: one HTML file, no network."""
    from thalweg.faces import commands

    commands.report(run, data, trust_code=trust_code, output=output, as_json=json, quiet=quiet or json)


@app.command("compare")
@answering
def compare_runs(
    runs: Annotated[list[str], typer.Argument(metavar="RUN", help="Two or more runs with the same classes.")],
    data: Annotated[str | None, typer.Option(metavar="DATA", help="Measure all runs on these pictures, which none was trained on.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="The page (else comparison.html here).")] = None,
    trust_code: Trust = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Compare runs on the test pictures they share: what differs, paired differences with intervals, McNemar's test, and a page."""
    from thalweg.faces import compare

    compare.compare_command(runs, data=data, output=output, as_json=json, quiet=quiet or json, trust_code=trust_code)


@app.command("data")
@answering
def describe_data(
    data: Data,
    size: Size = None,
    fit: Fit = None,
    colour: Colour = None,
    skip_bad: SkipBad = False,
    validation: Validation = None,
    test: Test = None,
    seed: Seed = None,
    noise: Noise = None,
    examples: Examples = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Say what DATA is: counts, sizes, class balance, duplicates, also across the parts."""
    from thalweg.faces import commands

    given = {name: value for name, value in locals().items() if name not in ("commands", "json", "quiet")}
    commands.data(given, as_json=json, quiet=quiet or json)


@app.command("list")
@answering
def list_entries(
    what: Annotated[str | None, typer.Argument(metavar="[CATALOGUE|ENTRY]", help="One catalogue (loss) or one entry (softmax).")] = None,
    json: Json = False,
) -> None:
    """List every entry of the catalogues with its knobs, ranges and formula."""
    from thalweg.faces import commands

    commands.list_entries(what, as_json=json)


cli_population.register(app)
cli_evidence.register(app)
cli_lab.register(app)
cli_runs.register(app)
cli_export.register(app)
cli_log.register(app)
cli_completion.register(app)

WIDE = ("train", *cli_population.COMMANDS, *cli_evidence.COMMANDS, *cli_lab.COMMANDS)
"""The commands that take options which they do not declare."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; the entry point of the `thalweg` program."""
    words = [at_home(word) for word in (sys.argv[1:] if arguments is None else arguments)]
    if words[:1] == [cli_completion.ASKING]:
        cli_completion.tell(app, words[1:], WIDE)
        return
    if is_wanted(words):
        words.append(asked())
    command = next((word for word in words if not word.startswith("-")), None)
    if command in WIDE and not {"-h", "--help"} & set(words):
        words = _without_knobs(command, words)
    sys.path.append(str(Path.cwd()))  # a module of the user's may lie in the working folder; what is installed comes first
    if "--debug" in words:
        words = ["--debug", *(word for word in words if word != "--debug")]
    _run(words or ["--help"])


@answering
def _run(words: list[str]) -> None:
    try:
        code = app(words, prog_name="thalweg", standalone_mode=False)
    except UsageError as error:
        fail(misused(error), 2)
    except typer.Abort:
        fail("interrupted.", 130)
    finally:
        DECLARED.clear()
    raise SystemExit(code if isinstance(code, int) else 0)


@answering
def _without_knobs(name: str, words: list[str]) -> list[str]:
    """Take the options that a command does not declare out of its arguments: knobs of entries, and for populations all of `train`."""
    command: Any = typer.main.get_command(app)
    known = {option for parameter in command.commands[name].params for option in (*parameter.opts, *parameter.secondary_opts)}
    from thalweg.faces import knob_options

    DECLARED[:] = [option.removeprefix("--") for option in known if option.startswith("--")]
    rest, loose = knob_options.separate(words, known | {"--debug", "--version"})
    LOOSE.clear()
    LOOSE.update(loose)
    return rest
