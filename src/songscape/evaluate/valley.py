"""Valley: how far density falls on the way from one group to another.

Groups that are there by nature have few songs between them. Take the density of songs at every
song, and two groups with their densest songs as peaks. Of all ways from one peak to the other
through neighbouring songs there is one whose lowest point is highest: the pass. The *prominence* of
a peak is how far, in ln density, one must go down to reach any higher peak: ln 2 means that the
pass is half as dense as the peak. A group that is only a slice of a larger one has no prominence,
as the way to its neighbour never goes down. The score is the smallest prominence of all groups but
the highest.

Unlike scores made of distances to centres it does not mind the shape of groups, and it is not taken
in by one long cloud, by heavy tails or by a curved sheet, which k-means slices as neatly as real
groups.

Density comes from the distance r to the m-th nearest neighbour, ln f = −D ln r + const
(Loftsgaarden & Quesenberry 1965, "A nonparametric estimate of a multivariate density function"),
with D the inner dimension of the songs by maximum likelihood (Levina & Bickel 2004, "Maximum
likelihood estimation of intrinsic dimension"). Its noise is about 1/√m, whatever D.
Ways go along the graph of m nearest neighbours, and passes are found by letting the water level
sink and joining what surfaces, as in ToMATo (Chazal et al. 2013, "Persistence-based clustering in
Riemannian manifolds").
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import minimum_spanning_tree
from sklearn.neighbors import NearestNeighbors

from songscape.core.seeds import generator
from songscape.evaluate._defined import UNDEFINED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from songscape.core.fit import Fit
    from songscape.core.space import Space

BETTER = "high"
NEEDS: tuple[str, ...] = ()
CITATION = (
    "Chazal, Guibas, Oudot & Skraba 2013, Persistence-based clustering in Riemannian manifolds"
)

NEIGHBOURS = 15
"""Neighbours that set a density: fine enough for twenty groups, its noise is about 0.26."""

MOST_FOR_TREES = 4
"""Dimensions up to which a tree finds neighbours fastest."""

MOST = 4_000
"""Songs looked at; of larger collections a sample of so many."""


@dataclass(frozen=True, eq=False)
class Landscape:
    """The density of songs as a landscape.

    Parameters
    ----------
    height : ln density of every song, up to a constant, shape (n,).
    joins : pairs of songs whose regions join as the level sinks, highest first, shape (j, 2).
    levels : the level of each join, shape (j,).
    dimension : inner dimension of the songs.
    """

    height: NDArray[np.float64]
    joins: NDArray[np.int64]
    levels: NDArray[np.float64]
    dimension: float


def score(space: Space, fit: Fit, truth: Any = None) -> float:
    """Return the smallest prominence of a group, in ln density; NaN with fewer than two groups."""
    del truth
    rows = distinct_sample(space.matrix, MOST, fit.seed)
    labels = fit.labels[rows]
    if len(np.unique(labels[labels >= 0])) < 2:
        return UNDEFINED
    return lowest(prominences(landscape(space.matrix[rows]), labels))


def lowest(prominence: NDArray[np.float64]) -> float:
    """Return the smallest prominence of two or more groups; the highest peak's is the largest."""
    return float(prominence.min())


def distinct_sample(matrix: NDArray[np.float64], most: int, seed: int) -> NDArray[np.int64]:
    """Draw at most so many different rows; copies of one song would be peaks of endless density."""
    _, rows = np.unique(matrix + 0.0, axis=0, return_index=True)
    if len(rows) > most:
        rows = generator(seed, "landscape").choice(np.sort(rows), most, replace=False)
    return np.sort(rows).astype(np.int64)


def landscape(matrix: NDArray[np.float64], neighbours: int = NEIGHBOURS) -> Landscape:
    """Return the density landscape of different rows.

    Parameters
    ----------
    matrix : float array of shape (n, d), n ≥ 3, no two rows equal.
    neighbours : neighbours that set a density, and between which ways go.
    """
    count = min(neighbours, len(matrix) - 1)
    # Measured on 3,000 songs: trees win in few dimensions, all pairs by matrix product beyond.
    search = "kd_tree" if matrix.shape[1] <= MOST_FOR_TREES else "brute"
    finder = NearestNeighbors(n_neighbors=count, algorithm=search).fit(matrix)
    distances, near = finder.kneighbors()
    distances = np.maximum(distances, np.finfo(float).tiny)
    dimension = min(inner_dimension(distances), float(matrix.shape[1]))
    height = -dimension * np.log(distances[:, -1])
    joins, levels = _joins(height, near)
    return Landscape(height, joins, levels, dimension)


