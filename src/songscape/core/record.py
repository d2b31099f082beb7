"""The run folder as a value.

A :class:`Record` holds everything a run found: what the report and the exports draw from, and what
``run.json`` promises to other programs. It is written whole or not at all and can be read back.

::

    recipe.toml       the recipe, fully resolved: running it again gives the same labels
    run.json          the summary other programs read
    tracks.parquet    every song: id, texts, genre, features, cluster, doubt, map position
    scores.parquet    every curve: k, criterion, value, space fingerprint, seed
    clusters.csv      one row per cluster: size, name, traits, top genres
    evidence/         the tables behind the report, one Parquet file each
    model.skops       the fitted preparation and clustering (never a pickle)
    figures/ playlists/ report.html
"""

from __future__ import annotations

import io
import json
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from songscape.core.atomic import replacing_folder
from songscape.core.csv_text import csv_frame, csv_text
from songscape.core.errors import RecordError
from songscape.core.places import RUN, check_made, check_target

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SUMMARY = RUN.mark
CLUSTERS = "clusters.csv"
_CLUSTER_TEXTS = ("name", "named", "traits", "top_genres")


@dataclass(frozen=True, eq=False)
class Record:
    """Everything a run found.

    Parameters
    ----------
    recipe : the resolved recipe as TOML text.
    run : the summary that becomes ``run.json``.
    tracks, scores, clusters : the three main tables.
    evidence : the tables behind the report by name.
    files : further files by their path inside the folder, as ``report.html``.
    """

    recipe: str
    run: Mapping[str, Any]
    tracks: pl.DataFrame
    scores: pl.DataFrame
    clusters: pl.DataFrame
    evidence: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)


def write(record: Record, folder: Path) -> None:
    """Write a run folder under a temporary name, then rename it.

    Raises
    ------
    RecordError
        If `folder` exists and is not an earlier run, which would be replaced.
    """
    check_target(folder, RUN)
    with replacing_folder(folder) as temporary:
        for name, content in _contents(record).items():
            target = temporary / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)


def read(folder: Path) -> Record:
    """Read a run folder back, without its further files.

    Raises
    ------
    RecordError
        If the folder is missing, is no run, or is damaged.
    """
    check_made(folder, RUN)
    try:
        return _checked(
            recipe=(folder / "recipe.toml").read_text("utf-8"),
            run=json.loads((folder / SUMMARY).read_text("utf-8")),
            tracks=pl.read_parquet(folder / "tracks.parquet"),
            scores=pl.read_parquet(folder / "scores.parquet"),
            clusters=read_clusters(folder),
            evidence={
                file.stem: pl.read_parquet(file)
                for file in sorted((folder / "evidence").glob("*.parquet"))
            },
        )
    except (OSError, ValueError, pl.exceptions.PolarsError) as error:
        raise RecordError(f"{folder} is a damaged run: {error}; map the songs anew.") from error


def read_clusters(folder: Path) -> pl.DataFrame:
    """Return the clusters of a run as they are called now; a name of digits stays a text."""
    return csv_frame((folder / CLUSTERS).read_bytes().decode(), _CLUSTER_TEXTS)


def _checked(**parts: Any) -> Record:
    """Return a record whose parts are what every reader counts on.

    Raises
    ------
    ValueError
        If one is not.
    """
    record = Record(**parts)
    tomllib.loads(record.recipe)
    if not isinstance(record.run, dict):
        raise ValueError(f"{SUMMARY} holds no object")  # noqa: TRY004 - of the file, not the caller
    for name, table in (("tracks.parquet", record.tracks), (CLUSTERS, record.clusters)):
        if "cluster" not in table.columns:
            raise ValueError(f"{name} has no column cluster")
    return record


def summary_text(run: Mapping[str, Any]) -> str:
    """Return a summary as JSON text for other programs, as ``run.json`` holds it."""
    return json.dumps(run, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def parquet_bytes(table: pl.DataFrame) -> bytes:
    """Return a table as Parquet bytes."""
    buffer = io.BytesIO()
    table.write_parquet(buffer)
    return buffer.getvalue()


def _contents(record: Record) -> dict[str, bytes]:
    """Return every file of the folder; the summary comes last, as its presence says all is well."""
    tables = {"tracks": record.tracks, "scores": record.scores} | {
        f"evidence/{name}": table for name, table in record.evidence.items()
    }
    return {
        "recipe.toml": record.recipe.encode(),
        **{f"{name}.parquet": parquet_bytes(table) for name, table in tables.items()},
        CLUSTERS: csv_text(record.clusters).encode(),
        **record.files,
        SUMMARY: summary_text(record.run).encode(),
    }
