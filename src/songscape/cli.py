"""The command line: one thin function per command.

Exit codes: 0 all well, 1 an error, 2 wrong usage, 3 done but some inputs failed, 75 the library is
locked by another process, 130 interrupted. Results go to standard output, everything else
(progress, messages) to standard error. Heavy imports happen inside the commands, so that ``--help``
is quick.
"""

from __future__ import annotations

import shlex
import signal
import sys
from contextlib import contextmanager
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from songscape.core.errors import LockedError, RecipeError, SongscapeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import FrameType

    from songscape.listen import Progress

app = typer.Typer(
    name="songscape",
    help="Turn a music collection into a map you can trust.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Source = Annotated[str, typer.Argument(help="a table of songs with features (CSV, Parquet, …)")]
Out = Annotated[
    Path | None, typer.Option("--out", help="folder to write; default songscape-runs/NAME-DATE")
]
Seed = Annotated[
    int | None, typer.Option("--seed", min=0, help="root of all randomness; default 0")
]
K = Annotated[str | None, typer.Option("--k", help="auto, a number, or a range as 2..30")]
Method = Annotated[str | None, typer.Option("--method", help="cluster plug-in, as kmeans, mixture")]
RecipeFile = Annotated[Path | None, typer.Option("--recipe", help="a recipe in TOML to follow")]
Sets = Annotated[
    list[str] | None, typer.Option("--set", help="override one option: stage.option=value")
]
Json = Annotated[bool, typer.Option("--json", help="print JSON on standard output, nothing else")]

Music = Annotated[list[Path], typer.Argument(help="folders of music, or single files")]
OutFile = Annotated[
    Path | None, typer.Option("--out", help="write .csv, .parquet, or .json (Spotify's shape)")
]
LibraryFile = Annotated[
    Path | None, typer.Option("--library", help="default: in the user's data folder")
]
Workers = Annotated[int, typer.Option("--workers", min=0, help="0: one per processor")]
Excerpt = Annotated[str, typer.Option("--excerpt", help="whole, or N seconds from the middle")]
RetryFailed = Annotated[
    bool, typer.Option("--retry-failed", help="try files again that failed before")
]
Refresh = Annotated[
    bool, typer.Option("--refresh", help="describe again what older versions described")
]
AcceptMissing = Annotated[
    bool, typer.Option("--accept-missing", help="believe it when many files vanished")
]
FollowLinks = Annotated[
    bool, typer.Option("--follow-links", help="follow links, also out of the folder")
]


@app.command("map")
def map_(
    source: Annotated[str | None, typer.Argument(help="songs; default the recipe's")] = None,
    out: Out = None,
    seed: Seed = None,
    k: K = None,
    method: Method = None,
    recipe: RecipeFile = None,
    sets: Sets = None,
    json: Json = False,
) -> None:
    """Map SOURCE: clean, cluster, judge and explain it, and write a run folder with a report."""
    from songscape import recipe as recipes
    from songscape.core.record import check_target, summary_text
    from songscape.run import default_folder, follow, save

    values = recipes.read(recipe) if recipe else {}
    wishes = {"source.path": source, "seed": seed, "cluster.use": method}
    values = _overridden(values, sets, wishes)
    values = recipes.wish(values, k) if k else values
    resolved = recipes.resolve(values)
    folder = out or default_folder(resolved)
    check_target(folder)
    run = follow(resolved, tell=_tell)
    save(run, folder)
    if json:
        sys.stdout.write(summary_text(run.record.run))
    else:
        _show(run.record.run, folder)
    if any(finding.what == "failed-files" for finding in run.collection.findings):
        raise typer.Exit(3)


@app.command()
def doctor(source: Source, sets: Sets = None, json: Json = False) -> None:
    """Examine SOURCE and say what is wrong with it, what songscape would do, how to overrule it."""
    from songscape import recipe as recipes
    from songscape.run import examine
    from songscape.view.terminal import print_findings

    resolved = recipes.resolve(_overridden({}, sets, {"source.path": source}))
    collection = examine(resolved, tell=_tell)
    if json:
        _print_json([finding.as_dict() for finding in collection.findings])
    else:
        print_findings(collection.findings, collection.history)


@app.command()
def describe(
    paths: Music,
    out: OutFile = None,
    library: LibraryFile = None,
    workers: Workers = 0,
    excerpt: Excerpt = "whole",
    retry_failed: RetryFailed = False,
    refresh: Refresh = False,
    accept_missing: AcceptMissing = False,
    follow_links: FollowLinks = False,
    json: Json = False,
) -> None:
    """Describe how the music in PATHS sounds, and keep it in a library; resumes where it was."""
    from songscape.library import default_path, shown
    from songscape.listen import Options, extractor, listen
    from songscape.listen.output import check_format, write
    from songscape.sources import folder

    if out is not None:
        check_format(out)
    wanted = folder.wishes(str(paths[0]), library or default_path(), excerpt)
    options = Options(workers, retry_failed, refresh, accept_missing, follow_links)
    try:
        with _progress() as report:
            by = extractor(folder.extracting(wanted))
            account = listen(
                paths, folder.library_of(wanted), by=by, options=options, report=report
            )
    except KeyboardInterrupt:
        _tell(f"interrupted; all that was described is kept. To go on: {_this_command()}")
        raise typer.Exit(130) from None
    for path, reason in account.failures:
        _tell(f"failed: {shown(path)}: {reason}")
    if out is not None:
        write(folder.collected(map(folder.root, paths), wanted), out)
    if json:
        _print_json(account.as_dict())
    else:
        typer.echo(f"{account}\nlibrary: {folder.library_of(wanted)}")
    raise typer.Exit(3 if account.failures else 0)


@app.command()
def demo(
    out: Out = None,
    seed: Seed = None,
    table: Annotated[bool, typer.Option("--table", help="a table of songs, no sound")] = False,
    json: Json = False,
) -> None:
    """Render a small collection of music whose styles are known, describe it and map it."""
    from songscape.core.record import check_target
    from songscape.studies.demo import write_songs, write_table

    folder = out or Path("songscape-runs") / f"demo{'-table' if table else ''}{seed or ''}"
    check_target(folder)
    songs = folder.with_name(f"{folder.name}-songs{'.csv' if table else ''}")
    _tell(f"making songs whose truth is known: {songs}")
    sets = None if table else [f"source.library={write_songs(songs, seed or 0)}"]
    if table:
        write_table(songs, seed or 0)
    map_(source=str(songs), out=folder, seed=seed, sets=sets, json=json)


@app.command()
def place(
    run: Annotated[Path, typer.Argument(help="folder of an earlier run")],
    source: Source,
    out: Annotated[Path | None, typer.Option("--out", help="file.csv or file.parquet")] = None,
) -> None:
    """Put new songs on the map of an earlier RUN without fitting anything again."""
    from songscape.core.csv_text import csv_text
    from songscape.run import place_songs, write_songs

    placed = place_songs(run, source)
    if out is None:
        sys.stdout.write(csv_text(placed))
    else:
        write_songs(placed, out)
        _tell(f"placed {placed.height:,} songs in {out}")


@app.command()
def calibrate(
    described: Annotated[str, typer.Argument(help="a description's CSV or Parquet, or a folder")],
    reference: Annotated[str, typer.Argument(help="a table of songs with values that are known")],
    out: Annotated[Path, typer.Option("--out", help="file.json")] = Path("mapping.json"),
    value: Annotated[list[str] | None, typer.Option("--value", help="columns to map to")] = None,
    json: Json = False,
) -> None:
    """Fit estimates to REFERENCE values of songs in DESCRIBED, and say what they err by."""
    from songscape.studies.calibrate import calibrate_files, report_text, save

    calibration = calibrate_files(described, reference, value or ())
    save(calibration.model, out)
    if json:
        _print_json(calibration.report.fill_nan(None).to_dicts())
    else:
        typer.echo(f"{report_text(calibration)}mapping: {out}")


@app.command()
def accuracy(
    truth: Annotated[Path | None, typer.Option("--truth", help="CSV of what is true")] = None,
    songs: Annotated[int, typer.Option("--songs", min=1, help="how many are rendered")] = 100,
    seed: Seed = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="print a Markdown table")] = False,
    json: Json = False,
) -> None:
    """Measure every descriptor on signals and songs made for it, and on audio of your own."""
    from songscape.studies.accuracy import accuracy_text, measure, plain_text

    scores = measure(n=songs, seed=seed or 0, truth=truth)
    if json:
        _print_json(scores.fill_nan(None).to_dicts())
    else:
        sys.stdout.write(accuracy_text(scores) if markdown else plain_text(scores))


