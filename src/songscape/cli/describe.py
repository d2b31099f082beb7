"""``describe``, ``calibrate``, ``accuracy``: what music sounds like, and how well it is told."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from songscape.cli._options import PATH, Json, Seed, place, said
from songscape.cli._say import print_json, progress, tell, this_command
from songscape.core.options import fill
from songscape.core.places import DESCRIPTIONS, check_file, check_source

if TYPE_CHECKING:
    from songscape.listen import Account, Options
    from songscape.sources import folder

Music = Annotated[
    list[Path],
    typer.Argument(help="folders of music, or single files", parser=place, metavar="PATHS"),
]
OutFile = Annotated[
    Path | None,
    typer.Option("--out", help="write .csv, .parquet, or .json (Spotify's shape)", **PATH),
]
LibraryFile = Annotated[
    Path | None, typer.Option("--library", help="default: in the user's data folder", **PATH)
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
Segments = Annotated[
    Path | None,
    typer.Option(
        "--segments", help="write what songs are like over time: .csv, .parquet, .json", **PATH
    ),
]
Mapping = Annotated[
    Path | None,
    typer.Option("--mapping", help="estimates by your own mapping, from calibrate", **PATH),
]
Weak = Annotated[
    bool, typer.Option("--weak", help="also give estimates of which the sound says too little")
]
Compat = Annotated[
    str, typer.Option("--compat", help="none, librosa or fma: whose definitions are followed")
]
Embedding = Annotated[
    Path | None,
    typer.Option("--embedding", help="an ONNX model file whose vector is added", **PATH),
]
EmbeddingRate = Annotated[
    int,
    typer.Option("--embedding-rate", min=0, help="samples per second it wants; 0: as it states"),
]


def describe(
    paths: Music,
    out: OutFile = None,
    segments: Segments = None,
    library: LibraryFile = None,
    workers: Workers = 0,
    excerpt: Excerpt = "whole",
    mapping: Mapping = None,
    weak: Weak = False,
    compat: Compat = "none",
    embedding: Embedding = None,
    embedding_rate: EmbeddingRate = 0,
    retry_failed: RetryFailed = False,
    refresh: Refresh = False,
    accept_missing: AcceptMissing = False,
    follow_links: FollowLinks = False,
    json: Json = False,
) -> None:
    """Describe how the music in PATHS sounds, and keep it in a library; resumes where it was."""
    for path in paths:
        check_source(str(path))
    for written in filter(None, (out, segments)):
        check_file(written, DESCRIPTIONS)
    from songscape.library import default_path
    from songscape.listen import Options

    limits = {
        "workers": workers,
        "retry_failed": retry_failed,
        "refresh": refresh,
        "accept_missing": accept_missing,
        "follow_links": follow_links,
    }
    options = fill(Options, limits, "describe")
    from songscape.listen.estimating import provenance
    from songscape.sources import folder

    more = {
        "mapping": _text(mapping),
        "weak": weak,
        "compat": compat,
        "embedding": _text(embedding),
        "embedding_rate": embedding_rate,
    }
    wanted = folder.wishes(str(paths[0]), library or default_path(), excerpt, more)
    estimates = provenance(wanted)
    account = _listened(paths, wanted, options)
    _write(paths, wanted, out, segments)
    if json:
        print_json(account.as_dict() | {"estimates": estimates})
    else:
        typer.echo(f"{account}\nlibrary: {folder.library_of(wanted)}")
    raise typer.Exit(3 if account.failures else 0)


def _text(path: Path | None) -> str:
    """Return a path as text, empty for none."""
    return "" if path is None else str(path)


def _listened(paths: list[Path], wanted: folder.Options, options: Options) -> Account:
    """Describe what is not known yet, and name each file that fails."""
    from songscape.library import shown
    from songscape.listen import extractor, listen
    from songscape.sources import folder

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
    return account


def _write(
    paths: list[Path], wanted: folder.Options, out: Path | None, segments: Path | None
) -> None:
    """Write the tables that were asked for, and say which estimates are not in them."""
    from songscape.listen.estimating import estimated
    from songscape.listen.output import write, write_timeline
    from songscape.sources import folder
    from songscape.sources._library_findings import WITHHELD

    if out is not None:
        songs = estimated(folder.collected(map(folder.root, paths), wanted), wanted)
        write(songs, out)
        for finding in songs.findings:
            if finding.what == WITHHELD:
                tell(f"withheld: {finding.says}; --weak gives it all the same")
    if segments is not None:
        write_timeline(folder.timelines(map(folder.root, paths), wanted), segments)


def calibrate(
    described: Annotated[
        str,
        typer.Argument(
            help="a description's CSV or Parquet, or a folder", parser=said, metavar="DESCRIBED"
        ),
    ],
    reference: Annotated[
        str,
        typer.Argument(
            help="a table of songs with values that are known", parser=said, metavar="REFERENCE"
        ),
    ],
    out: Annotated[Path, typer.Option("--out", help="file.json", **PATH)] = Path("mapping.json"),
    value: Annotated[
        list[str] | None,
        typer.Option("--value", help="a column to map to; repeatable; default all that are known"),
    ] = None,
    json: Json = False,
) -> None:
    """Fit estimates to REFERENCE values of songs in DESCRIBED, and say what they err by."""
    check_source(described)
    check_source(reference)
    check_file(out, (".json",))
    from songscape.studies.calibrate import calibrate_files, report_text, save

    calibration = calibrate_files(described, reference, value or ())
    save(calibration.model, out)
    if json:
        print_json(calibration.report.fill_nan(None).to_dicts())
    else:
        typer.echo(f"{report_text(calibration)}mapping: {out}")


def accuracy(
    truth: Annotated[
        Path | None, typer.Option("--truth", help="CSV of what is true", **PATH)
    ] = None,
    songs: Annotated[int, typer.Option("--songs", min=1, help="how many are rendered")] = 100,
    seed: Seed = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="print a Markdown table")] = False,
    json: Json = False,
) -> None:
    """Measure every descriptor on signals and songs made for it, and on audio of your own."""
    if truth is not None:
        check_source(str(truth))
    from songscape.studies.accuracy import accuracy_text, measure, plain_text

    scores = measure(n=songs, seed=seed or 0, truth=truth)
    if json:
        print_json(scores.fill_nan(None).to_dicts())
    else:
        sys.stdout.write(accuracy_text(scores) if markdown else plain_text(scores))
