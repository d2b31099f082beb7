"""Give a cluster another name."""

from __future__ import annotations

import unicodedata
from threading import Lock
from typing import TYPE_CHECKING

import polars as pl

from songscape.core.atomic import write_text
from songscape.core.csv_text import csv_text
from songscape.core.errors import InputError
from songscape.core.record import CLUSTERS, read_clusters

if TYPE_CHECKING:
    from songscape.use.opened import Opened

LONGEST = 80
_RENAMING = Lock()


def rename(run: Opened, cluster: int, name: str) -> str:
    """Give a cluster another name in the run's ``clusters.csv``, and return it.

    The name the run gave stays in the column ``named``; an empty name brings it back. Playlists,
    tags and the explorer use the new name; the report stays as it was written.

    Parameters
    ----------
    run : the finished run; its names change with the file.
    cluster : number of the cluster.
    name : at most 80 characters on one line.

    Raises
    ------
    InputError
        If there is no such cluster, or the name is too long or has control characters.
    """
    if cluster not in run.names:
        raise InputError(f"There is no cluster {cluster} in {run.folder}.")
    text = name.strip()
    if len(text) > LONGEST or any(unicodedata.category(letter)[0] == "C" for letter in text):
        raise InputError(f"A cluster's name has at most {LONGEST} letters and no line breaks.")
    with _RENAMING:
        # Read anew: another explorer of this run may have named clusters since it was opened.
        before = read_clusters(run.folder)
        own = before["named"] if "named" in before.columns else before["name"]
        this = pl.col("cluster") == cluster
        after = before.with_columns(
            pl.when(this).then(pl.lit(text) if text else own).otherwise("name").alias("name"),
            own.alias("named"),
        )
        write_text(run.folder / CLUSTERS, csv_text(after))
        run.names.update(after.select("cluster", "name").iter_rows())
    return run.names[cluster]
