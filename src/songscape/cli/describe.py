"""``describe``, ``calibrate``, ``accuracy``: what music sounds like, and how well it is told."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from songscape.cli._options import Json, Seed
from songscape.cli._say import print_json, progress, tell, this_command

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
        with progress() as report:
            by = extractor(folder.extracting(wanted))
            account = listen(
                paths, folder.library_of(wanted), by=by, options=options, report=report
            )
    except KeyboardInterrupt:
        tell(f"interrupted; all that was described is kept. To go on: {this_command()}")
        raise typer.Exit(130) from None
    for path, reason in account.failures:
        tell(f"failed: {shown(path)}: {reason}")
    if out is not None:
        write(folder.collected(map(folder.root, paths), wanted), out)
    if json:
        print_json(account.as_dict())
    else:
        typer.echo(f"{account}\nlibrary: {folder.library_of(wanted)}")
    raise typer.Exit(3 if account.failures else 0)


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
        print_json(calibration.report.fill_nan(None).to_dicts())
    else:
        typer.echo(f"{report_text(calibration)}mapping: {out}")


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
        print_json(scores.fill_nan(None).to_dicts())
    else:
        sys.stdout.write(accuracy_text(scores) if markdown else plain_text(scores))
