"""Songs as another program's library lists them, tied to their files and to what was described.

Where files of the list were described before (``songscape describe``), those songs are read from
the library of descriptions and keep what the program knows: its names, ratings and plays. Otherwise
the program's own columns count, if there is a tempo among them: ratings and plays tell of the
listener, not of the sound.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from songscape.core.collection import Collection, Column, Kind, Role
from songscape.core.errors import InputError
from songscape.core.findings import Finding, Severity
from songscape.library import default_path, is_library, shown
from songscape.sources import folder
from songscape.sources._identity import ids_of, row_numbers
from songscape.sources._pitch import key_of
from songscape.sources._places import existing, path_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MOST_BYTES = 500_000_000
EXAMPLES = 20
_KINDS: dict[str, Any] = {
    "track_id": (pl.String, Column(Role.KEY)),
    "title": (pl.String, Column(Role.TEXT)),
    "artist": (pl.String, Column(Role.GROUP)),
    "album": (pl.String, Column(Role.GROUP)),
    "genre": (pl.String, Column(Role.GENRE)),
    "year": (pl.Float64, Column(Role.FEATURE, "year", 1860, 2100, kind=Kind.ABOUT)),
    "duration_ms": (pl.Float64, Column(Role.FEATURE, "ms", 0, kind=Kind.ABOUT)),
    "tempo": (pl.Float64, Column(Role.FEATURE, "BPM", 0, missing=(0,))),
    "key": (pl.Float64, Column(Role.FEATURE, low=0, high=11, kind=Kind.CYCLE)),
    "mode": (pl.Float64, Column(Role.FEATURE, low=0, high=1, kind=Kind.CODE)),
    "rating": (pl.Float64, Column(Role.FEATURE, "0..100", 0, 100, kind=Kind.ABOUT)),
    "play_count": (pl.Float64, Column(Role.FEATURE, low=0, kind=Kind.ABOUT)),
    "place": (pl.String, Column(Role.TEXT)),
    "path": (pl.Binary, Column(Role.FILE)),
}
_OWN = ("title", "artist", "album", "genre", "rating", "play_count")
_TIED = ("track_id", "rating", "play_count")


@dataclass(frozen=True)
class Entry:
    """One song of a list.

    Parameters
    ----------
    place : where its file is, as written: a URL or a path; empty if nowhere.
    values : what is known of it by canonical name; a ``key`` as text.
    """

    place: bytes
    values: Mapping[str, Any]


def contents(path: Path) -> bytes:
    """Return the content of a list.

    Raises
    ------
    InputError
        If it is missing, empty, too large, or cannot be read.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError(f"{path} has more than {MOST_BYTES:,} bytes; export a smaller list.")
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from None
    if not data.strip():
        raise InputError(f"{path.name} is empty.")
    return data


def head_of(path: str | Path) -> bytes:
    """Return the first bytes of a file without the zeros of UTF-16; nothing if there is none."""
    try:
        with Path(path).expanduser().open("rb") as file:
            return file.read(1 << 14).replace(b"\0", b"")
    except OSError:
        return b""


def collection(entries: Iterable[Entry], path: Path, library: str) -> Collection:
    """Make a collection of the songs of a list.

    Parameters
    ----------
    entries : the songs.
    path : the list, for messages and as the start of relative paths.
    library : where descriptions are; the user's own if empty.

    Raises
    ------
    InputError
        If there is no song, or nothing is known of how the songs sound.
    """
    table = _table(list(entries), os.fsencode(path.expanduser().resolve().parent))
    if table.is_empty():
        raise InputError(f"{path.name} lists no song.")
    place = Path(library).expanduser() if library else default_path()
    heard = _heard(table, path, place)
    if heard is not None:
        return _joined(heard, table, path)
    if "tempo" not in table.columns:
        raise InputError(_nothing(table, path, place))
    return _unheard(table, path)


def _table(entries: list[Entry], folder_: bytes) -> pl.DataFrame:
    """Return the songs of a list as a table; columns without a value are left out."""
    rows = [_row(entry, folder_) for entry in entries]
    schema = {name: kind for name, (kind, _) in _KINDS.items()}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return frame.select(c.name for c in frame if c.null_count() < c.len() or c.name == "path")


