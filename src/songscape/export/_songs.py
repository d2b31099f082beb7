"""Where a song is found: its file, or its address at a service."""

from __future__ import annotations

import os
import re
import unicodedata
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping

SPOTIFY = re.compile(r"[0-9A-Za-z]{22}")
_FILES = ("path", "file")


def file_column(tracks: pl.DataFrame) -> str | None:
    """Return the name of the column that holds the paths of the songs, as bytes or text, or None.

    >>> file_column(pl.DataFrame({"path": [b"a.mp3"]})), file_column(pl.DataFrame({"path": [1]}))
    ('path', None)
    """
    kinds = tracks.schema
    named = (n for n in _FILES if n in kinds and kinds[n] in (pl.Binary, pl.String))
    return next(named, None)


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


def one_line(text: object) -> str:
    """Return a text that stays on its line; halves of characters are replaced."""
    flat = "".join(" " if unicodedata.category(c) == "Cc" else c for c in str(text))
    return " ".join(flat.encode("utf-8", "replace").decode().split()) if text else ""
