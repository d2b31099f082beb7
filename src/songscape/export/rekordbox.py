"""The collection as XML that Rekordbox imports, with a playlist per cluster.

Songs without a file are left out, since Rekordbox knows files only. Keys are written as musicians
write them (Am); the cluster's name goes to the comment and to the playlists.

References
----------
AlphaTheta, rekordbox XML format list (developer guide, 2020).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from songscape.core.errors import InputError
from songscape.export._songs import file_column, file_uri, key_text, path_of
from songscape.export.xspf import xml_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from songscape.core.record import Record


@dataclass(frozen=True)
class Options:
    """There is nothing to choose."""


def export(record: Record, options: Options) -> dict[str, bytes]:
    """Return ``rekordbox.xml``.

    Raises
    ------
    InputError
        If no song has a file.
    """
    del options
    column = file_column(record)
    rows = list(record.tracks.iter_rows(named=True))
    songs = [(row, path) for row in rows if (path := path_of(row, column))]
    if not songs:
        raise InputError("Rekordbox knows files only, and no song of this run has one.")
    names = dict(record.clusters.select("cluster", "name").iter_rows())
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<DJ_PLAYLISTS Version="1.0.0">',
        '  <PRODUCT Name="songscape" Version="1" Company=""/>',
        f'  <COLLECTION Entries="{len(songs)}">',
        *(_track(n, row, path, names) for n, (row, path) in enumerate(songs, start=1)),
        "  </COLLECTION>",
        *_playlists([row["cluster"] for row, _ in songs], names),
        "</DJ_PLAYLISTS>\n",
    ]
    return {"rekordbox.xml": "\n".join(lines).encode()}


def _track(number: int, row: Mapping[str, Any], path: bytes, names: Mapping[int, str]) -> str:
    """Return a song as an element."""
    uri = file_uri(path).replace("file://", "file://localhost", 1)
    values = {
        "TrackID": number,
        "Name": row.get("title"),
        "Artist": row.get("artist"),
        "Album": row.get("album"),
        "Genre": _listed(row.get("genre")),
        "TotalTime": _number(row.get("duration_ms"), "{:.0f}", 1000),
        "Year": _number(row.get("year"), "{:.0f}"),
        "AverageBpm": _number(row.get("tempo"), "{:.2f}"),
        "Tonality": key_text(row),
        "Comments": names.get(row["cluster"], ""),
        "Location": uri,
    }
    said = (f'{key}="{xml_text(value)}"' for key, value in values.items() if value)
    return f"    <TRACK {' '.join(said)}/>"


def _playlists(clusters: list[int], names: Mapping[int, str]) -> Iterator[str]:
    """Yield the lines that hold a playlist per cluster."""
    yield "  <PLAYLISTS>"
    yield f'    <NODE Type="0" Name="ROOT" Count="{len(names)}">'
    for cluster, name in names.items():
        own = [n for n, each in enumerate(clusters, start=1) if each == cluster]
        start = f'      <NODE Type="1" Name="{xml_text(name)}" KeyType="0" Entries="{len(own)}">'
        yield "".join([start, *(f'<TRACK Key="{n}"/>' for n in own), "</NODE>"])
    yield "    </NODE>"
    yield "  </PLAYLISTS>"


def _listed(value: Any) -> Any:
    """Return several genres as one text."""
    return "; ".join(filter(None, value)) if isinstance(value, list) else value


def _number(value: Any, form: str, divisor: float = 1) -> str:
    """Return a number as text, nothing where it is missing."""
    told = isinstance(value, int | float) and 0 < value < math.inf
    return form.format(value / divisor) if told else ""
