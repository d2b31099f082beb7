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
    frame = pl.DataFrame({"id": keys}).with_row_index("row", offset=1)
    ids = frame.select(pl.col("id").fill_null(pl.format("row-{}", "row")))
    count = pl.col("id").cum_count().over("id")
    # Again, for keys that are themselves called "a~2".
    while ids["id"].is_duplicated().any():
        later = pl.when(count > 1).then(pl.format("{}~{}", "id", count)).otherwise("id")
        ids = ids.select(later.alias("id"))
    return ids["id"]


def row_numbers(count: int) -> pl.Series:
    """Return the numbers of the rows as text, from "1"."""
    return pl.int_range(1, count + 1, eager=True).cast(pl.String).alias("id")
