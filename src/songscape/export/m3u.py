"""A playlist per cluster, as M3U8.

A line for every song: the path of its file where the tracks have a column of the role ``file``,
else ``spotify:track:ID`` where the ids look like Spotify's (22 letters and digits). Songs with
neither have no line, and a cluster without any line has no playlist. The surest songs come first.

``#EXTINF:SECONDS,ARTIST - TITLE`` stands before each; line ends in names become spaces, so that no
name can add an entry. Paths are written as their own bytes: a name that is no UTF-8 still opens. A
path that holds a line end cannot be said in this format and is left out.

References
----------
Hoffert, F. (1997), Nullsoft M3U; RFC 8216 for the UTF-8 form.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import polars as pl

from songscape.core.options import option
from songscape.export._songs import (
    file_column,
    milliseconds,
    one_line,
    path_of,
    relative,
    spotify_uri,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from songscape.core.record import Record

LONGEST = 80
# Names that mean a device on Windows, whatever their ending.
_DEVICES = {"con", "prn", "aux", "nul"} | {f"{d}{n}" for d in ("com", "lpt") for n in range(1, 10)}


@dataclass(frozen=True)
class Options:
    """What goes into the playlists."""

    most: int | None = option(None, "number of songs in a playlist at most; all if none", low=1)


def export(record: Record, options: Options) -> dict[str, bytes]:
    """Return the playlists by file name, as ``fast, loud.m3u8``."""
    return by_cluster(record, playlist, "m3u8", options.most)


def by_cluster(
    record: Record, write: Callable[..., bytes], ending: str, most: int | None
) -> dict[str, bytes]:
    """Return a playlist per cluster by file name, the surest songs first.

    Parameters
    ----------
    record : the run.
    write : writes one playlist, as :func:`playlist`.
    ending : of the file names.
    most : entries of a playlist at most.
    """
    if "cluster" not in record.tracks.columns:
        return {}
    names = _names(record)
    tracks = _surest_first(record.tracks)
    playlists, file = {}, file_column(record)
    for cluster, file_name in zip(names, file_names(names.values()), strict=True):
        songs = tracks.filter(pl.col("cluster") == cluster)
        if content := write(names[cluster], songs, file, most=most):
            playlists[f"{file_name}.{ending}"] = content
    return playlists


def file_names(names: Iterable[str]) -> list[str]:
    """Return a safe file name for every name, no two alike even where case does not count.

    >>> file_names(["Fast, loud", "fast, LOUD", "a/b:c", "..", "con"])
    ['Fast, loud', 'fast, LOUD 2', 'a b c', 'cluster', 'con list']
    """
    seen: set[str] = set()
    result = []
    for name in names:
        safe = _safe(name)
        text, number = safe, 2
        while _folded(text) in seen:
            text, number = f"{safe} {number}", number + 1
        seen.add(_folded(text))
        result.append(text)
    return result


def _safe(name: str) -> str:
    """Return a name every file system takes, at most 80 characters and 200 bytes."""
    text = "".join(letter if _allowed(letter) else " " for letter in name)
    text = " ".join(text.split())[:LONGEST].encode()[:200].decode("utf-8", "ignore")
    text = text.strip(" .")
    return f"{text} list" if text.split(".")[0].casefold() in _DEVICES else text or "cluster"


def _allowed(letter: str) -> bool:
    """Tell whether a character may stand in a file name on Windows, macOS and Linux."""
    return letter not in '<>:"/\\|?*' and unicodedata.category(letter)[0] != "C"


def _folded(text: str) -> str:
    """Return the form in which a file system may compare names."""
    return unicodedata.normalize("NFKC", text).casefold()


def _names(record: Record) -> dict[int, str]:
    """Return the name of every cluster by number, noise left out."""
    numbers = sorted(record.tracks["cluster"].drop_nulls().unique().to_list())
    names = {int(number): f"cluster {number}" for number in numbers if number >= 0}
    if {"cluster", "name"} <= set(record.clusters.columns):
        given = dict(record.clusters.select("cluster", "name").drop_nulls().iter_rows())
        names |= {number: str(given[number]) for number in names if number in given}
    return names


def _surest_first(tracks: pl.DataFrame) -> pl.DataFrame:
    """Sort songs by margin, then membership, where the tracks have them."""
    by = [name for name in ("margin", "membership") if name in tracks.columns]
    return tracks.sort(by, descending=True, nulls_last=True, maintain_order=True) if by else tracks


def playlist(
    name: str,
    songs: pl.DataFrame,
    file: str | None,
    folder: bytes | None = None,
    most: int | None = None,
) -> bytes:
    """Return songs as one playlist; empty bytes if none of them can be pointed to.

    Parameters
    ----------
    name : what it is called.
    songs : rows of a run's tracks, in playing order.
    file : the column of the paths; None if the songs have no files.
    folder : write paths as seen from here; absolute if None.
    most : entries at most.
    """
    rows = songs.iter_rows(named=True)
    entries = list(islice(filter(None, (_entry(row, file, folder) for row in rows)), most))
    if not entries:
        return b""
    heading = f"#PLAYLIST:{one_line(name)}".encode()
    return b"\n".join([b"#EXTM3U", heading, *entries]) + b"\n"


def _entry(row: dict[str, Any], column: str | None, folder: bytes | None) -> bytes | None:
    """Return the two lines of a song, or None if it cannot be pointed to."""
    target = _target(row, column, folder)
    if target is None:
        return None
    who = " - ".join(filter(None, (one_line(row.get("artist")), one_line(row.get("title")))))
    length = milliseconds(row)
    seconds = -1 if length is None else round(length / 1000)
    return f"#EXTINF:{seconds},{who}\n".encode() + target


def _target(row: dict[str, Any], column: str | None, folder: bytes | None) -> bytes | None:
    """Return what a player opens: the path, or Spotify's address of the song."""
    path = path_of(row, column)
    if path:
        raw = relative(path, folder)
        # A line that begins with # would be a remark.
        raw = b"./" + raw if raw.startswith(b"#") else raw
        return None if b"\n" in raw or b"\r" in raw else raw
    uri = None if column else spotify_uri(row)
    return uri.encode() if uri else None
