"""Parts of a record by name, None where a run has no such part.

A report is drawn of whatever a run holds: a collection without genres, a clustering without
doubt, an old run folder. Every chart asks here and leaves itself out if its part is missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from songscape.view._text import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from songscape.core.record import Record

NOISE = "in no cluster"


def evidence(record: Record, name: str, *columns: str) -> pl.DataFrame | None:
    """Return a table of the evidence if it is there, has rows and these columns."""
    table = record.evidence.get(name)
    if table is None or table.is_empty() or not set(columns) <= set(table.columns):
        return None
    return table


def numbers(frame: pl.DataFrame, name: str) -> NDArray[np.float64]:
    """Return a column as floats; what is missing or absent is NaN."""
    if name not in frame.columns:
        return np.full(frame.height, np.nan)
    return frame[name].cast(pl.Float64).fill_null(float("nan")).to_numpy()


def clusters(record: Record) -> NDArray[np.int32]:
    """Return the cluster of every song; without any, all are cluster 0."""
    if "cluster" not in record.tracks.columns:
        return np.zeros(record.tracks.height, dtype=np.int32)
    return record.tracks["cluster"].fill_null(-1).cast(pl.Int32).to_numpy()


def divided(record: Record) -> bool:
    """Tell whether the songs are divided at all: one group without noise, or none, is no division.

    It would come out again every time, which says nothing.
    """
    return len(np.unique(clusters(record))) > 1


def cluster_names(record: Record) -> dict[int, str]:
    """Return the name of every cluster by number; without one, "cluster 3"."""
    present = np.unique(clusters(record))
    found = {int(cluster): f"cluster {cluster}" for cluster in present if cluster >= 0}
    if {"cluster", "name"} <= set(record.clusters.columns):
        rows = record.clusters.select("cluster", "name").drop_nulls().iter_rows()
        found |= {int(cluster): shown(name, 80) for cluster, name in rows if cluster >= 0}
    return found


def song(row: Mapping[str, Any], most: int = 80) -> dict[str, str]:
    """Return a song's title and artist, clean and short; one without a title goes by its id."""
    title = shown(row.get("title"), most) or shown(row.get("id"), most)
    return {"title": title, "artist": shown(row.get("artist"), most).replace(";", ", ")}


def features(record: Record) -> list[str]:
    """Return the numeric features of the tracks that were used, in their order.

    Preparing may rename or split a column (key into a circular pair), so the columns of the source
    come from the evidence, and the run's own list stands in where there is none.
    """
    schema = record.tracks.schema
    table = evidence(record, "columns", "name", "role", "used")
    wanted = [str(name) for name in record.run.get("features") or ()]
    if table is not None:
        used = table.filter((pl.col("role") == "feature") & pl.col("used"))
        wanted = [str(name) for name in used["name"]] or wanted
    return [name for name in wanted if name in schema and schema[name].is_numeric()]


def units(record: Record) -> dict[str, str]:
    """Return the unit of every column that has one."""
    table = evidence(record, "columns", "name", "unit")
    if table is None:
        return {}
    rows = table.select("name", "unit").iter_rows()
    return {str(name): shown(unit, 20) for name, unit in rows if unit}


def positions(record: Record) -> NDArray[np.float64] | None:
    """Return the map coordinates x, y of every song, shape (n, 2), if there are any."""
    return _pair(record, "x", "y")


def places(record: Record) -> NDArray[np.float64] | None:
    """Return longitude and latitude of every song in degrees, shape (n, 2), if there are any."""
    return _pair(record, "longitude", "latitude")


def _pair(record: Record, first: str, second: str) -> NDArray[np.float64] | None:
    """Return two columns of the tracks side by side, if any song has both."""
    pair = np.column_stack([numbers(record.tracks, name) for name in (first, second)])
    return pair if np.isfinite(pair).all(axis=1).any() else None