@app.command("list")
def list_(
    stage: Annotated[str | None, typer.Argument(help="a stage, as cluster")] = None,
    json: Json = False,
) -> None:
    """List the plug-ins of every stage, or of one with all their options."""
    from songscape.core import plugins

    stages = [stage] if stage else list(plugins.STAGES)
    listing = {name: plugins.names(name) for name in stages}
    if json:
        _print_json(listing)
    elif stage:
        _show_plugins(stage, listing[stage])
    else:
        for name, found in listing.items():
            typer.echo(f"{name:9} {', '.join(found)}")


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="print the version")] = False,
) -> None:
    """Turn a music collection into a map you can trust."""
    if version:
        from importlib.metadata import version as installed

        typer.echo(f"songscape {installed('songscape')}")
        raise typer.Exit


def main() -> NoReturn:
    """Run the command line; every expected error becomes one sentence and an exit code."""
    signal.signal(signal.SIGTERM, _interrupted)
    try:
        app(standalone_mode=True)
    except RecipeError as error:
        _fail(error, 2)
    except LockedError as error:
        _fail(error, 75)
    except SongscapeError as error:
        _fail(error, 1)
    except KeyboardInterrupt:
        typer.echo("interrupted; nothing half-written was left", err=True)
        sys.exit(130)
    sys.exit(0)


