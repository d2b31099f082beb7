"""Tracks and clusters as CSV, for spreadsheets and other programs.

``tracks.csv`` holds every song with its cluster, doubt and map position; ``clusters.csv`` one row
per cluster. Texts that a spreadsheet would run as a formula get a leading apostrophe
(:mod:`songscape.core.csv_text`); numbers are untouched.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from songscape.core.csv_text import csv_text
from songscape.core.options import option

if TYPE_CHECKING:
    from songscape.core.record import Record


@dataclass(frozen=True)
class Options:
    """How the tables are written."""

    raw: bool = option(
        default=False, says="leave texts as they are, without the guard against formulas"
    )


def export(record: Record, options: Options) -> dict[str, bytes]:
    """Return ``tracks.csv`` and ``clusters.csv`` as UTF-8 by file name."""
    tables = {"tracks.csv": record.tracks, "clusters.csv": record.clusters}
    return {name: csv_text(table, raw=options.raw).encode() for name, table in tables.items()}
