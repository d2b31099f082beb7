"""Songs as CSV with the names of beets' fields, to be joined by ``path``.

``grouping`` is the cluster's name. A text that a spreadsheet would run gets an apostrophe; bytes of
paths that are no UTF-8 are written in hexadecimal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from songscape.core.csv_text import csv_text
from songscape.export._songs import renamed

if TYPE_CHECKING:
    from songscape.core.record import Record

FIELDS = {
    "path": "path",
    "title": "title",
    "artist": "artist",
    "album": "album",
    "genre": "genre",
    "year": "year",
    "seconds": "length",
    "tempo": "bpm",
    "key_text": "initial_key",
    "cluster_name": "grouping",
}


@dataclass(frozen=True)
class Options:
    """There is nothing to choose."""


def export(record: Record, options: Options) -> dict[str, bytes]:
    """Return ``beets.csv``."""
    del options
    return {"beets.csv": csv_text(renamed(record, FIELDS)).encode()}
