"""Give a cluster another name."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import polars as pl

from songscape.core.atomic import write_text
from songscape.core.csv_text import csv_text
from songscape.core.errors import InputError

if TYPE_CHECKING:
    from songscape.use.opened import Opened

LONGEST = 80
FILE = "clusters.csv"


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
    text = " ".join(name.split(" ")).strip()
    if len(text) > LONGEST or any(unicodedata.category(letter)[0] == "C" for letter in text):
        raise InputError(f"A cluster's name has at most {LONGEST} letters and no line breaks.")
    before = run.record.clusters
    own = before["named"] if "named" in before.columns else before["name"]
    first = dict(zip(before["cluster"], own, strict=True))
    names = {**run.names, cluster: text or str(first[cluster])}
    after = before.with_columns(
        pl.Series("name", [names[number] for number in before["cluster"]]), own.alias("named")
    )
    write_text(run.folder / FILE, csv_text(after))
    run.names.update(names)
    return names[cluster]