def inner_dimension(distances: NDArray[np.float64]) -> float:
    """Return the maximum-likelihood inner dimension from distances to the nearest neighbours."""
    count = distances.shape[1]
    if count < 3:
        return float("inf")
    spans = np.log(distances[:, -1:] / distances[:, :-1]).sum(axis=1) / (count - 2)
    return float(1 / max(spans.mean(), 1e-12))


def _joins(
    height: NDArray[np.float64], near: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the joins and levels of regions as the level sinks: a spanning tree of the graph."""
    n, count = near.shape
    order = np.argsort(-height, kind="stable")
    depth = np.empty(n, dtype=np.int64)
    depth[order] = np.arange(n)
    one, other = np.repeat(np.arange(n), count), near.ravel()
    # Sorted, as numpy.unique goes by hashing whole numbers, which is many times slower here.
    pairs = np.sort(np.minimum(one, other) * n + np.maximum(one, other))
    pairs = pairs[np.diff(pairs, prepend=-1) > 0]
    one, other = pairs // n, pairs % n
    # A join happens at the lower of two songs. Ranks, not heights, so that equal heights and the
    # zeros a sparse matrix forgets make no trouble.
    below = np.maximum(depth[one], depth[other])
    tree = minimum_spanning_tree(csr_array((below + 1.0, (one, other)), shape=(n, n))).tocoo()
    first = np.argsort(tree.data, kind="stable")
    joins = np.column_stack([tree.row, tree.col])[first].astype(np.int64)
    return joins, height[order[tree.data[first].astype(np.int64) - 1]]


def prominences(land: Landscape, labels: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return the prominence of the peak of every group found, in order of label.

    The highest peak, and every group that no way joins to a higher one, stands above the sea: its
    prominence is that over the least dense song.
    """
    return sink(land, peaks(land, labels))


def peaks(land: Landscape, labels: NDArray[np.int32]) -> list[int]:
    """Return the densest song of every group found, in order of label."""
    groups = [np.flatnonzero(labels == label) for label in np.unique(labels[labels >= 0])]
    return [int(songs[np.argmax(land.height[songs])]) for songs in groups]


def among(land: Landscape, songs: list[int]) -> Landscape:
    """Return the landscape with only those joins that bring some of the given songs together.

    Any peaks among these songs have the same prominences in it. Where many groupings are laid on
    one landscape, a few hundred joins then stand for all of thousands.
    """
    parent, member = list(range(len(land.height))), dict(zip(songs, songs, strict=True))
    kept = []
    for at, (one, other) in enumerate(land.joins.tolist()):
        a, b = _root(parent, one), _root(parent, other)
        parent[a] = b
        mine = member.pop(a, None)
        if mine is not None and b in member:
            kept.append((at, mine, member[b]))
        elif mine is not None:
            member[b] = mine
    table = np.array(kept, dtype=np.int64).reshape(-1, 3)
    return replace(land, joins=table[:, 1:], levels=land.levels[table[:, 0]])


def persistences(land: Landscape) -> NDArray[np.float64]:
    """Return the prominence of every peak of the landscape itself, largest first.

    No grouping of the songs, by whatever method and with whatever k ≥ 2, can have a higher score
    than the second of these; the first is that of the highest peak over the least dense song.
    """
    values = sink(land, list(range(len(land.height))))
    return np.sort(values[values > 0])[::-1]


def sink(land: Landscape, peaks: list[int]) -> NDArray[np.float64]:
    """Return, for each peak, how far the level sinks until its region meets a higher peak."""
    height = land.height[peaks].tolist()
    prominence: NDArray[np.float64] = land.height[peaks] - land.height.min()
    parent = list(range(len(land.height)))
    crowned = dict(zip(peaks, range(len(peaks)), strict=True))
    left = len(peaks) - 1
    for (one, other), level in zip(land.joins.tolist(), land.levels.tolist(), strict=True):
        a, b = _root(parent, one), _root(parent, other)
        parent[a] = b
        peak = crowned.pop(a, None)
        rival = crowned.get(b)
        if peak is not None and rival is not None:
            lower, higher = sorted((peak, rival), key=height.__getitem__)
            prominence[lower] = height[lower] - level
            peak, left = higher, left - 1
        if peak is not None:
            crowned[b] = peak
        if not left:
            break
    return prominence


def _root(parent: list[int], song: int) -> int:
    """Return the song that stands for a region, shortening the way to it."""
    while parent[song] != song:
        parent[song] = parent[parent[song]]
        song = parent[song]
    return song
