"""Songs to hear: the most typical ones of every cluster, and those on its border.

*Central* songs lie nearest to the middle of their cluster in the space that was clustered; they
show what the cluster is. *Borderline* songs have the smallest margin (how much nearer their own
cluster is than the next one, 0..1); they show where it ends. No artist appears twice among the
central songs as long as there are others, since one artist's album would otherwise pass for a
genre (Flexer & Schnitzer 2010, "Effects of album and artist filters in audio similarity computed
for very large music databases").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray

TEXTS = ("id", "title", "artist", "genre")
NUMBERS = ("membership", "margin")


def centre_distances(matrix: NDArray[np.float64], labels: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return the Euclidean distance of every song from the mean of its cluster.

    Parameters
    ----------
    matrix : the space that was clustered, shape (n, d).
    labels : shape (n,); songs of -1, noise, get NaN.

    >>> centre_distances(np.array([[0.0], [2.0], [9.0]]), np.array([0, 0, -1], dtype=np.int32))
    array([ 1.,  1., nan])
    """
    result = np.full(len(matrix), np.nan)
    for cluster in np.unique(labels[labels >= 0]):
        inside = labels == cluster
        result[inside] = np.linalg.norm(matrix[inside] - matrix[inside].mean(axis=0), axis=1)
    return result


def prototypes(
    tracks: pl.DataFrame, distance: NDArray[np.float64], central: int = 10, borderline: int = 5
) -> pl.DataFrame:
    """List the central and the borderline songs of every cluster.

    Parameters
    ----------
    tracks : frame with ``id`` and ``cluster`` and, where known, ``title, artist, genre,
        membership, margin``.
    distance : distance of every song from the centre of its cluster, shape (n,); see
        :func:`centre_distances`.
    central, borderline : how many songs of each kind.

    Returns
    -------
    frame with ``cluster, kind, rank, id, title, artist, genre, membership, margin``; `kind` is
    "central" or "borderline", `rank` counts from 1. A song is never of both kinds, and where no
    margin is known there are no borderline songs. Lists of genres become one text.
    """
    table = _with_columns(tracks).with_columns(
        pl.Series("distance", distance), pl.Series("row", np.arange(tracks.height))
    )
    parts = []
    for cluster in sorted(table["cluster"].drop_nulls().unique().to_list()):
        if cluster < 0:
            continue
        group = table.filter(pl.col("cluster") == cluster)
        first = _one_per_artist(group.sort("distance", "row", nulls_last=True), central)
        edge = group.filter(~pl.col("row").is_in(first["row"].to_list())).drop_nulls("margin")
        parts += [_ranked(first, "central"), _ranked(edge.sort("margin", "row"), "borderline")]
        parts[-1] = parts[-1].head(borderline)
    return pl.concat(parts) if parts else _ranked(table.head(0), "central")


def _with_columns(tracks: pl.DataFrame) -> pl.DataFrame:
    """Return the tracks with every column of the result; what is not known is null."""
    texts = [
        (_as_text(tracks, name) if name in tracks.columns else pl.lit(None, pl.String)).alias(name)
        for name in TEXTS
    ]
    numbers = [
        (pl.col(name).cast(pl.Float64).fill_nan(None) if name in tracks.columns else pl.lit(None))
        .cast(pl.Float64)
        .alias(name)
        for name in NUMBERS
    ]
    return tracks.select(pl.col("cluster").cast(pl.Int32), *texts, *numbers)


def _as_text(tracks: pl.DataFrame, name: str) -> pl.Expr:
    """Return a column as text; the labels of a list are joined by a semicolon."""
    column = pl.col(name)
    return column.list.join("; ") if tracks.schema[name] == pl.List else column.cast(pl.String)


def _one_per_artist(group: pl.DataFrame, count: int) -> pl.DataFrame:
    """Take the first `count` songs, each artist once; second songs only fill what is left."""
    seen: set[Any] = set()
    fresh: list[int] = []
    again: list[int] = []
    for index, artist in enumerate(group["artist"]):
        who = lead_artist(artist)
        (again if who and who in seen else fresh).append(index)
        seen.add(who)
        if len(fresh) == count:
            break
    return group[sorted((fresh + again)[:count])]


def lead_artist(artist: str | None) -> str:
    """Return the first of several artists, ready to compare.

    >>> lead_artist("Ingrid Michaelson;ZAYN"), lead_artist(None)
    ('ingrid michaelson', '')
    """
    return (artist or "").split(";")[0].strip().casefold()


def _ranked(songs: pl.DataFrame, kind: str) -> pl.DataFrame:
    """Return songs in the shape of the result."""
    return songs.select(
        "cluster",
        pl.lit(kind).alias("kind"),
        pl.int_range(1, pl.len() + 1, dtype=pl.Int32).alias("rank"),
        *TEXTS,
        *NUMBERS,
    )
