"""What was found, in tables a person can read: profiles, names, songs, genres, axes, components."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from songscape.core.collection import Role
from songscape.explain.axes import axes
from songscape.explain.genres import cluster_genres
from songscape.explain.names import names
from songscape.explain.profiles import profiles
from songscape.explain.prototypes import centre_distances, prototypes
from songscape.reduce.pca import Options as PcaOptions
from songscape.reduce.pca import make as make_pca

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from songscape.core.collection import Collection
    from songscape.core.space import Space

PLOTTED = 5_000
"""Songs in the biplot: more only overlap."""


def cluster_table(
    tracks: pl.DataFrame, profile: pl.DataFrame, genres: pl.DataFrame
) -> pl.DataFrame:
    """Return one row per cluster: size, share, name, traits, certainty, most frequent genres."""
    sizes = (
        tracks.filter(pl.col("cluster") >= 0)
        .group_by("cluster")
        .agg(
            size=pl.len(),
            membership_mean=pl.col("membership").mean(),
            stability=pl.col("stability").mean(),
        )
        .with_columns(share=pl.col("size") / tracks.height)
    )
    top = (
        genres.filter(pl.col("rank") <= 5)
        .sort("cluster", "rank")
        .group_by("cluster", maintain_order=True)
        .agg(top_genres=pl.col("genre").str.join(", "))
    )
    return (
        names(profile)
        .with_columns(pl.col("cluster").cast(pl.Int32))
        .join(sizes, on="cluster", how="right")
        .join(top.with_columns(pl.col("cluster").cast(pl.Int32)), on="cluster", how="left")
        .sort("cluster")
        .select(
            "cluster",
            "name",
            "size",
            "share",
            "membership_mean",
            "stability",
            "traits",
            "top_genres",
        )
    )


def profile_table(songs: Collection, labels: NDArray[np.int32]) -> pl.DataFrame:
    """Return how every cluster differs from the collection in every feature."""
    features = songs.names(Role.FEATURE)
    units = {name: songs.columns[name].unit for name in features}
    return profiles(songs.frame.select(features), labels, units)


def genre_table(songs: Collection, label: str | None, labels: NDArray[np.int32]) -> pl.DataFrame:
    """Return how many songs of every genre lie in every cluster; empty without genres."""
    genre = songs.frame[label] if label else pl.Series([None] * len(songs), dtype=pl.String)
    return cluster_genres(genre, labels)


def song_table(tracks: pl.DataFrame, space: Space) -> pl.DataFrame:
    """Return the most central and the borderline songs of every cluster."""
    return prototypes(tracks, centre_distances(space.matrix, tracks["cluster"].to_numpy()))


def axes_table(songs: Collection, positions: pl.DataFrame) -> pl.DataFrame:
    """Return which features grow along the axes of the map."""
    return axes(songs.frame.select(songs.names(Role.FEATURE)), positions)


def component_tables(
    features: Space, labels: NDArray[np.int32], seed: int
) -> dict[str, pl.DataFrame]:
    """Return the principal components of the prepared features: scree, loadings, positions."""
    analysis = make_pca(PcaOptions(k=min(features.n, features.d)), seed)
    scores = np.asarray(analysis.fit_transform(features.matrix))
    shown = np.random.default_rng(seed).permutation(features.n)[:PLOTTED]
    share = np.asarray(analysis.explained_variance_ratio_)
    second = min(1, share.size - 1)
    return {
        "scree": pl.DataFrame(
            {
                "component": np.arange(1, share.size + 1),
                "variance": share,
                "cumulative": share.cumsum(),
            }
        ),
        "loadings": pl.DataFrame(
            {
                "feature": features.names,
                "pc1": analysis.components_[0],
                "pc2": analysis.components_[second],
            }
        ),
        "pca": pl.DataFrame(
            {"pc1": scores[shown, 0], "pc2": scores[shown, second], "cluster": labels[shown]}
        ),
    }
