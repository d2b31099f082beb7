"""``similar``, ``path``, ``playlist``, ``export``, ``tag``: what a finished map is good for."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from songscape.cli._options import Json
from songscape.cli._say import print_json, printable, tell

if TYPE_CHECKING:
    from songscape.use import Opened
    from songscape.use.playlist import Wishes

RunFolder = Annotated[Path, typer.Argument(help="folder of a finished run")]
Song = Annotated[str, typer.Argument(help='id, title or "artist - title"')]
GapArtist = Annotated[
    int, typer.Option("--gap-artist", min=1, help="no artist twice in N songs in a row")
]


def similar(
    run: RunFolder,
    track: Song,
    n: Annotated[int, typer.Option("--n", min=1, help="how many songs")] = 20,
    weights: Annotated[str, typer.Option("--weights", help="as energy=2,tempo=0")] = "",
    one_per_artist: Annotated[
        bool, typer.Option("--one-per-artist", help="every artist once, TRACK's not at all")
    ] = False,
    where: Annotated[
        str, typer.Option("--where", help='only songs that keep a rule, as "genre=rock"')
    ] = "",
    json: Json = False,
) -> None:
    """List the songs of RUN most like TRACK, and say what makes them alike and unlike."""
    from songscape import use

    opened = use.open_run(run)
    found = use.similar(
        opened, track, n, weights=_weights(weights), one_per_artist=one_per_artist, where=where
    )
    if json:
        print_json(found.to_dicts())
        return
    for number, row in enumerate(found.iter_rows(named=True), start=1):
        both = ", ".join(row["alike"]) or "average in everything"
        apart = f"; {', '.join(row['unlike'])}" if row["unlike"] else ""
        _line(f"{number:3}  {row['distance']:5.2f}  {opened.label(row['row'])}  ({both}{apart})")


def path(
    run: RunFolder,
    start: Song,
    end: Song,
    length: Annotated[int, typer.Option("--length", min=2, help="songs, both ends too")] = 12,
    tempo_step: Annotated[
        str, typer.Option("--tempo-step", help="largest change of tempo, as 8%; default any")
    ] = "",
    keys: Annotated[
        str, typer.Option("--keys", help="any, or compatible: neighbours on DJs' wheel")
    ] = "any",
    gap_artist: GapArtist = 4,
    json: Json = False,
) -> None:
    """Find a way from one song of RUN to another in small steps."""
    from songscape import use
    from songscape.core.errors import UnknownNameError

    if keys not in ("any", "compatible"):
        raise UnknownNameError("value of --keys", keys, ("any", "compatible"))
    way = use.Way(length, _share(tempo_step), keys == "compatible", gap_artist)
    opened = use.open_run(run)
    songs = use.path(opened, start, end, way)
    if json:
        print_json(songs.to_dicts())
        return
    for row in songs.iter_rows(named=True):
        tempo = "" if row.get("tempo") is None else f"{row['tempo']:4.0f} BPM"
        _line(f"{row['step']:3}  {tempo:8}  {row.get('key') or '':3}  {opened.label(row['row'])}")


def playlist(
    run: RunFolder,
    cluster: Annotated[int | None, typer.Option("--cluster", help="songs of a cluster")] = None,
    where: Annotated[
        str, typer.Option("--where", help='a rule, as "energy>0.7 and tempo 120..128"')
    ] = "",
    songs: Annotated[
        Path | None, typer.Option("--songs", help="a file of ids, one a line, or a JSON list")
    ] = None,
    arc: Annotated[str, typer.Option("--arc", help='as "energy up, tempo down"')] = "",
    order: Annotated[str, typer.Option("--order", help="similarity, tempo, arc or as-is")] = "",
    gap_artist: GapArtist = 4,
    length: Annotated[int | None, typer.Option("--length", min=1, help="songs at most")] = None,
    repeats: Annotated[
        bool, typer.Option("--repeats", help="keep further releases of the same recording")
    ] = False,
    name: Annotated[str, typer.Option("--name", help="what it is called")] = "",
    out: Annotated[Path | None, typer.Option("--out", help="file to write; default shown")] = None,
    form: Annotated[
        str, typer.Option("--format", help="m3u8, xspf or csv; default by --out's ending")
    ] = "",
    relative: Annotated[
        bool, typer.Option("--relative", help="write paths as seen from --out's folder")
    ] = False,
) -> None:
    """Make a playlist of songs of RUN: a cluster, by a rule, along an arc, or songs picked."""
    from songscape import use
    from songscape.use.playlist import songs_of

    wishes = use.Wishes(
        cluster=cluster,
        where=where,
        songs=songs_of(songs) if songs else None,
        arc=arc,
        order=order,
        gap_artist=gap_artist,
        length=length,
        repeats=repeats,
        name=name,
    )
    _playlist(use.open_run(run), wishes, out, form, relative=relative)


def export(
    run: RunFolder,
    form: Annotated[
        str,
        typer.Option(
            "--format",
            help="csv, parquet, spotify-json, spotify-csv, rekordbox, beets, mixxx, m3u, xspf",
        ),
    ],
    out: Annotated[Path, typer.Option("--out", help="file, or folder for m3u and xspf")],
) -> None:
    """Write the songs of RUN in a format other programs read."""
    from songscape.use.export import write_export

    for file in write_export(run, form, out):
        tell(str(file))


def _playlist(
    opened: Opened, wishes: Wishes, out: Path | None, form: str, *, relative: bool
) -> None:
    """Make a playlist and show or write it."""
    from songscape import use
    from songscape.core.atomic import write_bytes
    from songscape.use.playlist import content

    made = use.playlist(opened, wishes)
    for note in made.notes:
        tell(note)
    if out is None and not form:
        for row in made.rows.tolist():
            _line(opened.label(row))
        return
    kind = form or (out.suffix.lower().lstrip(".") if out else "")
    folder = out.resolve().parent if out and relative else None
    text = content(opened, made, kind, folder)
    if out is None:
        sys.stdout.buffer.write(text)
    else:
        write_bytes(out, text)
        tell(f"{len(made.rows):,} songs in {out}")


def _weights(text: str) -> dict[str, float]:
    """Read weights as energy=2,tempo=0."""
    from songscape.core.errors import RecipeError

    found = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, equals, value = part.partition("=")
        try:
            found[name.strip()] = float(value)
        except ValueError:
            equals = ""
        if not equals:
            raise RecipeError(f"--weights wants feature=number, as energy=2,tempo=0, not {part!r}.")
    return found


def _share(text: str) -> float | None:
    """Read a share as 8% or 0.08; nothing or any means no limit."""
    from songscape.core.errors import RecipeError

    if text.strip() in ("", "any"):
        return None
    try:
        return float(text.rstrip("% ")) / (100 if text.rstrip().endswith("%") else 1)
    except ValueError:
        raise RecipeError(f"--tempo-step wants a share as 8%, not {text!r}.") from None


def _line(text: str) -> None:
    """Print a text on one line."""
    typer.echo(printable(text))


def tag(
    run: Annotated[Path | None, typer.Argument(help="folder of a finished run of files")] = None,
    fields: Annotated[
        str, typer.Option("--fields", help="of bpm, key, grouping, mood")
    ] = "bpm,key,grouping",
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="also change fields that have a value")
    ] = False,
    camelot: Annotated[bool, typer.Option("--camelot", help="keys as 8A instead of Am")] = False,
    write: Annotated[bool, typer.Option("--write", help="write; else only say what would")] = False,
    backup: Annotated[
        Path | None, typer.Option("--backup", help="file for the old tags; default here")
    ] = None,
    undo: Annotated[
        Path | None, typer.Option("--undo", help="a backup whose old tags are brought back")
    ] = None,
) -> None:
    """Say which tags RUN would write into its files, and write them with --write."""
    from datetime import datetime

    from songscape import use
    from songscape.core.errors import RecipeError
    from songscape.use import tag as tags

    if (run is None) == (undo is None):
        raise RecipeError("Name either a RUN whose tags to write, or --undo with a backup.")
    if undo is not None:
        planned = tags.undoing(undo)
    else:
        wanted = [field.strip() for field in fields.split(",") if field.strip()]
        opened = use.open_run(run or "")
        planned = tags.plan(opened, wanted, overwrite=overwrite, camelot=camelot)
    done, failures = planned, planned.failures
    if write and planned.changes:
        moment = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
        place = backup or Path(f"songscape-tags-{moment}.json")
        if undo is None:
            undoing = shlex.join(["songscape", "tag", "--undo", str(place), "--write"])
            tell(f"old tags: {place}; to bring them back: {undoing}")
            done = tags.write(planned.changes, place, lambda change: _line(str(change)))
        else:
            done = tags.undo(planned.changes, lambda change: _line(str(change)))
        failures += done.failures
    else:
        for change in planned.changes:
            _line(str(change))
    _account(len(done.changes), failures, written=write)


def _account(count: int, failures: tuple[tuple[bytes, str], ...], *, written: bool) -> None:
    """Say how many files were or would be changed, and which could not be."""
    from songscape.library import shown

    for path, reason in failures:
        tell(f"failed: {shown(path)}: {reason}")
    ending = "changed" if written else "would change; nothing was written (--write does)"
    tell(f"{count:,} files {ending}, {len(failures):,} failed")
    raise typer.Exit(3 if failures else 0)
