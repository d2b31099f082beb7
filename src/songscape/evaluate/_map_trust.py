"""Map trust: how far a song's neighbours on the drawn map are its neighbours in sound.

A map of many dimensions on paper must tear some neighbours apart. For every song the nearest ones
in the space are looked up, and how many of them are among as many nearest on the map; the share is
the song's trust, 0..1 (the neighbourhood preservation of Venna & Kaski 2001, "Neighborhood
preservation in nonlinear projection methods", as a plain share). Chance gives the size of the
neighbourhood over the number of songs. The neighbourhood is a hundredth of the songs, within
10..100: what an eye takes for one place.

Up to MOST songs every song is looked up. Of more, so many are drawn and looked up among all, and
each other song takes the mean of the few looked-up ones nearest to it on the map.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sklearn.neighbors import NearestNeighbors

from songscape.core.seeds import generator
from songscape.evaluate._others import others

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from songscape.core.space import Space

MOST = 3_000
"""Songs whose neighbours are looked up."""

FEWEST_NEAR, MOST_NEAR = 10, 100
BORROWED = 5
"""Looked-up songs that a song which was not takes its trust from."""


@dataclass(frozen=True, eq=False)
class MapTrust:
    """How far a map can be trusted.

    Parameters
    ----------
    per_song : float64 array of shape (n,), 0..1.
    mean : mean over the songs looked up.
    near : size of the neighbourhood.
    looked_up : number of songs looked up.
    """

    per_song: NDArray[np.float64]
    mean: float
    near: int
    looked_up: int


def map_trust(space: Space, places: NDArray[np.float64], seed: int) -> MapTrust | None:
    """Return how far neighbours in the space are neighbours on the map.

    Parameters
    ----------
    space : the songs, n of them.
    places : their coordinates on the map, shape (n, 2 or 3), all finite.
    seed : draws the songs looked up where they are many.

    Returns
    -------
    None for fewer than three songs, which have no neighbourhoods.

    Examples
    --------
    >>> from songscape.core.space import Space
    >>> line = np.arange(30.0)[:, None]
    >>> map_trust(Space(line, ("a",)), np.hstack([line, -line]), 0).mean
    1.0
    """
    if space.n < 3:
        return None
    near = min(int(np.clip(space.n // 100, FEWEST_NEAR, MOST_NEAR)), space.n - 2)
    rows = _rows(space.n, seed)
    kept = _shared(_nearest(space.matrix, rows, near), _nearest(places, rows, near), space.n) / near
    per_song = _spread(kept, rows, places)
    return MapTrust(per_song, float(kept.mean()), near, len(rows))


def _rows(n: int, seed: int) -> NDArray[np.int64]:
    """Return the songs to look up: all, or MOST drawn by the seed."""
    if n <= MOST:
        return np.arange(n)
    return np.sort(generator(seed, "map_trust").choice(n, MOST, replace=False))


def _nearest(matrix: NDArray[np.float64], rows: NDArray[np.int64], near: int) -> NDArray[np.int64]:
    """Return the nearest other songs of some songs, shape (rows, near)."""
    tree = NearestNeighbors(n_neighbors=near + 1, algorithm="kd_tree").fit(matrix)
    return others(tree.kneighbors(matrix[rows])[1], rows)


def _shared(left: NDArray[np.int64], right: NDArray[np.int64], n: int) -> NDArray[np.float64]:
    """Count the songs each row of one table shares with the same row of the other."""
    row = np.arange(len(left))[:, None] * n
    shared = np.isin((left + row).ravel(), (right + row).ravel(), assume_unique=True)
    count: NDArray[np.float64] = shared.reshape(left.shape).sum(axis=1).astype(np.float64)
    return count


def _spread(
    kept: NDArray[np.float64], rows: NDArray[np.int64], places: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return a value for every song: its own, or that of its surroundings on the map."""
    if len(rows) == len(places):
        return kept
    tree = NearestNeighbors(n_neighbors=BORROWED, algorithm="kd_tree").fit(places[rows])
    values: NDArray[np.float64] = kept[tree.kneighbors(places)[1]].mean(axis=1)
    values[rows] = kept
    return values
