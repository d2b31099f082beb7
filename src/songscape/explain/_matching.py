"""Which song of one run is which of another.

By id where both runs took their songs from the same place, else by a service's key, the file, or
artist and title. The way that pairs most songs is taken. Ids that are only numbers of rows pair
strangers, which shows in their titles: a way under which titles differ is not taken.
"""

from __future__ import annotations

import polars as pl

WAYS = (("id",), ("track_id",), ("isrc",), ("file",), ("artist", "title"))
"""Columns that name a song, in the order they are believed."""

TITLES_ALIKE = 0.9
"""Share of pairs whose titles must be alike where both runs have titles."""


def matched(first: pl.DataFrame, second: pl.DataFrame) -> tuple[str, pl.DataFrame]:
    """Return how songs were paired, and the rows of both runs that are the same song.

    Parameters
    ----------
    first, second : the tracks of two runs.

    Returns
    -------
    name of the way, "none" if nothing pairs, and a frame with ``first, second``: row numbers. A
    song that a way names twice in either run is left out.
    """
    best, name = pl.DataFrame(schema={"first": pl.UInt32, "second": pl.UInt32}), "none"
    for way in WAYS:
        if not set(way) <= set(first.columns) & set(second.columns):
            continue
        pairs = _keyed(first, way, "first").join(_keyed(second, way, "second"), on="key")
        pairs = pairs.select("first", "second").sort("first")
        if pairs.height > best.height and _titles_alike(first, second, pairs):
            best, name = pairs, " and ".join(way)
    return name, best


def _keyed(tracks: pl.DataFrame, way: tuple[str, ...], row: str) -> pl.DataFrame:
    """Return key and row number of every song that a way names once."""
    parts = [_folded(tracks, name) for name in way]
    table = tracks.select(pl.concat_str(parts, separator="\x1f").alias("key")).with_row_index(row)
    return table.drop_nulls("key").filter(pl.col("key").is_unique())


def _folded(tracks: pl.DataFrame, name: str) -> pl.Expr:
    """Return a column as text, names without regard to case and spacing."""
    if tracks.schema[name] == pl.Binary:
        return pl.col(name).bin.encode("hex")
    text = pl.col(name).cast(pl.String)
    if name not in ("artist", "title"):
        return text
    return text.str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars().replace("", None)


def _titles_alike(first: pl.DataFrame, second: pl.DataFrame, pairs: pl.DataFrame) -> bool:
    """Tell whether paired songs have the same titles, as far as both have any."""
    if "title" not in first.columns or "title" not in second.columns:
        return True
    one, other = (
        tracks.select(_folded(tracks, "title").alias("title"))["title"][pairs[side]]
        for tracks, side in ((first, "first"), (second, "second"))
    )
    same = (one == other).drop_nulls()
    return same.is_empty() or float(same.sum()) >= TITLES_ALIKE * same.len()
