"""Descriptors as a file: CSV, Parquet, or JSON in the shape of Spotify's ``audio_features``.

The JSON holds ``{"audio_features": [{...}, ...]}`` with the keys and types of that answer, so that
programs written for it read ours. What they call ``id`` is the song's fingerprint in 22 letters and
digits; ``uri`` and ``track_href`` are the file's own URI; ``analysis_url`` is null. A key that was
not found is -1, as there; any other value that is not known is null.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from songscape.core.atomic import replacing_file, write_text
from songscape.core.csv_text import csv_text
from songscape.core.places import DESCRIPTIONS, check_file
from songscape.library import id_text, shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from songscape.core.collection import Collection
    from songscape.library import Song

MEASURED = (
    "danceability",
    "energy",
    "key",
    "loudness",
    "mode",
    "speechiness",
    "acousticness",
    "instrumentalness",
    "liveness",
    "valence",
    "tempo",
)
_WHOLE = ("key", "mode", "duration_ms", "time_signature")


def check_format(path: Path) -> None:
    """Raise unless a table can be written to such a file.

    Raises
    ------
    RecipeError
        If its ending is none of :data:`~songscape.core.places.DESCRIPTIONS`.
    InputError
        If there is a folder in its place, or none to put it in.
    """
    check_file(path, DESCRIPTIONS)


def write(songs: Collection, path: Path) -> None:
    """Write songs in the format the file's ending names, whole or not at all."""
    check_format(path)
    suffix = path.suffix.lower()
    if suffix == ".csv":
        write_text(path, csv_text(songs.frame))
    elif suffix == ".json":
        answer = {"audio_features": audio_features(songs)}
        write_text(path, json.dumps(answer, indent=2, allow_nan=False) + "\n")
    else:
        with replacing_file(path) as temporary:
            songs.frame.write_parquet(temporary)


def write_timeline(songs: Sequence[Song], path: Path) -> None:
    """Write what songs are like over time, as CSV or Parquet one row per stretch, else as JSON.

    Parameters
    ----------
    songs : as a library yields them; what is not described is left out.
    path : its ending chooses the format. JSON also holds the moments: beats and changes.
    """
    check_format(path)
    told = [_timeline(song) for song in songs if song.values]
    if path.suffix.lower() == ".json":
        write_text(path, json.dumps({"songs": told}, indent=1, allow_nan=False) + "\n")
        return
    frame = _stretches(told)
    if path.suffix.lower() == ".csv":
        write_text(path, csv_text(frame))
    else:
        with replacing_file(path) as temporary:
            frame.write_parquet(temporary)


def _timeline(song: Song) -> dict[str, Any]:
    """Return the moments and stretches of a song; one without a change is one stretch."""
    timeline = song.values.timeline if song.values else {}
    return {
        "id": id_text(song.fingerprint),
        "title": song.tags.get("title"),
        "path": shown(song.path),
        "moments": timeline.get("moments", {}),
        "segments": timeline.get("segments", []),
    }


def _stretches(told: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Return one row per stretch: whose, which, from when to when in seconds, and its values."""
    import polars as pl

    rows = [
        {name: one[name] for name in ("id", "title", "path")}
        | {"segment": number, "start": stretch["start"], "end": stretch["end"]}
        | stretch["values"]
        for one in told
        for number, stretch in enumerate(one["segments"], 1)
    ]
    plain = dict.fromkeys(("id", "title", "path"), pl.String) | {"segment": pl.Int64}
    empty = plain | dict.fromkeys(("start", "end"), pl.Float64)
    if not rows:
        return pl.DataFrame(schema=empty)
    return pl.DataFrame(rows, infer_schema_length=None, schema_overrides=plain)


def audio_features(songs: Collection) -> list[dict[str, Any]]:
    """Return every song as an ``audio_features`` object."""
    return [_audio_features(row) for row in songs.frame.iter_rows(named=True)]


def _audio_features(row: dict[str, Any]) -> dict[str, Any]:
    """Return one song as an ``audio_features`` object, its keys in Spotify's order."""
    uri = Path(os.fsdecode(row["path"])).as_uri()
    whole = {name: None if row.get(name) is None else round(row[name]) for name in _WHOLE}
    measured = {name: row.get(name) for name in MEASURED} | whole
    measured["key"] = -1 if whole["key"] is None else whole["key"]
    return {
        **{name: measured[name] for name in MEASURED},
        "type": "audio_features",
        "id": row["id"],
        "uri": uri,
        "track_href": uri,
        "analysis_url": None,
        "duration_ms": measured["duration_ms"],
        "time_signature": measured["time_signature"],
    }
