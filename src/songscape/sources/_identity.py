"""The name of every song in a collection.

A table's own key names the song where it is unique. Tables list a song again under another genre or
playlist; the first keeps the key, later ones get ``~2``, ``~3`` …, so that every row can be named
and the key column still tells which rows are the same song. Without a key, songs are named by the
number of their row.
"""

from __future__ import annotations

import polars as pl


def ids_of(keys: pl.Series) -> pl.Series:
    """Return a unique text for every row.

    Parameters
    ----------
    keys : text, missing and repeated values allowed.

    Examples
    --------
    >>> ids_of(pl.Series(["a", "b", "a", None])).to_list()
    ['a', 'b', 'a~2', 'row-4']
    """
    frame = pl.DataFrame({"key": keys}).with_row_index("row", offset=1)
    named = pl.col("key").fill_null(pl.format("row-{}", "row"))
    frame = frame.with_columns(id=named)
    frame = frame.with_columns(
        pl.when(pl.col("key").is_duplicated() & (_occurrence("id") > 1))
        .then(pl.format("{}~{}", "id", _occurrence("id")))
        .otherwise("id")
        .alias("id")
    )
    return _apart(frame["id"])


def _occurrence(name: str) -> pl.Expr:
    """Count how often a value has occurred up to this row."""
    return pl.col(name).cum_count().over(name)


def _apart(ids: pl.Series) -> pl.Series:
    """Part ids that still meet, as a key that is itself called "a~2"."""
    while ids.is_duplicated().any():
        frame = pl.DataFrame({"id": ids})
        count = _occurrence("id")
        clash = pl.when(count > 1).then(pl.format("{}~{}", "id", count)).otherwise("id")
        ids = frame.select(clash.alias("id"))["id"]
    return ids


def row_numbers(count: int) -> pl.Series:
    """Return the numbers of the rows as text, from "1"."""
    return pl.int_range(1, count + 1, eager=True).cast(pl.String).alias("id")
