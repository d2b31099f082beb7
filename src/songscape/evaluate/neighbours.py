"""Neighbours: how much the songs next to a song are like it.

Two questions about the k nearest songs of a song in the space. Of a grouping: how many are in the
same cluster (the score; it is 1 for one cluster and falls as clusters get finer, so it must not
choose k). Of the space: does the majority of their labels give the song's own (k-NN accuracy)?

That accuracy flatters if an artist's other songs may be the neighbours: they sound alike for
reasons other than genre (same studio, same voice), and a collection has whole albums. Flexer &
Schnitzer (2010, "Effects of album and artist filters in audio similarity computed for very large
music databases") saw 71 % fall to 27 %. With groups given, neighbours never share an artist (or
album) with the song; one of several is enough.

A song may carry several labels. Its vote is then shared among them, and a majority for any one of
the song's own labels is right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_array
from sklearn.neighbors import NearestNeighbors

from songscape.core.seeds import generator
from songscape.evaluate._defined import UNDEFINED
from songscape.evaluate._groups import owners
from songscape.evaluate._labels import shares
from songscape.evaluate._others import others

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from songscape.core.fit import Fit
    from songscape.core.space import Space
    from songscape.evaluate._groups import Groups

BETTER = "never"
WHY_NEVER = "one cluster holds all neighbours, so its best k is the smallest offered"
NEEDS: tuple[str, ...] = ()
CITATION = "Flexer & Schnitzer 2010, Effects of album and artist filters in audio similarity"

NEAREST = 10
"""Neighbours asked."""

MOST = 5_000
"""Songs whose neighbours are looked up; of larger collections a sample of so many."""

FARTHEST = 64 * NEAREST
"""Neighbours looked through at most for so many by others."""


def score(space: Space, fit: Fit, truth: Any = None) -> float:
    """Return the share of a song's nearest neighbours that are in its cluster; noise left out."""
    del truth
    inside = np.flatnonzero(fit.labels >= 0)
    if len(inside) < 2:
        return UNDEFINED
    rows = _sample(inside, fit.seed)
    near = _searcher(space.matrix)(rows, NEAREST)
    return float((fit.labels[near] == fit.labels[rows][:, None]).mean())


def knn_accuracy(
    space: Space, truth: NDArray[Any], seed: int, groups: Groups | None = None
) -> float:
    """Return how often the majority label of the nearest songs is one of the song's own, 0..1.

    Parameters
    ----------
    space : the songs.
    truth : array of shape (n,) of labels, or of lists of labels; None, NaN, "" and empty lists for
        unknown, which are left out.
    seed : draws the songs asked in large collections.
    groups : the artists of each song, or several such columns (artists and albums); neighbours that
        share one do not count. A song whose artist is unknown (None or "") shares it with nobody.
    """
    return knn_accuracies(space, [truth], seed, groups)[0]


def knn_accuracies(
    space: Space, truths: Sequence[NDArray[Any]], seed: int, groups: Groups | None = None
) -> list[float]:
    """Return :func:`knn_accuracy` for several labellings of the same songs, searched for once.

    Songs without a label in the first labelling are left out of all.
    """
    votes = [shares(truth)[0] for truth in truths]
    known = np.flatnonzero(np.diff(votes[0].indptr))
    if len(known) < 2:
        return [UNDEFINED] * len(truths)
    rows = _sample(np.arange(len(known)), seed)
    by = None if groups is None else owners(groups)[known]
    near, weight = _voters(space.matrix[known], rows, by)
    ballot, asked = _ballot(near, weight, len(known)), weight.sum(axis=1) > 0
    if not asked.any():
        return [UNDEFINED] * len(truths)
    return [_right(ballot, vote[known], rows, asked) for vote in votes]


def plain_knn(space: Space, truth: NDArray[Any], seed: int) -> float:
    """Return the k-NN accuracy with songs by the same artist among the neighbours."""
    return knn_accuracy(space, truth, seed)


def artist_filtered_knn(space: Space, truth: NDArray[Any], groups: Groups, seed: int) -> float:
    """Return the k-NN accuracy where no neighbour shares an artist (or album) with the song."""
    return knn_accuracy(space, truth, seed, groups)


def _sample(rows: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """Draw at most MOST of some rows."""
    if len(rows) <= MOST:
        return rows
    return np.sort(generator(seed, "neighbours").choice(rows, MOST, replace=False))


def _searcher(
    matrix: NDArray[np.float64],
) -> Callable[[NDArray[np.int64], int], NDArray[np.int64]]:
    """Return what finds the nearest other songs of some songs, shape (rows, count)."""
    index = NearestNeighbors().fit(matrix)

    def nearest(rows: NDArray[np.int64], count: int) -> NDArray[np.int64]:
        count = min(count, len(matrix) - 1)
        return others(index.kneighbors(matrix[rows], count + 1, return_distance=False), rows)

    return nearest


def _voters(
    matrix: NDArray[np.float64], rows: NDArray[np.int64], by: csr_array | None
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the nearest songs by others and the weight of their votes, both (rows, NEAREST).

    The weight is 0 where there are fewer, and else 1 and a little more the nearer a song is, which
    decides ties.
    """
    nearest = _searcher(matrix)
    near = np.zeros((len(rows), NEAREST), dtype=np.int64)
    weight = np.zeros((len(rows), NEAREST))
    lacking, count = np.arange(len(rows)), NEAREST
    while len(lacking):
        found = nearest(rows[lacking], count)
        other = _foreign(by, rows[lacking], found)
        first = np.argsort(~other, axis=1, kind="stable")[:, :NEAREST]
        kept = np.take_along_axis(other, first, axis=1)
        near[lacking, : first.shape[1]] = np.take_along_axis(found, first, axis=1)
        weight[lacking, : first.shape[1]] = kept * (1 + 1e-3 * 0.5 ** np.arange(first.shape[1]))
        if count >= min(len(matrix) - 1, FARTHEST):
            break
        lacking, count = lacking[kept.sum(axis=1) < NEAREST], 4 * count
    return near, weight


def _foreign(
    by: csr_array | None, rows: NDArray[np.int64], found: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Tell which of the songs found share no artist with the song they were found for."""
    if by is None or not by.shape[1]:
        return np.ones(found.shape, dtype=np.bool_)
    mates = (by[rows] @ by.T).tocoo()
    width = by.shape[0]
    shared = mates.row.astype(np.int64) * width + mates.col
    asked = np.arange(len(rows))[:, None] * width + found
    foreign: NDArray[np.bool_] = ~np.isin(asked, shared)
    return foreign


def _right(
    ballot: csr_array, votes: csr_array, rows: NDArray[np.int64], asked: NDArray[np.bool_]
) -> float:
    """Return the share of songs asked for which most votes went to one of their own labels."""
    chosen = np.asarray((ballot @ votes).argmax(axis=1)).ravel()
    each = np.arange(len(rows))
    answer = csr_array((np.ones(len(rows)), (each, chosen)), shape=(len(rows), votes.shape[1]))
    right = np.asarray(answer.multiply(votes[rows]).sum(axis=1)).ravel() > 0
    return float(right[asked].mean())


def _ballot(near: NDArray[np.int64], weight: NDArray[np.float64], songs: int) -> csr_array:
    """Return the weight of every song's (column) vote on every song asked (row)."""
    row = np.repeat(np.arange(len(near)), near.shape[1])
    return csr_array((weight.ravel(), (row, near.ravel())), shape=(len(near), songs))
