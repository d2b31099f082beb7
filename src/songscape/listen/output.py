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
from songscape.core.errors import RecipeError

if TYPE_CHECKING:
    from songscape.core.collection import Collection

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
FORMATS = (".csv", ".parquet", ".json")


def check_format(path: Path) -> None:
    """Raise unless songs can be written to such a file.

    Raises
    ------
    RecipeError
        If its ending is none of :data:`FORMATS`.
    """
    if path.suffix.lower() not in FORMATS:
        raise RecipeError(f"--out must end in {', '.join(FORMATS)}, not {path.name!r}.")


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
