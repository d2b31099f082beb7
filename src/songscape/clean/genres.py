"""Group genre labels, so that a label means enough songs to say something about.

Catalogues name genres finely: of 149 labels in a playlist of 2,000 songs, 54 stand on one song.
Nothing can be learned from one song, and "canadian hip hop" and "north carolina hip hop" are both
hip hop. Three ways to group, applied in this order where several are asked for:

tree
    To the root of a tree of genres given as a table, as the Free Music Archive's.
rules
    By name: spellings, endings and beginnings over the labels present (see ``_rules``).
rare
    Groups still below ``minimum`` go to the frequent group that sounds most like them, by the
    distance of centroids of **standardised** features (see ``_nearest``). Groups made so have seen
    the features; agreement of clusters with them is flattered, so this is never the default.

What is below ``minimum`` afterwards becomes "other" (or is dropped, or kept). A mapping file goes
before everything. The result is the column ``genre_group``; ``genre`` stays as it was.

``auto`` takes ``rules`` where there are more than 30 labels and at least a quarter of them stands
on fewer than ``minimum`` songs, and otherwise nothing: 16 top genres or 114 of a thousand songs
each are already groups, and merging would only destroy what people said.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from songscape.clean._grouping import Grouping
from songscape.clean._labels import GROUP, counted, genre_columns, labels_of, main_labels
from songscape.clean._mapping import write_mapping
from songscape.core.collection import Collection, Column, Role
from songscape.core.errors import RecipeError
from songscape.core.findings import Finding, Severity
from songscape.core.options import option
from songscape.core.wording import count, listed

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Options", "clean", "examine", "mapping_table", "write_mapping"]

_MANY_LABELS = 30
_TAIL = 0.25


@dataclass(frozen=True)
class Options:
    """How labels are grouped."""

    how: tuple[str, ...] = option(
        ("auto",), "ways to group labels", choices=("none", "auto", "tree", "rules", "rare")
    )
    minimum: int = option(10, "how many songs a group must have", low=1)
    rest: str = option(
        "other", "what becomes of groups below the minimum", choices=("other", "drop", "keep")
    )
    tree: str = option("", "path of a table of genres: genre_id, parent, title")
    mapping: str = option("", "path of a CSV or TOML file that gives labels their group")


def examine(collection: Collection, options: Options) -> tuple[Finding, ...]:
    """Report labels with too few songs, and what grouping makes of them."""
    return tuple(_rare_findings(collection, options))


def clean(collection: Collection, options: Options) -> Collection:
    """Add `genre_group`; the history tells how many labels became how many groups."""
    ways = _ways(collection, options)
    if not ways and not options.mapping:
        return collection
    table = _grouped(collection, options, ways).table()
    groups = _groups_of_songs(collection, table).alias(GROUP)
    dropped = table.filter(pl.col("group").is_null())["genre"]
    known = collection.frame[GROUP] if GROUP in collection.frame.columns else None
    if known is not None and known.equals(groups) and not dropped.len():
        return collection
    column = {GROUP: Column(Role.GENRE)}
    collection = collection.add(column, groups.to_frame(), _told(table, ways))
    if not dropped.len():
        return collection
    labelled = main_labels(collection).is_null() | groups.is_not_null()
    return collection.keep(labelled, f"dropped genres of fewer than {options.minimum} songs")


def mapping_table(collection: Collection, options: Options) -> pl.DataFrame:
    """Return what becomes of every label.

    Returns
    -------
    One row per label, most frequent first: `genre`, `songs`, `group` (null where its songs are
    dropped) and `decided`: itself, mapping, tree, spelling, suffix, prefix, nearest or rest.
    """
    return _grouped(collection, options, _ways(collection, options)).table()


def _ways(collection: Collection, options: Options) -> tuple[str, ...]:
    """Return the ways asked for in the order they are applied; of auto, what it comes to.

    Raises
    ------
    RecipeError
        If "none" stands beside another way, or a tree is asked for and not given.
    """
    asked = set(options.how)
    if "none" in asked and len(asked) > 1:
        raise RecipeError("clean.genres.how names 'none' and another way; give one of them.")
    if "auto" in asked:
        asked |= {"rules"} if _has_long_tail(collection, options.minimum) else set()
        asked |= {"tree"} if options.tree else set()
    if "tree" in asked and not options.tree:
        raise RecipeError(
            "clean.genres.how=tree needs clean.genres.tree, the path of a table with the columns "
            "genre_id, parent and title."
        )
    return tuple(way for way in ("tree", "rules", "rare") if way in asked)


def _has_long_tail(collection: Collection, minimum: int) -> bool:
    """Tell whether there are many labels and a good part of them stands on few songs."""
    songs = _label_counts(collection)["songs"]
    few = int((songs < minimum).sum())
    return songs.len() > _MANY_LABELS and few >= _TAIL * songs.len()


def _label_counts(collection: Collection) -> pl.DataFrame:
    """Count the songs of each label.

    Where songs have a single label it counts; where they only have lists, every label of these.
    """
    if _has_single(collection):
        return counted(main_labels(collection))
    return counted(labels_of(collection)["genre"])


def _has_single(collection: Collection) -> bool:
    """Tell whether songs have a label of their own, not only a list."""
    columns = genre_columns(collection)
    return bool(columns) and collection.frame.schema[columns[0]] == pl.String


def _grouped(collection: Collection, options: Options, ways: tuple[str, ...]) -> Grouping:
    """Group the labels of a collection, one way after the other."""
    grouping = Grouping.start(_label_counts(collection))
    if options.mapping:
        grouping = grouping.by_mapping(Path(options.mapping))
    if "tree" in ways:
        grouping = grouping.by_tree(Path(options.tree))
    if "rules" in ways:
        grouping = grouping.by_rules(options.minimum)
    if "rare" in ways:
        songs = _groups_of_songs(collection, grouping.table())
        grouping = grouping.by_nearest(collection, songs, options.minimum)
    return grouping.with_rest(options.rest, options.minimum) if ways else grouping


def _groups_of_songs(collection: Collection, table: pl.DataFrame) -> pl.Series:
    """Return the group of every song: its label's, or the one most labels of its list belong to."""
    pairs = table.select("genre", "group")
    if _has_single(collection):
        labels = main_labels(collection).alias("genre").to_frame()
        return labels.join(pairs, on="genre", how="left", maintain_order="left")["group"]
    given = labels_of(collection).join(pairs, on="genre", how="left", maintain_order="left")
    votes = (
        given.with_row_index("seen")
        .drop_nulls("group")
        .group_by("row", "group", maintain_order=True)
        .agg(pl.len().alias("votes"), pl.col("seen").first())
        .sort(["row", "votes", "seen"], descending=[False, True, False])
        .unique("row", keep="first", maintain_order=True)
    )
    rows = pl.int_range(len(collection), eager=True).alias("row").to_frame()
    return rows.join(votes, on="row", how="left", maintain_order="left")["group"]


