"""Where the genres went: cluster by genre counts with lift, and genres merged or split.

``share`` is the part of a cluster's labelled songs that carries the genre; ``lift`` is that share
divided by the genre's share of the whole collection: 1 is what chance gives, 3 means three times as
common here as elsewhere (Brin, Motwani & Silverstein 1997, "Beyond market baskets"). A song with
several labels counts once under each, so the shares of a cluster may sum to more than 1.

A genre's *home* is the cluster that holds most of it. A genre is "kept together" if at least half
of its songs are at home, else "split"; songs in no cluster are not at home. A cluster that is home
to two or more kept genres merges them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

KEPT = 0.5
_SCHEMA = {
    "cluster": pl.Int32,
    "genre": pl.String,
    "songs": pl.UInt32,
    "share": pl.Float64,
    "lift": pl.Float64,
    "rank": pl.UInt32,
}


def cluster_genres(genre: pl.Series, labels: NDArray[np.int32]) -> pl.DataFrame:
    """Count the genres of every cluster.

    Parameters
    ----------
    genre : labels of every song, shape (n,): text, or a list of texts; null is unlabelled.
    labels : cluster of every song, shape (n,); noise, -1, is counted as a row of its own.

    Returns
    -------
    frame with ``cluster, genre, songs, share, lift, rank``, sorted by cluster and rank; rank 1 has
    the most songs, ties go by lift, then by name.

    Examples
    --------
    >>> import numpy as np
    >>> genre = pl.Series(["rock", "rock", "jazz", "jazz"])
    >>> cluster_genres(genre, np.array([0, 0, 0, 1], dtype=np.int32)).rows()[0]
    (0, 'rock', 2, 0.6666666666666666, 1.3333333333333333, 1)
    """
    pairs = _pairs(genre, labels)
    if pairs.is_empty():
        return pl.DataFrame(schema=_SCHEMA)
    labelled = pairs.select(pl.col("song").n_unique()).item()
    overall = pairs.group_by("genre").agg(overall=pl.len() / labelled)
    sizes = pairs.group_by("cluster").agg(size=pl.col("song").n_unique())
    counts = pairs.group_by("cluster", "genre").agg(songs=pl.len().cast(pl.UInt32))
    return (
        counts.join(sizes, on="cluster")
        .join(overall, on="genre")
        .with_columns(share=pl.col("songs") / pl.col("size"))
        .with_columns(lift=pl.col("share") / pl.col("overall"))
        .sort("cluster", "songs", "lift", "genre", descending=[False, True, True, False])
        .with_columns(rank=pl.int_range(1, pl.len() + 1, dtype=pl.UInt32).over("cluster"))
        .select(pl.col(name).cast(kind) for name, kind in _SCHEMA.items())
    )


def genre_homes(counts: pl.DataFrame) -> pl.DataFrame:
    """Say of every genre whether one cluster holds it together and with which others.

    Parameters
    ----------
    counts : what :func:`cluster_genres` returns.

    Returns
    -------
    frame with ``genre, songs, home, home_share, clusters, fate, together``, the largest genre
    first: `home` is the cluster with most of its songs, `home_share` the part of all of them
    there, `clusters` the effective number of clusters over which those in any lie (the inverse
    Simpson index 1/Σp²),
    `fate` is "alone" (kept, and no other kept genre lives there), "merged" or "split", and
    `together` names the genres it is merged with.
    """
    whole = counts.with_columns(whole=pl.col("songs").sum().over("genre"))
    inside = whole.filter(pl.col("cluster") >= 0)
    best = (
        inside.with_columns(part=pl.col("songs") / pl.col("songs").sum().over("genre"))
        .sort("part", "cluster", descending=[True, False])
        .group_by("genre", maintain_order=True)
        .agg(
            songs=pl.col("whole").first(),
            home=pl.col("cluster").first(),
            home_share=pl.col("songs").first() / pl.col("whole").first(),
            clusters=1 / (pl.col("part") ** 2).sum(),
        )
    )
    kept = best.filter(pl.col("home_share") >= KEPT).sort(
        "songs", "genre", descending=[True, False]
    )
    shared = kept.group_by("home").agg(there=pl.col("genre"))
    return (
        best.join(shared, on="home", how="left")
        .with_columns(
            together=pl.when(pl.col("home_share") >= KEPT)
            .then(pl.col("there").list.set_difference(pl.concat_list("genre")))
            .otherwise(pl.lit([], pl.List(pl.String)))
        )
        .with_columns(
            fate=pl.when(pl.col("home_share") < KEPT)
            .then(pl.lit("split"))
            .when(pl.col("together").list.len() > 0)
            .then(pl.lit("merged"))
            .otherwise(pl.lit("alone")),
            together=pl.col("together").list.sort().list.join(", "),
        )
        .sort("songs", "genre", descending=[True, False])
        .select("genre", "songs", "home", "home_share", "clusters", "fate", "together")
    )


def _pairs(genre: pl.Series, labels: NDArray[np.int32]) -> pl.DataFrame:
    """Return one row for each different label of each labelled song: ``song, cluster, genre``."""
    table = pl.DataFrame({"cluster": labels, "genre": genre}).with_row_index("song")
    if genre.dtype == pl.List:
        table = table.explode("genre")
    return (
        table.with_columns(pl.col("genre").cast(pl.String).str.strip_chars())
        .filter(pl.col("genre").is_not_null() & (pl.col("genre") != ""))
        .unique(maintain_order=True)
    )