def _row(entry: Entry, folder_: bytes) -> dict[str, Any]:
    """Return one song as a row."""
    path = path_of(entry.place, folder_)
    file = None if path is None else existing(path)
    values = {name: value for name, value in entry.values.items() if value not in (None, "")}
    key = key_of(str(values.pop("key", "")))
    tempo = values.get("tempo")
    return {
        **dict.fromkeys(_KINDS),
        **values,
        "tempo": tempo if tempo and tempo > 0 else None,
        "key": key[0] if key else None,
        # DJ programs write major keys without a word: C, Am.
        "mode": (1 if key[1] is None else key[1]) if key else None,
        "place": None if file else shown(path or entry.place) or None,
        "path": file,
    }


def _heard(table: pl.DataFrame, path: Path, library: Path) -> Collection | None:
    """Return the songs of a list that were described, or None if none was."""
    files = table["path"].drop_nulls().unique(maintain_order=True).to_list()
    if not files or not is_library(library):
        return None
    try:
        return folder.collected(files, folder.Options(path=str(path), library=str(library)))
    except InputError:
        return None


def _joined(heard: Collection, table: pl.DataFrame, path: Path) -> Collection:
    """Return described songs with what the list knows of them."""
    names = [name for name in _OWN if name in table.columns]
    tied = [name for name in _TIED if name in table.columns]
    known = table.select("path", *dict.fromkeys([*tied, *names])).drop_nulls("path")
    both = heard.frame.select("path").join(
        known.unique("path", keep="first"), on="path", how="left", maintain_order="left"
    )
    values = {
        name: both[name].zip_with(both[name].is_not_null(), heard.frame[name])
        if name in heard.frame.columns
        else both[name]
        for name in dict.fromkeys([*tied, *names])
    }
    columns = {name: heard.columns.get(name, _KINDS[name][1]) for name in values}
    line = f"read {path.name}: {table.height:,} songs, {len(heard):,} of them described"
    found = heard.add(columns, pl.DataFrame(values), line)
    missing = table.height - len(heard)
    return found.note(*_findings(table), *_waiting(missing))


def _unheard(table: pl.DataFrame, path: Path) -> Collection:
    """Return songs none of which was described, with the numbers of the list."""
    known = table.filter(pl.col("tempo").is_not_null())
    keys = known["track_id"] if "track_id" in known.columns else row_numbers(known.height)
    frame = known.with_columns(ids_of(keys).alias("id"))
    columns = {"id": Column(Role.ID), **{name: _KINDS[name][1] for name in known.columns}}
    line = f"read {path.name}: {table.height:,} songs, {known.height:,} of them with a tempo"
    songs = Collection(frame.select(columns.keys()), columns, (line,))
    return songs.note(*_findings(table), *_without_tempo(table.height - known.height))


def _findings(table: pl.DataFrame) -> list[Finding]:
    """Say which songs have no file here."""
    gone = table.filter(pl.col("path").is_null())
    if gone.is_empty():
        return []
    places = gone["place"].drop_nulls().head(EXAMPLES).to_list() if "place" in gone.columns else []
    says = "songs have no file on this computer"
    return [Finding("missing-files", "place", gone.height, says, "nothing", examples=tuple(places))]


def _waiting(count: int) -> list[Finding]:
    """Say how many songs were not described."""
    says, way = "songs of the list are not described", "songscape describe FOLDER"
    return [Finding("waiting-files", "path", count, says, "left out", way)] if count > 0 else []


def _without_tempo(count: int) -> list[Finding]:
    """Say that songs are compared by their tempo alone, and how many have none."""
    says = "The list knows of the sound only the tempo; descriptions know more."
    way = "songscape describe FOLDER"
    note = Finding("only-tempo", "tempo", 1, says, "compared by tempo", way, Severity.WARNING)
    if count <= 0:
        return [note]
    return [note, Finding("no-tempo", "tempo", count, "songs have no tempo", "left out", way)]


def _nothing(table: pl.DataFrame, path: Path, library: Path) -> str:
    """Say that nothing tells how the songs sound, and the way out."""
    files = table["path"].drop_nulls()
    start = f"{path.name} says nothing of how its {table.height:,} songs sound"
    if files.is_empty():
        return f"{start}, and none of their files is on this computer."
    common = os.path.commonpath([os.path.dirname(file) for file in files])  # noqa: PTH120
    return (
        f"{start}, and none of them is described in {library}; describe them first: "
        f"songscape describe {shown(common)}"
    )
