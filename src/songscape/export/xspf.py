"""Playlists as XSPF, one per cluster, the surest songs first.

A ``location`` is the URI of the song's file, every byte of its name that is no plain sign in
percent, so that names that are no UTF-8 and names with line ends come through; else Spotify's
address. Signs that XML cannot hold are left out of names.

References
----------
Xiph.Org Foundation (2006). XSPF Version 1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from songscape.core.options import option
from songscape.export._songs import file_uri, milliseconds, one_line, path_of, spotify_uri
from songscape.export.m3u import by_cluster

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from songscape.core.record import Record

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Options:
    """What goes into the playlists."""

    most: int | None = option(None, "number of songs in a playlist at most; all if none", low=1)


def export(record: Record, options: Options) -> dict[str, bytes]:
    """Return the playlists by file name, as ``fast, loud.xspf``."""
    return by_cluster(record, playlist, "xspf", options.most)


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
    folder : write places as seen from here; absolute if None.
    most : entries at most.
    """
    rows = songs.iter_rows(named=True)
    tracks = list(islice(filter(None, (_track(row, file, folder) for row in rows)), most))
    if not tracks:
        return b""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<playlist version="1" xmlns="http://xspf.org/ns/0/">',
        f"  <title>{xml_text(name)}</title>",
        "  <trackList>",
        *tracks,
        "  </trackList>",
        "</playlist>\n",
    ]
    return "\n".join(lines).encode()


def xml_text(text: object) -> str:
    r"""Return a text as it may stand in XML.

    >>> xml_text('R&B <"live">\x00')
    'R&amp;B &lt;&quot;live&quot;&gt;'
    """
    return escape(_NO_XML.sub("", one_line(text)), {'"': "&quot;"})


def _track(row: dict[str, Any], column: str | None, folder: bytes | None) -> str:
    """Return a song as an element, or nothing if it cannot be pointed to."""
    path = path_of(row, column)
    place = file_uri(path, folder) if path else None if column else spotify_uri(row)
    return "    <track>" + "".join(_elements(row, place)) + "</track>" if place else ""


def _elements(row: dict[str, Any], place: str) -> Iterator[str]:
    """Yield what is told of a song, in the order of the standard."""
    yield f"<location>{escape(place)}</location>"
    for element, name in (("title", "title"), ("creator", "artist"), ("album", "album")):
        if text := xml_text(row.get(name)):
            yield f"<{element}>{text}</{element}>"
    if length := milliseconds(row):
        yield f"<duration>{round(length)}</duration>"