def _interrupted(_signal: int, _frame: FrameType | None) -> NoReturn:
    """Turn a request to end into an interruption, so that temporary files are removed."""
    raise KeyboardInterrupt


def _fail(error: SongscapeError, code: int) -> NoReturn:
    """Print an error as one sentence and leave."""
    typer.echo(f"songscape: {error}", err=True)
    sys.exit(code)


def _tell(line: str) -> None:
    """Tell of progress on standard error."""
    typer.echo(line, err=True)


@contextmanager
def _progress() -> Iterator[Callable[[Progress], None]]:
    """Show progress on standard error: a bar on a terminal, else a line now and then."""
    from rich import progress as bars
    from rich.console import Console

    from songscape.listen import slowly

    console = Console(stderr=True)
    if not console.is_terminal:
        yield slowly(_tell)
        return
    columns = (bars.TextColumn("{task.description}", markup=False), bars.BarColumn())
    with bars.Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("looking", total=None)
        yield lambda now: bar.update(
            task, description=str(now), completed=now.work, total=now.whole or None
        )


def _this_command() -> str:
    """Return the command as it was typed, for a shell."""
    return shlex.join(["songscape", *sys.argv[1:]])


def _overridden(
    values: dict[str, Any], sets: list[str] | None, wishes: dict[str, Any]
) -> dict[str, Any]:
    """Return recipe values with the command line's wishes on top, where any were made."""
    from songscape import recipe as recipes

    for assignment in sets or []:
        values = recipes.override(values, assignment)
    for path, value in wishes.items():
        if value is not None:
            values = recipes.put(values, path, value)
    return values


def _print_json(value: Any) -> None:
    """Print JSON on standard output."""
    import json

    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def _show(run: Mapping[str, Any], folder: Path) -> None:
    """Print what a person wants to know after a run."""
    verdict = run["verdict"]
    typer.echo(f"{run['n_tracks']:,} songs in {run['k']} groups ({run['method']}).")
    typer.echo(fill(verdict["reason"], 100))
    for warning in run["warnings"]:
        _tell(f"warning: {warning}")
    typer.echo(f"report: {folder / 'report.html'}")


def _show_plugins(stage: str, found: list[str]) -> None:
    """Print the plug-ins of one stage with their options."""
    from songscape.core import plugins
    from songscape.core.options import knobs

    for name in found:
        plugin = plugins.load(stage, name)
        typer.echo(f"{name}: {(plugin.__doc__ or '').strip().splitlines()[0]}")
        for knob in knobs(plugin.Options) if hasattr(plugin, "Options") else []:
            typer.echo(f"    {knob.name} = {knob.default!r}: {knob.says} ({knob.wants})")
