"""Find rows that are the same song, and make one of them.

Sameness is a *leader* per row: the index of the first row it equals. A row that leads itself stays;
the others give their labels to their leader.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from songscape.clean._labels import GROUP
from songscape.core.collection import Collection, Column, Role
from songscape.core.wording import count

if TYPE_CHECKING:
    from collections.abc import Iterable

_ROW = "\x1frow"


def folded(text: pl.Expr) -> pl.Expr:
    """Return text as it is compared: compatible characters alike, no case, single spaces."""
    return (
        text.str.normalize("NFKC").str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars()
    )


def running_index(column: pl.Series) -> bool:
    """Tell whether a column merely counts the rows: whole numbers, each one more than the last.

    Examples
    --------
    >>> running_index(pl.Series([0, 1, 2])), running_index(pl.Series(["7", "9"]))
    (True, False)
    """
    if column.len() < 2 or not (column.dtype.is_integer() or column.dtype == pl.String):
        return False
    if column.head(2).cast(pl.Int64, strict=False).null_count():
        return False
    steps = column.cast(pl.Int64, strict=False).diff().slice(1)
    return bool(steps.null_count() == 0 and (steps == 1).all())


def leaders(frame: pl.DataFrame, names: Iterable[str], *, whole: bool = False) -> pl.Series:
    """Return for every row the index of the first row with the same values.

    Parameters
    ----------
    frame : the rows.
    names : the columns compared.
    whole : True leaves rows with a missing value to themselves; False lets missing equal missing.
    """
    keys = list(names)
    # Lists have no order to group by, their texts have.
    compared = [
        pl.col(name).list.join("\x1f") if frame.schema[name] == pl.List(pl.String) else pl.col(name)
        for name in keys
    ]
    row = pl.int_range(frame.height, eager=True)
    first = frame.select(*compared, row.alias(_ROW)).select(pl.col(_ROW).min().over(keys))[_ROW]
    if not whole:
        return first
    known = frame.select(pl.all_horizontal(pl.col(keys).is_not_null())).to_series()
    return first.zip_with(known, row)


def merged(collection: Collection, leader: pl.Series, why: str) -> Collection:
    """Keep the rows that lead, with the labels of those they lead.

    Parameters
    ----------
    collection : the songs.
    leader : for every row the index of the row it is merged into.
    why : what the history says.
    """
    stays = leader == pl.int_range(leader.len(), eager=True)
    if stays.all():
        return collection
    labels = _labels(collection, leader)
    kept = collection.keep(stays, why)
    if labels is None:
        return kept
    labels = labels.filter(stays)
    several = int((labels["genres"].list.len() > 1).sum())
    return _labelled(kept, labels, several) if several else kept


def _labelled(collection: Collection, labels: pl.DataFrame, several: int) -> Collection:
    """Write the labels of merged songs into `genre` and `genres`."""
    single, many = _genre_columns(collection)
    values = {many or "genres": labels["genres"]}
    if single:
        values[single] = labels["genre"]
    columns = {name: collection.columns.get(name, Column(Role.GENRE)) for name in values}
    why = f"`{many or 'genres'}` lists the labels of {count(several, 'song')} with several"
    frame = pl.DataFrame({name: series.alias(name) for name, series in values.items()})
    return collection.add(columns, frame, why)


def _genre_columns(collection: Collection) -> tuple[str, str]:
    """Return the column of single labels and the column of lists; empty where there is none."""
    schema = collection.frame.schema
    names = [name for name in collection.names(Role.GENRE) if name != GROUP]
    single = [name for name in names if schema[name] == pl.String]
    many = [name for name in names if schema[name] == pl.List(pl.String)]
    return (single or [""])[0], (many or [""])[0]


def _labels(collection: Collection, leader: pl.Series) -> pl.DataFrame | None:
    """Return `genre` and `genres` of every row's group, one row per row of the collection.

    The genre of a group is the one given most often, the first seen among equals; its genres stand
    in the order seen.
    """
    single, many = _genre_columns(collection)
    if not single and not many:
        return None
    given = _given(collection, leader, single, many)
    seen = given.group_by("leader", "genre", maintain_order=True).agg(
        pl.len().alias("times"), pl.col("row").first()
    )
    groups = seen.group_by("leader", maintain_order=True).agg(
        pl.col("genre").sort_by("times", "row", descending=[True, False]).first(),
        pl.col("genre").alias("genres"),
    )
    return (
        leader.alias("leader")
        .to_frame()
        .join(groups, on="leader", how="left", maintain_order="left")
    )


def _given(collection: Collection, leader: pl.Series, single: str, many: str) -> pl.DataFrame:
    """Return one row per label given: leader, genre, row; in the order of the table."""
    frame = collection.frame.select(pl.col(name) for name in (single, many) if name).with_columns(
        leader=leader, row=pl.int_range(pl.len())
    )
    parts = []
    if single:
        parts.append(frame.select("leader", pl.col(single).alias("genre"), "row"))
    if many:
        lists = frame.select("leader", pl.col(many).alias("genre"), "row")
        parts.append(lists.explode("genre"))
    return pl.concat(parts).drop_nulls("genre").sort("row", maintain_order=True)
