"""Neighbours: how much the songs next to a song are like it.

Two questions about the k nearest songs of a song in the space. Of a grouping: how many are in the
same cluster (the score; it is 1 for one cluster and falls as clusters get finer, so it must not
choose k). Of the space: does the majority of their labels give the song's own (k-NN accuracy)?

That accuracy flatters if an artist's other songs may be the neighbours: they sound alike for
reasons other than genre (same studio, same voice), and a collection has whole albums. Flexer &
Schnitzer (2010, "Effects of album and artist filters in audio similarity computed for very large
music databases") saw 71 % fall to 27 %. With groups given, neighbours never share the song's group.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.neighbors import NearestNeighbors

from songscape.core.seeds import generator
from songscape.evaluate._defined import UNDEFINED
from songscape.evaluate.agreement import has_label

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from songscape.core.fit import Fit
    from songscape.core.space import Space

BETTER = "never"
WHY_NEVER = "one cluster holds all neighbours, so its best k is the smallest offered"
NEEDS: tuple[str, ...] = ()
CITATION = "Flexer & Schnitzer 2010, Effects of album and artist filters in audio similarity"

NEAREST = 10
"""Neighbours asked."""

MOST = 5_000
"""Songs whose neighbours are looked up; of larger collections a sample of so many."""


def score(space: Space, fit: Fit, truth: Any = None) -> float:
    """Return the share of a song's nearest neighbours that are in its cluster; noise left out."""
    del truth
    inside = np.flatnonzero(fit.labels >= 0)
    if len(inside) < 2:
        return UNDEFINED
    rows = _sample(inside, fit.seed)
    near = _nearest(space.matrix, rows, NEAREST)
    return float((fit.labels[near] == fit.labels[rows][:, None]).mean())


def knn_accuracy(
    space: Space, truth: NDArray[Any], seed: int, groups: NDArray[Any] | None = None
) -> float:
    """Return how often the majority label of the nearest songs is the song's own, 0..1.

    Parameters
    ----------
    space : the songs.
    truth : array of shape (n,) of labels; None, NaN and "" for unknown, which are left out.
    seed : draws the songs asked in large collections.
    groups : an artist for each song; neighbours of the same artist do not count. A song whose
        artist is unknown (None or "") counts as by an artist of its own.
    """
    known = np.flatnonzero(has_label(truth))
    if len(known) < 2:
        return UNDEFINED
    labels = np.asarray(truth)[known].astype(str)
    artist = np.arange(len(known)) if groups is None else _artists(np.asarray(groups)[known])
    rows = _sample(np.arange(len(known)), seed)
    near, distant = _filtered(space.matrix[known], rows, artist)
    asked = [r for r in range(len(rows)) if distant[r].any()]
    if not asked:
        return UNDEFINED
    right = [_majority(labels[near[r][distant[r]][:NEAREST]]) == labels[rows[r]] for r in asked]
    return float(np.mean(right))


def plain_knn(space: Space, truth: NDArray[Any], seed: int) -> float:
    """Return the k-NN accuracy with songs by the same artist among the neighbours."""
    return knn_accuracy(space, truth, seed)


def artist_filtered_knn(
    space: Space, truth: NDArray[Any], groups: NDArray[Any], seed: int
) -> float:
    """Return the k-NN accuracy where no neighbour is by the song's own artist."""
    return knn_accuracy(space, truth, seed, groups)


def _sample(rows: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """Draw at most MOST of some rows."""
    if len(rows) <= MOST:
        return rows
    return np.sort(generator(seed, "neighbours").choice(rows, MOST, replace=False))


def _nearest(matrix: NDArray[np.float64], rows: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Return the nearest other songs of some songs, shape (rows, count)."""
    count = min(count, len(matrix) - 1)
    near = NearestNeighbors(n_neighbors=count + 1).fit(matrix).kneighbors(matrix[rows])[1]
    # A copy of a song may come before the song itself: put the song last and cut it off.
    own = near == rows[:, None]
    own[~own.any(axis=1), -1] = True
    nearest: NDArray[np.int64] = near[~own].reshape(len(rows), count)
    return nearest


def _filtered(
    matrix: NDArray[np.float64], rows: NDArray[np.int64], artist: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return nearest songs and which are by others, looking far enough to find NEAREST of them."""
    count = NEAREST
    while True:
        near = _nearest(matrix, rows, count)
        distant = artist[near] != artist[rows][:, None]
        enough = (distant.sum(axis=1) >= NEAREST).all()
        if enough or count >= min(len(matrix) - 1, 64 * NEAREST):
            return near, distant
        count *= 4


def _artists(groups: NDArray[Any]) -> NDArray[np.int64]:
    """Number the artists; each unknown one is somebody of their own."""
    _, number = np.unique(groups.astype(str), return_inverse=True)
    unknown = ~has_label(groups)
    artist = number.astype(np.int64)
    artist[unknown] = number.max() + 1 + np.arange(int(unknown.sum()))
    return artist


def _majority(labels: NDArray[Any]) -> str:
    """Return the commonest label; of equal ones the nearest song's."""
    found, first, counts = np.unique(labels, return_index=True, return_counts=True)
    best = np.lexsort((first, -counts))[0]
    return str(found[best])
