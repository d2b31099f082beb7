"""Different songs and how much each counts: what a weight means to methods that compare songs.

A song of weight w is w equal songs. Equal songs are merged first, so that a table and the shorter
one with weights are the same to a method, whole numbers or not. A song of weight zero is not there
for the others; where it belongs is said afterwards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from sklearn.neighbors import NearestNeighbors

from songscape.cluster._songs import merge
from songscape.core.errors import DegenerateDataError
from songscape.core.guard import check_matrix

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]


class Counted(NamedTuple):
    """Songs that differ and count.

    Attributes
    ----------
    points : float64 array of shape (m, d), no two rows equal.
    weights : float64 array of shape (m,), more than zero.
    group : int array of shape (n,), which of them each song is; -1 for a song that does not count.
    """

    points: Floats
    weights: Floats
    group: Indices


def counted(points: Floats, weights: Floats, k: int = 1) -> Counted:
    """Merge equal songs and add up what they count.

    Parameters
    ----------
    points : float64 array of shape (n, d).
    weights : float64 array of shape (n,), zero or more.
    k : how many clusters are asked for.

    Raises
    ------
    DegenerateDataError
        If the songs that count do not allow to group them.

    Examples
    --------
    >>> counted(np.array([[1.0], [2.0], [1.0], [3.0]]), np.array([1.0, 2.0, 1.5, 0.0]))[1:]
    (array([2.5, 2. ]), array([ 0,  1,  0, -1]))
    """
    first, group = merge(points)
    mass = np.bincount(group, weights).astype(np.float64)
    counts = mass > 0
    check_matrix(points[first[counts]], k)
    number = np.where(counts, np.cumsum(counts) - 1, -1)
    return Counted(points[first[counts]], mass[counts], number[group])


def places(chosen: Indices, n: int) -> Indices:
    """Return the place of each of n songs among those chosen; -1 for the others.

    >>> places(np.array([1, 2]), 4).tolist()
    [-1, 0, 1, -1]
    """
    found = np.full(n, -1)
    found[chosen] = np.arange(len(chosen))
    return found


def nearest_home(homes: Floats, group: Indices, points: Floats) -> Indices:
    """Return the group of every song, for those without one that of the nearest home.

    Parameters
    ----------
    homes : float64 array of shape (m, d), one song of each group.
    group : int array of shape (n,), in -1 … m - 1.
    points : float64 array of shape (n, d).
    """
    found, lost = group.copy(), group < 0
    if lost.any():
        near = NearestNeighbors(n_neighbors=1).fit(homes)
        found[lost] = near.kneighbors(points[lost], return_distance=False)[:, 0]
    return found


def nearest_until(
    songs: Counted, mass: float, rows: Indices | None = None
) -> tuple[Floats, Indices, Floats]:
    """Look up the nearest songs of each until they count a mass together, or there are no more.

    Parameters
    ----------
    songs : the songs.
    mass : how much to find at least.
    rows : the songs whose neighbours are looked up, themselves among them; None for all songs, each
        without itself.

    Returns
    -------
    Distances, numbers of the songs, and what they and all nearer ones count, each of shape (r, c).
    """
    near = NearestNeighbors().fit(songs.points)
    queries = None if rows is None else songs.points[rows]
    most = len(songs.points) - (rows is None)
    count = int(min(max(np.ceil(mass), 1), most))
    while True:
        distances, found = near.kneighbors(queries, count)
        sums = songs.weights[found].cumsum(axis=1)
        if count == most or (sums[:, -1] >= mass).all():
            return distances, found, sums
        count = min(2 * count, most)


def repeated(weights: Floats, needs: str) -> Indices:
    """Return the number of each song as often as it counts, for a method that takes no weights.

    Parameters
    ----------
    weights : float64 array of shape (n,), zero or more.
    needs : the method, for the error.

    Raises
    ------
    DegenerateDataError
        If a weight is not a whole number.
    """
    if (weights != np.round(weights)).any():
        raise DegenerateDataError(
            f"{needs} counts songs, so each weight must be a whole number: how often the song is "
            "there."
        )
    return np.repeat(np.arange(len(weights)), weights.astype(np.int64))
