"""``similar``, ``path``, ``playlist``, ``export``, ``tag``: what a finished map is good for."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from songscape.cli._options import PATH, Json, Run, place
from songscape.cli._say import print_json, printable, tell
from songscape.core.errors import RecipeError, UnknownNameError
from songscape.core.places import FOLDERS, PLAYLISTS, RUN, check_file, check_made, check_source
from songscape.core.wording import count

if TYPE_CHECKING:
    from songscape.use import Opened
    from songscape.use.playlist import Wishes

NAMED = 'id, title or "artist - title"'
GapArtist = Annotated[
    int, typer.Option("--gap-artist", min=1, help="no artist twice in N songs in a row")
]


def similar(
    run: Run,
    track: Annotated[str, typer.Argument(help=NAMED, metavar="TRACK")],
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
    check_made(run, RUN)
    weighed = _weights(weights)
    from songscape import use

    opened = use.open_run(run)
    found = use.similar(
        opened, track, n, weights=weighed, one_per_artist=one_per_artist, where=where
    )
    if json:
        print_json(found.to_dicts())
        return
    for number, row in enumerate(found.iter_rows(named=True), start=1):
        both = ", ".join(row["alike"]) or "average in everything"
        apart = f"; {', '.join(row['unlike'])}" if row["unlike"] else ""
        _line(f"{number:3}  {row['distance']:5.2f}  {opened.label(row['row'])}  ({both}{apart})")


def path(
    run: Run,
    start: Annotated[str, typer.Argument(help=NAMED, metavar="START")],
    end: Annotated[str, typer.Argument(help=NAMED, metavar="END")],
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
    check_made(run, RUN)
    if keys not in ("any", "compatible"):
        raise UnknownNameError("value of --keys", keys, ("any", "compatible"))
    share = _share(tempo_step)
    from songscape import use

    way = use.Way(length, share, keys == "compatible", gap_artist)
    opened = use.open_run(run)
    songs = use.path(opened, start, end, way)
    if json:
        print_json(songs.to_dicts())
        return
    for row in songs.iter_rows(named=True):
        tempo = "" if row.get("tempo") is None else f"{row['tempo']:4.0f} BPM"
        _line(f"{row['step']:3}  {tempo:8}  {row.get('key') or '':3}  {opened.label(row['row'])}")


def playlist(
    run: Run,
    cluster: Annotated[int | None, typer.Option("--cluster", help="songs of a cluster")] = None,
    where: Annotated[
        str, typer.Option("--where", help='a rule, as "energy>0.7 and tempo 120..128"')
    ] = "",
    songs: Annotated[
        Path | None,
        typer.Option("--songs", help="a file of ids, one a line, or a JSON list", **PATH),
    ] = None,
    arc: Annotated[str, typer.Option("--arc", help='as "energy up, tempo down"')] = "",
    order: Annotated[str, typer.Option("--order", help="similarity, tempo, arc or as-is")] = "",
    gap_artist: GapArtist = 4,
    length: Annotated[int | None, typer.Option("--length", min=1, help="songs at most")] = None,
    repeats: Annotated[
        bool, typer.Option("--repeats", help="keep further releases of the same recording")
    ] = False,
    name: Annotated[str, typer.Option("--name", help="what it is called")] = "",
    out: Annotated[
        Path | None, typer.Option("--out", help="file to write; default shown", **PATH)
    ] = None,
    form: Annotated[
        str, typer.Option("--format", help="m3u8, xspf or csv; default by --out's ending")
    ] = "",
    relative: Annotated[
        bool, typer.Option("--relative", help="write paths as seen from --out's folder")
    ] = False,
) -> None:
    """Make a playlist of songs of RUN: a cluster, by a rule, along an arc, or songs picked."""
    check_made(run, RUN)
    if songs is not None:
        check_source(str(songs))
    kind = _kind(out, form, relative=relative)
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
    _playlist(use.open_run(run), wishes, out, kind, relative=relative)


def export(
    run: Run,
    form: Annotated[
        str,
        typer.Option(
            "--format",
            help="csv, parquet, spotify-json, spotify-csv, rekordbox, beets, mixxx, m3u, xspf",
        ),
    ],
    out: Annotated[Path, typer.Option("--out", help="file, or folder for m3u and xspf", **PATH)],
) -> None:
    """Write the songs of RUN in a format other programs read."""
    check_made(run, RUN)
    if form not in FOLDERS:
        check_file(out)
    from songscape.use.export import write_export

    for file in write_export(run, form, out):
        tell(str(file))


def _kind(out: Path | None, form: str, *, relative: bool) -> str:
    """Return the format of a playlist, nothing if its songs are only shown.

    Raises
    ------
    SongscapeError
        If the wishes contradict each other, or it cannot be written there.
    """
    if relative and out is None:
        raise RecipeError(
            "--relative writes paths as seen from the folder of --out; name a file with --out."
        )
    kind = form or (out.suffix.lower().lstrip(".") if out else "")
    if kind == "csv" and relative:
        raise RecipeError("--relative is for m3u8 and xspf; CSV has no paths to write.")
    if (out or form) and kind not in PLAYLISTS:
        raise UnknownNameError("format of playlists", kind, PLAYLISTS)
    if out is not None:
        check_file(out)
    return kind


def _playlist(
    opened: Opened, wishes: Wishes, out: Path | None, kind: str, *, relative: bool
) -> None:
    """Make a playlist and show or write it."""
    from songscape import use
    from songscape.core.atomic import write_bytes
    from songscape.use.playlist import content

    made = use.playlist(opened, wishes)
    for note in made.notes:
        tell(note)
    if not kind:
        for row in made.rows.tolist():
            _line(opened.label(row))
        return
    folder = out.resolve().parent if out and relative else None
    text = content(opened, made, kind, folder)
    if out is None:
        sys.stdout.buffer.write(text)
    else:
        write_bytes(out, text)
        tell(f"{count(len(made.rows), 'song')} in {out}")


def _weights(text: str) -> dict[str, float]:
    """Read weights as energy=2,tempo=0."""
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
    run: Annotated[
        Path | None,
        typer.Argument(help="folder of a finished run of files", parser=place, metavar="RUN"),
    ] = None,
    fields: Annotated[
        str, typer.Option("--fields", help="of bpm, key, grouping, mood")
    ] = "bpm,key,grouping",
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="also change fields that have a value")
    ] = False,
    camelot: Annotated[bool, typer.Option("--camelot", help="keys as 8A instead of Am")] = False,
    write: Annotated[bool, typer.Option("--write", help="write; else only say what would")] = False,
    backup: Annotated[
        Path | None,
        typer.Option(
            "--backup", help="file for the old tags; default songscape-tags-DATE.json", **PATH
        ),
    ] = None,
    undo: Annotated[
        Path | None, typer.Option("--undo", help="a backup whose old tags are brought back", **PATH)
    ] = None,
) -> None:
    """Say which tags RUN would write into its files, and write them with --write."""
    if (run is None) == (undo is None):
        raise RecipeError("Name either a RUN whose tags to write, or --undo with a backup.")
    if run is not None:
        check_made(run, RUN)
    if undo is not None:
        check_source(str(undo))
    if backup is not None:
        check_file(backup)
    from datetime import datetime

    from songscape import use
    from songscape.use import tag as tags

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


def _account(changed: int, failures: tuple[tuple[bytes, str], ...], *, written: bool) -> None:
    """Say how many files were or would be changed, and which could not be."""
    from songscape.library import shown

    for path, reason in failures:
        tell(f"failed: {shown(path)}: {reason}")
    ending = "changed" if written else "would change; nothing was written (--write does)"
    tell(f"{count(changed, 'file')} {ending}, {len(failures):,} failed")
    raise typer.Exit(3 if failures else 0)
