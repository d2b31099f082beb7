"""Where a song is found: its file, or its address at a service."""

from __future__ import annotations

import math
import os
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import polars as pl

from songscape.describe.key import NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from songscape.core.record import Record

SPOTIFY = re.compile(r"[0-9A-Za-z]{22}")
_FILES = ("path", "file", "filename")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def file_column(record: Record) -> str | None:
    """Return the column of the tracks that holds the paths of the songs, or None.

    It is the one of the role ``file``; where the run does not tell roles, one called path or file.
    """
    kinds, known = record.tracks.schema, record.evidence.get("columns")
    told = known.filter(pl.col("role") == "file")["name"].to_list() if known is not None else []
    able = (n for n in (*told, *_FILES) if kinds.get(n) in (pl.Binary, pl.String))
    return next(able, None)


def path_of(row: Mapping[str, Any], column: str | None) -> bytes | None:
    """Return the path of a song as its own bytes, or None."""
    path = row.get(column) if column else None
    if not path:
        return None
    return path if isinstance(path, bytes) else os.fsencode(str(path))


def relative(path: bytes, folder: bytes | None) -> bytes:
    """Return a path as seen from a folder; unchanged where no folder is given or none is shared."""
    if folder is None:
        return path
    try:
        return os.path.relpath(path, folder)
    except ValueError:  # another drive
        return path


def file_uri(path: bytes, folder: bytes | None = None) -> str:
    r"""Return a path as a URI; every byte that is no plain sign is written in percent.

    >>> file_uri(b"/a b/caf\xe9.mp3"), file_uri(b"/m/a b.mp3", b"/m")
    ('file:///a%20b/caf%E9.mp3', 'a%20b.mp3')
    """
    if folder is not None:
        place = relative(path, folder)
        if not os.path.isabs(place):  # noqa: PTH117 - paths are bytes, which pathlib has not
            return quote(place.replace(os.fsencode(os.sep), b"/"))
    absolute = os.path.abspath(path).replace(os.fsencode(os.sep), b"/")  # noqa: PTH100
    return "file://" + ("" if absolute.startswith(b"/") else "/") + quote(absolute)


def spotify_uri(row: Mapping[str, Any]) -> str | None:
    """Return Spotify's address of a song whose id or key is Spotify's, or None."""
    for column in ("id", "track_id"):
        name = str(row.get(column) or "").removeprefix("spotify:track:").partition("~")[0]
        if SPOTIFY.fullmatch(name):
            return f"spotify:track:{name}"
    return None


def milliseconds(row: Mapping[str, Any]) -> float | None:
    """Return how long a song is, None where that is not known, is infinite, or not above zero."""
    length = row.get("duration_ms")
    return length if isinstance(length, int | float) and 0 < length < math.inf else None


def one_line(text: object) -> str:
    """Return a text that stays on its line; halves of characters are replaced."""
    if not text:
        return ""
    flat = _CONTROLS.sub(" ", str(text)).encode("utf-8", "replace").decode()
    return " ".join(flat.split())


def key_text(row: Mapping[str, Any]) -> str:
    """Return a key as musicians write it, nothing where it is not known.

    >>> key_text({"key": 9, "mode": 0}), key_text({"key": 1.0, "mode": 1.0}), key_text({"key": -1})
    ('Am', 'C#', '')
    """
    key, mode = row.get("key"), row.get("mode")
    if (
        not isinstance(key, int | float)
        or not isinstance(mode, int | float)
        or key not in range(12)
    ):
        return ""
    return NAMES[int(key)].replace("♯", "#") + ("" if mode else "m")


def renamed(record: Record, fields: Mapping[str, str]) -> pl.DataFrame:
    """Return the tracks with other programs' names for their columns, as far as they are known.

    Parameters
    ----------
    record : the run.
    fields : their names by ours; beside the columns of the tracks these are known: ``seconds``,
        ``key_text``, ``cluster_name`` and ``path``, wherever it stands.
    """
    tracks, column = record.tracks, file_column(record)
    names = dict(record.clusters.select("cluster", "name").iter_rows())
    keys = [key_text(row) or None for row in tracks.iter_rows(named=True)]
    made = {
        "key_text": pl.Series(keys, dtype=pl.String),
        "cluster_name": pl.Series([names.get(n) for n in tracks["cluster"]], dtype=pl.String),
    }
    if "duration_ms" in tracks.columns:
        made["seconds"] = (tracks["duration_ms"] / 1000).round(3)
    if column:
        made["path"] = tracks[column]
    known = {name: tracks[name] for name in fields if name in tracks.columns} | made
    return pl.DataFrame({theirs: known[ours] for ours, theirs in fields.items() if ours in known})
