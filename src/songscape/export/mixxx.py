"""Songs as CSV with the headers of Mixxx's own exports.

``Grouping`` is the cluster's name, ``Key`` as musicians write it (Am). A text that a spreadsheet
would run gets an apostrophe; bytes of paths that are no UTF-8 are written in hexadecimal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from songscape.core.csv_text import csv_text
from songscape.export._songs import renamed

if TYPE_CHECKING:
    from songscape.core.record import Record

FIELDS = {
    "artist": "Artist",
    "title": "Title",
    "album": "Album",
    "genre": "Genre",
    "year": "Year",
    "seconds": "Duration",
    "tempo": "BPM",
    "key_text": "Key",
    "cluster_name": "Grouping",
    "path": "Location",
}


@dataclass(frozen=True)
class Options:
    """There is nothing to choose."""


def export(record: Record, options: Options) -> dict[str, bytes]:
    """Return ``mixxx.csv``."""
    del options
    return {"mixxx.csv": csv_text(renamed(record, FIELDS)).encode()}
