"""Labels as they are compared: "Hip-Hop", "hip hop" and "hip_hop" are one.

A label's *key* is its text in small letters, compatible characters alike, with hyphens, slashes and
underscores as spaces. Lists of labels may come as lists or as the text of one, as in
``['Punk', 'Rock']`` or ``[25, 12]``.
"""

from __future__ import annotations

import re
import unicodedata

import polars as pl

from songscape.core.collection import Collection, Role

GROUP = "genre_group"
_SEPARATORS = re.compile(r"[\s\-_/‐‑–—]+")


def label_key(label: str) -> str:
    """Return a label as it is compared.

    Examples
    --------
    >>> label_key("Hip-Hop"), label_key("Old-Time / Historic")
    ('hip hop', 'old time historic')
    """
    return _SEPARATORS.sub(" ", unicodedata.normalize("NFKC", label).lower()).strip()


def labels_of(collection: Collection) -> pl.DataFrame:
    """Return one row per label of every song: `row`, `genre`, in the order given.

    The single label of a song comes before its list; a label given in both counts once.
    """
    parts = [
        pl.select(row=pl.int_range(len(collection)), genre=_as_list(collection, name))
        for name in genre_columns(collection)
    ]
    if not parts:
        return pl.DataFrame(schema={"row": pl.Int64, "genre": pl.String})
    every = pl.concat([part.explode("genre") for part in parts]).drop_nulls("genre")
    return every.unique(maintain_order=True).sort("row", maintain_order=True)


def main_labels(collection: Collection) -> pl.Series:
    """Return the label each song is counted under: its single one, else the first of its list."""
    columns = genre_columns(collection)
    firsts = [_as_list(collection, name).list.first().alias(name) for name in columns]
    if not firsts:
        return pl.Series("genre", [None] * len(collection), dtype=pl.String)
    return pl.select(pl.coalesce(firsts).alias("genre")).to_series()


def genre_columns(collection: Collection) -> list[str]:
    """Return the columns of labels people gave, single labels before lists."""
    schema = collection.frame.schema
    names = [name for name in collection.names(Role.GENRE) if name != GROUP]
    usable = [name for name in names if schema[name] in (pl.String, pl.List(pl.String))]
    return sorted(usable, key=lambda name: schema[name] != pl.String)


def _as_list(collection: Collection, name: str) -> pl.Series:
    """Return a column of labels as lists; the text of a list is taken apart."""
    series = collection.frame[name]
    if series.dtype == pl.List(pl.String):
        return series
    text = pl.col(name).str.strip_chars()
    listed = text.str.contains(r"^\[.*\]$")
    items = text.str.extract_all(r"'[^']*'|\"[^\"]*\"|[^\s,\[\]'\"][^,\[\]'\"]*")
    stripped = items.list.eval(pl.element().str.strip_chars(" '\""))
    single = pl.concat_list(pl.col(name))
    chosen = pl.when(listed).then(stripped).when(pl.col(name).is_not_null()).then(single)
    return series.to_frame().select(chosen.alias(name))[name]


def counted(labels: pl.Series) -> pl.DataFrame:
    """Return `genre` and `songs`, most frequent first, equal ones by name."""
    return (
        labels.alias("genre")
        .drop_nulls()
        .to_frame()
        .group_by("genre")
        .agg(pl.len().cast(pl.Int64).alias("songs"))
        .sort(["songs", "genre"], descending=[True, False])
    )
