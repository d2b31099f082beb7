"""Playlists out of a finished run: of a cluster, by a rule, along an arc, or of songs picked.

Which songs
    All that are asked for, the same recording once. Where fewer are wanted than there are, the ones
    nearest to the middle of all that were asked for, two of an artist at most; so the list holds
    together. Along an arc, those that follow it best.

In which order
    *similarity*: every song is followed by the nearest that is left; *tempo*: from slow to fast;
    *arc*: along the arc; *as-is*: as they were given. Then songs are moved back as far as the
    artist gap asks for.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from songscape.core.collection import Role
from songscape.core.csv_text import csv_text
from songscape.core.errors import DegenerateDataError, InputError, RecipeError, UnknownNameError
from songscape.core.places import PLAYLISTS
from songscape.export import m3u, xspf
from songscape.export._songs import file_column
from songscape.use._order import along_arc, arcs, chained, spaced
from songscape.use.find import find
from songscape.use.opened import meanings
from songscape.use.rule import rule

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from songscape.use.opened import Opened

    Ints = NDArray[np.int64]

ORDERS = ("similarity", "tempo", "arc", "as-is")
FORMATS = PLAYLISTS
PER_ARTIST = 2
"""Songs of an artist at most, where a list is shorter than what it was chosen from."""

_SHOWN = (Role.ID, Role.KEY, Role.TEXT, Role.GROUP, Role.GENRE, Role.FEATURE, Role.FILE)


@dataclass(frozen=True)
class Wishes:
    """What a playlist is to hold, and in which order.

    Parameters
    ----------
    cluster : the number of a cluster.
    where : a rule (:mod:`songscape.use.rule`).
    songs : the songs themselves, as :func:`songscape.use.find.find` takes them.
    arc : features and shapes, as "energy up, tempo down".
    order : one of :data:`ORDERS`; by default "arc" where there is one, "as-is" for songs given,
        else "similarity".
    gap_artist : in so many songs in a row no artist is heard twice; 1 allows it.
    length : songs at most.
    repeats : keep further releases of the same recording.
    name : what it is called; by default after what was asked for.
    """

    cluster: int | None = None
    where: str = ""
    songs: Sequence[str | int] | None = None
    arc: str = ""
    order: str = ""
    gap_artist: int = 4
    length: int | None = None
    repeats: bool = False
    name: str = ""

    def __post_init__(self) -> None:
        if self.order and self.order not in ORDERS:
            raise UnknownNameError("order of a playlist", self.order, ORDERS)
        if self.order == "arc" and not self.arc:
            raise RecipeError('The order "arc" needs an arc, as --arc "energy up, tempo down".')
        if self.gap_artist < 1:
            raise RecipeError(f"The artist gap must be 1 or more, not {self.gap_artist}.")
        if self.length is not None and self.length < 1:
            raise RecipeError(f"A playlist has at least 1 song, not {self.length}.")


@dataclass(frozen=True, eq=False)
class Playlist:
    """Songs in playing order.

    Parameters
    ----------
    name : what it is called.
    rows : int64 array, their rows in the run's tracks.
    notes : what was left out and why, one line each.
    """

    name: str
    rows: Ints
    notes: tuple[str, ...] = ()


def playlist(run: Opened, wishes: Wishes) -> Playlist:
    """Choose and order songs.

    Raises
    ------
    RecipeError
        If a rule, an arc or a wish cannot be followed.
    DegenerateDataError
        If no song is left.
    """
    chosen = _asked(run, wishes)
    if not len(chosen):
        raise DegenerateDataError(f"No song of {run.folder} is {_said(wishes)}.")
    once = chosen if wishes.repeats else _once(run, chosen)
    shapes = arcs(wishes.arc, _features(run)) if wishes.arc else {}
    picked = _picked(run, once, wishes, shapes)
    ordered = _ordered(run, picked, wishes, shapes)
    spread = ordered[spaced(run.artists[ordered], wishes.gap_artist)]
    name = wishes.name or _name(run, wishes)
    return Playlist(name, spread, tuple(_notes((chosen, once, picked, spread), wishes)))


def content(run: Opened, songs: Playlist, form: str, folder: Path | None = None) -> bytes:
    """Return a playlist in a format other programs read.

    Parameters
    ----------
    run : the finished run.
    songs : the playlist.
    form : "m3u8", "xspf" or "csv".
    folder : write paths as seen from this folder; absolute if None.

    Raises
    ------
    UnknownNameError
        If there is no such format.
    InputError
        If no song has a file or an address at Spotify, which playlists point to.
    """
    if form not in FORMATS:
        raise UnknownNameError("format of playlists", form, FORMATS)
    tracks = run.tracks[songs.rows]
    if form == "csv":
        return csv_text(tracks.select(_told(run))).encode()
    seen_from = None if folder is None else os.path.realpath(os.fsencode(folder))
    written = m3u.playlist if form == "m3u8" else xspf.playlist
    made = written(songs.name, tracks, file_column(run.record), seen_from)
    if not made:
        raise InputError(
            f"No song of {songs.name!r} has a file or an address at Spotify to point to; "
            "write it as CSV (--format csv)."
        )
    return made


def songs_of(file: Path) -> list[str | int]:
    """Read which songs were picked: a JSON list of ids or rows, or a text of one id a line.

    Every line of a text is an id or a name, also one of digits; whole numbers of a JSON list are
    rows, from 0.

    Raises
    ------
    InputError
        If the file is missing, empty or neither.
    """
    try:
        text = file.read_text("utf-8-sig")
        listed = json.loads(text) if text.lstrip().startswith("[") else text.split("\n")
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}.") from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"{file} is no list of songs: {error}.") from None
    if any(isinstance(song, bool) or not isinstance(song, str | int) for song in listed):
        raise InputError(f"{file} must list ids (texts) or rows (whole numbers).")
    songs = [song.strip() if isinstance(song, str) else song for song in listed]
    found = [song for song in songs if song != ""]
    if not found:
        raise InputError(f"{file} lists no song.")
    return found


def _asked(run: Opened, wishes: Wishes) -> Ints:
    """Return the rows of all songs that are asked for."""
    rows = _rows(run, wishes.songs) if wishes.songs is not None else np.arange(run.tracks.height)
    keep = np.ones(run.tracks.height, dtype=np.bool_)
    if wishes.cluster is not None:
        if wishes.cluster not in run.names:
            listed = ", ".join(f"{number} ({name})" for number, name in run.names.items())
            raise RecipeError(f"There is no cluster {wishes.cluster}; there are {listed}.")
        keep &= (run.tracks["cluster"] == wishes.cluster).to_numpy()
    if wishes.where:
        keep &= run.tracks.select(keep=rule(wishes.where, run.tracks.schema))["keep"].to_numpy()
    return rows[keep[rows]]


def _rows(run: Opened, songs: Sequence[str | int]) -> Ints:
    """Return the rows of songs given by id, name or row, each once."""
    named = any(isinstance(song, str) for song in songs)
    ids = dict(zip(run.tracks["id"], range(run.tracks.height), strict=True)) if named else {}
    rows = [
        ids[song] if isinstance(song, str) and song in ids else find(run, song) for song in songs
    ]
    return np.array(list(dict.fromkeys(rows)), dtype=np.int64)


def _once(run: Opened, rows: Ints) -> Ints:
    """Return rows with every recording once, the first of each."""
    _, first = np.unique(run.recordings[rows], return_index=True)
    return rows[np.sort(first)]


def _picked(run: Opened, rows: Ints, wishes: Wishes, shapes: dict[str, str]) -> Ints:
    """Return as many of the songs as are wanted."""
    if shapes:
        few = rows if wishes.length is None else _varied(run, rows, wishes.length)
        places = along_arc(run.tracks[few], shapes, wishes.length or len(few))
        if not len(places):
            raise DegenerateDataError(f"No song has a value in all of {', '.join(shapes)}.")
        return few[places]
    if wishes.length is None or wishes.length >= len(rows):
        return rows
    if wishes.songs is not None:
        return rows[: wishes.length]
    points = run.deviations[rows]
    away = ((points - points.mean(axis=0)) ** 2).sum(axis=1)
    return _limited(run, rows[np.argsort(away, kind="stable")], wishes.length)


def _limited(run: Opened, rows: Ints, length: int) -> Ints:
    """Return the first songs with at most two of an artist; more of them only to fill the list."""
    by = pl.DataFrame({"artist": run.artists[rows]})
    nth = by.select(pl.int_range(pl.len()).over("artist")).to_series().to_numpy()
    few, more = np.flatnonzero(nth < PER_ARTIST), np.flatnonzero(nth >= PER_ARTIST)
    filled: Ints = rows[np.concatenate([few, more])[:length]]
    return filled


def _varied(run: Opened, rows: Ints, length: int) -> Ints:
    """Return songs with at most two of an artist, or all where those would be too few."""
    most = min(length, len(rows))
    best = _limited(run, rows, len(rows))
    _, counts = np.unique(run.artists[rows], return_counts=True)
    enough = int(np.minimum(counts, PER_ARTIST).sum())
    return best[:enough] if enough >= most else rows


def _ordered(run: Opened, rows: Ints, wishes: Wishes, shapes: dict[str, str]) -> Ints:
    """Return songs in playing order."""
    default = "arc" if shapes else "as-is" if wishes.songs is not None else "similarity"
    order = wishes.order or default
    if order == "similarity":
        return rows[chained(run.space.matrix[rows])]
    if order == "tempo":
        if "tempo" not in run.tracks.columns:
            raise DegenerateDataError("This run knows no tempo to order songs by.")
        tempo = run.tracks["tempo"][rows].cast(pl.Float64).fill_null(np.inf).to_numpy()
        return rows[np.argsort(tempo, kind="stable")]
    return rows


def _features(run: Opened) -> list[str]:
    """Return the names of the numeric columns."""
    return [name for name, kind in run.tracks.schema.items() if kind.is_numeric()]


def _told(run: Opened) -> list[str]:
    """Return the columns a CSV holds."""
    roles = meanings(run.record)
    return [n for n in run.tracks.columns if roles.get(n) in _SHOWN or n == "cluster"]


def _name(run: Opened, wishes: Wishes) -> str:
    """Return what a playlist is called after what was asked for."""
    cluster = [] if wishes.cluster is None else [run.names[wishes.cluster]]
    parts = [*cluster, *filter(None, (wishes.where, wishes.arc))]
    return "; ".join(parts) or ("selection" if wishes.songs is not None else "all songs")


def _said(wishes: Wishes) -> str:
    """Say what was asked for."""
    cluster = [] if wishes.cluster is None else [f"in cluster {wishes.cluster}"]
    rule_ = [f"such that {wishes.where}"] if wishes.where else []
    return " and ".join([*cluster, *rule_]) or "there"


def _notes(stages: tuple[Ints, Ints, Ints, Ints], wishes: Wishes) -> list[str]:
    """Say how many songs were left out and why."""
    chosen, once, picked, spread = map(len, stages)
    notes = []
    if chosen > once:
        notes.append(f"{chosen - once:,} further releases of the same recording left out")
    if once > picked:
        why = "beyond the length" if wishes.length else "without a value the arc needs"
        notes.append(f"{once - picked:,} of {once:,} songs left out: {why}")
    if picked > spread:
        notes.append(
            f"{picked - spread:,} songs left out: no place where their artist is not heard in "
            f"{wishes.gap_artist} songs in a row; --gap-artist 1 keeps them"
        )
    return notes
