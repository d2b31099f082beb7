"""Find the frequent group whose songs sound most like those of a rare one.

Each group is the mean of its songs' standardised features, its centroid; the nearest is nearest by
the Euclidean distance of centroids. Standardising first is the point: on raw values the tempo, in
hundreds, decides alone over shares of 0 to 1, and bebop lands with whatever is equally fast.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from songscape.clean._features import measures, standardised
from songscape.core.collection import numbers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from songscape.core.collection import Collection


def nearest_groups(
    collection: Collection, groups: pl.Series, frequent: Iterable[str], rare: Iterable[str]
) -> dict[str, str]:
    """Return for each rare group the frequent one that sounds most like it.

    Parameters
    ----------
    collection : the songs.
    groups : the group of every song, null where it has none.
    frequent, rare : the names of the groups.

    Returns
    -------
    Rare name → frequent name; empty where there is nothing to choose from.
    """
    many, few = list(frequent), list(rare)
    names = measures(collection)
    if not many or not few or not names:
        return {}
    space = standardised(numbers(collection.frame, names))
    targets, sources = (_centroids(space, groups, chosen) for chosen in (many, few))
    distances = np.linalg.norm(sources[:, None, :] - targets[None, :, :], axis=2)
    return {name: many[at] for name, at in zip(few, distances.argmin(axis=1), strict=True)}


def _centroids(
    space: NDArray[np.float64], groups: pl.Series, names: list[str]
) -> NDArray[np.float64]:
    """Return the mean of the songs of each group, shape (groups, d)."""
    codes = groups.replace_strict(names, range(len(names)), default=-1, return_dtype=pl.Int64)
    member = codes.to_numpy()
    inside = member >= 0
    counts = np.bincount(member[inside], minlength=len(names))
    sums = [
        np.bincount(member[inside], weights=column[inside], minlength=len(names))
        for column in space.T
    ]
    centroids: NDArray[np.float64] = np.column_stack(sums) / np.maximum(counts, 1)[:, None]
    return centroids