def _told(table: pl.DataFrame, ways: tuple[str, ...]) -> str:
    """Say how many labels became how many groups, and by what."""
    rest = table.filter(pl.col("decided") == "rest")
    groups = table["group"].drop_nulls().n_unique()
    line = f"grouped {count(table.height, 'genre')} into {groups:,} ({listed(ways) or 'mapping'})"
    if rest.height:
        became = "other" if rest["group"].null_count() == 0 else "dropped"
        line += f"; {count(rest.height, 'rare genre')} of {rest['songs'].sum():,} songs: {became}"
    return line


def _rare_findings(collection: Collection, options: Options) -> Iterator[Finding]:
    """Yield a finding for labels with fewer songs than the minimum."""
    table = _label_counts(collection)
    few = table.filter(pl.col("songs") < options.minimum)
    if not few.height:
        return
    single = int((few["songs"] == 1).sum())
    kept = int(table.filter(pl.col("songs") >= options.minimum)["songs"].sum())
    yield Finding(
        "rare-genre",
        listed(genre_columns(collection)[:1]),
        few.height,
        f"Of {count(table.height, 'genre')}, {few.height:,} have fewer than {options.minimum} "
        f"songs and {single:,} of these just one; {kept:,} songs are in the others.",
        _does(collection, options),
        "--set clean.genres.how=none, or how=rules, rare or a mapping",
        Severity.WARNING if _has_long_tail(collection, options.minimum) else Severity.NOTE,
        tuple(f"{genre} ({songs})" for genre, songs in few.tail(3).iter_rows()),
    )


def _does(collection: Collection, options: Options) -> str:
    """Say what grouping makes of the labels."""
    ways = _ways(collection, options)
    if not ways and not options.mapping:
        return "nothing"
    table = mapping_table(collection, options)
    groups = table["group"].drop_nulls().n_unique()
    return f"grouped into {groups:,} in `genre_group` ({listed(ways) or 'mapping'}); genre stays"
