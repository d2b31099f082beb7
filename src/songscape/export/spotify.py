"""Songs in the shape of Spotify's answers, for programs written for those.

``tracks.json`` holds ``tracks`` and ``audio_features`` with Spotify's keys, types and scales: what
is not known is null, a key that is not known −1. Where an id is not Spotify's, it is the run's own.
``tracks.csv`` has the columns of playlists exported from Spotify. Texts that a spreadsheet would
run get an apostrophe there.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from songscape.core.csv_text import csv_text
from songscape.export._songs import file_column, file_uri, path_of, spotify_uri

if TYPE_CHECKING:
    from collections.abc import Mapping

    from songscape.core.record import Record

FEATURES = (
    *("danceability", "energy", "key", "loudness", "mode", "speechiness", "acousticness"),
    *("instrumentalness", "liveness", "valence", "tempo", "time_signature"),
)
_WHOLE = ("key", "mode", "time_signature", "duration_ms", "popularity")
_COLUMNS = {
    "title": "Track Name",
    "artist": "Artist Name(s)",
    "album": "Album Name",
    "duration_ms": "Track Duration (ms)",
    "popularity": "Popularity",
    "genre": "Genres",
    **{name: name.replace("_", " ").title() for name in FEATURES},
}


@dataclass(frozen=True)
class Options:
    """There is nothing to choose."""


def export(record: Record, options: Options) -> dict[str, bytes]:
    """Return ``tracks.json`` and ``tracks.csv``."""
    del options
    rows = list(record.tracks.iter_rows(named=True))
    column = file_column(record)
    uris = [_uri(row, column) for row in rows]
    answer = {
        "tracks": [_track(row, uri) for row, uri in zip(rows, uris, strict=True)],
        "audio_features": [_features(row, uri) for row, uri in zip(rows, uris, strict=True)],
    }
    text = json.dumps(answer, indent=1, ensure_ascii=True, allow_nan=False) + "\n"
    return {"tracks.json": text.encode(), "tracks.csv": _table(record.tracks, uris).encode()}


def _uri(row: Mapping[str, Any], column: str | None) -> str | None:
    """Return where a song is: its file, else Spotify's address."""
    path = path_of(row, column)
    return file_uri(path) if path else None if column else spotify_uri(row)


def _id(row: Mapping[str, Any], uri: str | None) -> str:
    """Return the id of a song."""
    return uri.rpartition(":")[2] if uri and uri.startswith("spotify:") else str(row["id"])


def _track(row: Mapping[str, Any], uri: str | None) -> dict[str, Any]:
    """Return a song as a track."""
    artists = [name.strip() for name in (row.get("artist") or "").split(";") if name.strip()]
    return {
        "id": _id(row, uri),
        "name": row.get("title"),
        "artists": [{"name": name} for name in artists],
        "album": {"name": row.get("album")},
        "duration_ms": _value(row, "duration_ms"),
        "popularity": _value(row, "popularity"),
        "explicit": None if row.get("explicit") is None else bool(row["explicit"]),
        "type": "track",
        "uri": uri,
    }


def _features(row: Mapping[str, Any], uri: str | None) -> dict[str, Any]:
    """Return a song as an audio-features object."""
    found = {name: _value(row, name) for name in FEATURES}
    found["key"] = -1 if found["key"] is None else found["key"]
    return {
        **{name: found[name] for name in FEATURES if name != "time_signature"},
        "type": "audio_features",
        "id": _id(row, uri),
        "uri": uri,
        "track_href": uri,
        "analysis_url": None,
        "duration_ms": _value(row, "duration_ms"),
        "time_signature": found["time_signature"],
    }


def _value(row: Mapping[str, Any], name: str) -> float | int | None:
    """Return a number as Spotify writes it; None where it is missing or no number."""
    value = row.get(name)
    if not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return round(value) if name in _WHOLE else value


def _table(tracks: pl.DataFrame, uris: list[str | None]) -> str:
    """Return the songs as the CSV of an exported playlist."""
    known = {name: header for name, header in _COLUMNS.items() if name in tracks.columns}
    where = pl.Series("Track URI", uris, dtype=pl.String)
    return csv_text(tracks.select(where, *(pl.col(n).alias(h) for n, h in known.items())))
