"""Agglomerative clustering: join the two nearest groups until k are left.

What "nearest" means is the linkage: ``ward`` joins where the sum of squares grows least (Ward 1963,
"Hierarchical grouping to optimize an objective function"), ``average`` takes the mean distance of
pairs, ``complete`` the largest and ``single`` the smallest (which chains).

Ward's tree is found exactly by chains of nearest neighbours among centroids (Murtagh 1983, "A
survey of recent advances in hierarchical clustering algorithms"), whose memory grows with the
number of songs only. The other linkages need the distances of all pairs, so a table too large for
the memory allowed is refused before any of it is taken. With `neighbours` only songs that are near
are joined, which follows bent groups.

The whole tree is kept: it can be drawn, and cut into any number of groups.
"""

from __future__ import annotations

import warnings
from copy import copy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from scipy.cluster.hierarchy import linkage
from scipy.spatial.distance import pdist
from sklearn import cluster
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.neighbors import kneighbors_graph
from sklearn.utils.validation import check_is_fitted, validate_data

from songscape._kernels import ward
from songscape.cluster import _tree
from songscape.cluster._average import average
from songscape.cluster._counted import counted, nearest_home, places, repeated
from songscape.cluster._guard import as_counts, as_matrix
from songscape.core.errors import DegenerateDataError
from songscape.core.guard import check_values
from songscape.core.options import option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from songscape.cluster._counted import Counted

    Floats = NDArray[np.float64]

COPIES = 2
"""The pairwise distances are held about twice at the peak."""


@dataclass(frozen=True)
class Options:
    """How groups are joined."""

    k: int = option(8, "number of clusters", low=1)
    linkage: str = option(
        "ward", "what near means", choices=("ward", "average", "complete", "single")
    )
    neighbours: int = option(
        0, "join only songs that are among so many nearest of each other; 0 for any", low=0
    )
    memory: float = option(2.0, "memory the distances may take, in gigabytes", low=0.001)


class Agglomerative(ClusterMixin, BaseEstimator):  # type: ignore[misc]
    """Join songs into k groups, bottom up.

    Parameters
    ----------
    n_clusters : number of clusters.
    linkage : "ward", "average", "complete" or "single".
    n_neighbors : join only songs that are among so many nearest of each other; 0 for any.
    gigabytes : memory the pairwise distances may take; Ward's linkage needs none.

    Attributes
    ----------
    labels_ : int array of shape (n,), numbered by first song.
    linkage_ : float64 array of shape (n - 1, 4), the tree; ``scipy.cluster.hierarchy`` reads it.
    children_ : int array of shape (n - 1, 2): what each step joined.
    distances_ : float64 array of shape (n - 1,): the height of each step.
    """

    def __init__(
        self,
        n_clusters: int = 2,
        *,
        linkage: str = "ward",
        n_neighbors: int = 0,
        gigabytes: float = 2.0,
    ) -> None:
        self.n_clusters = n_clusters
        self.linkage = linkage
        self.n_neighbors = n_neighbors
        self.gigabytes = gigabytes

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Find the groups.

        Parameters
        ----------
        X : array of shape (n, d) or frame.
        y : ignored.
        sample_weight : array of shape (n,), zero or more; a song of weight w is w equal songs, one
            of weight zero stands beside its nearest song and moves nothing. With `n_neighbors`,
            which counts songs, weights must be whole numbers.

        Raises
        ------
        DegenerateDataError
            If the numbers do not allow it or the distances do not fit in memory.
        """
        del y
        check_values(as_matrix(X))
        matrix = validate_data(self, X, dtype=np.float64, order="C")
        self.linkage_ = self._tree(matrix, as_counts(sample_weight, matrix))
        self.children_ = self.linkage_[:, :2].astype(np.int64)
        self.distances_ = self.linkage_[:, 2]
        self.labels_ = self.cut(self.n_clusters)
        return self

    def cut(self, k: int) -> NDArray[np.int32]:
        """Return the cluster of every song when the tree is cut into k.

        Raises
        ------
        DegenerateDataError
            If there are fewer songs than k, or k is less than one.
        """
        check_is_fitted(self)
        n = len(self.linkage_) + 1
        if not 1 <= k <= n:
            raise DegenerateDataError(
                f"A tree of {n} songs cannot be cut into {k} clusters; ask for 1 to {n}."
            )
        return _tree.cut(self.linkage_, k)

    def _tree(self, matrix: Floats, weights: Floats) -> Floats:
        """Return the tree of merges."""
        songs = counted(matrix, weights, self.n_clusters)
        if self.n_neighbors:
            copies = repeated(weights, "Agglomerative with n_neighbors")
            near = _near_tree(matrix[copies], self.linkage, self.n_neighbors)
            there = np.flatnonzero(weights)
            tree = _tree.without_copies(near, np.searchsorted(there, copies))
            return _tree.spread(
                tree, nearest_home(matrix[there], places(there, len(matrix)), matrix)
            )
        tree = self._full_tree(songs)
        return _tree.spread(tree, nearest_home(songs.points, songs.group, matrix))

    def _full_tree(self, songs: Counted) -> Floats:
        """Return the tree of merges of different songs, each near to each."""
        if self.linkage == "ward":
            return ward(songs.points, songs.weights)
        _check_memory(len(songs.points), self.gigabytes)
        if self.linkage == "average" and (songs.weights != 1).any():
            return average(songs.points, songs.weights)
        # Distances, since SciPy takes some tables of songs for a matrix of distances, and warns.
        tree: Floats = linkage(pdist(songs.points), self.linkage)
        return tree


def _near_tree(matrix: Floats, method: str, neighbours: int) -> Floats:
    """Return the tree of merges between neighbours only."""
    near = kneighbors_graph(matrix, min(neighbours, len(matrix) - 1), include_self=False)
    model = cluster.AgglomerativeClustering(
        1, linkage=method, connectivity=near, compute_distances=True
    )
    with warnings.catch_warnings():
        # Islands of neighbours are what is looked for; scikit-learn bridges them at the end.
        warnings.filterwarnings("ignore", "the number of connected components", UserWarning)
        model.fit(matrix)
    return _tree.of_children(model.children_, model.distances_)


def _check_memory(n: int, allowed: float) -> None:
    """Raise if the distances of all pairs need more than the gigabytes allowed."""
    needed = distance_gigabytes(n)
    if needed > allowed:
        raise DegenerateDataError(
            f"Joining {n:,} songs needs {needed:.1f} GB for the distances of all pairs and "
            f"{allowed:g} GB are allowed; use linkage ward or cluster.kmeans, or raise "
            "cluster.agglomerative.memory."
        )


def distance_gigabytes(n: int) -> float:
    """Return the memory for the distances of all pairs of n songs, in 10⁹ bytes.

    Examples
    --------
    >>> distance_gigabytes(10_000)
    0.79992
    """
    return COPIES * 8 * n * (n - 1) / 2 / 1e9


def make(options: Options, seed: int) -> Agglomerative:
    """Make the clusterer; it uses no randomness."""
    del seed
    return Agglomerative(
        options.k,
        linkage=options.linkage,
        n_neighbors=options.neighbours,
        gigabytes=options.memory,
    )


def sweep(options: Options, matrix: Floats, ks: Sequence[int], seed: int) -> list[Agglomerative]:
    """Cut one tree at several k."""
    whole = make(replace(options, k=1), seed).fit(matrix)
    models = []
    for k in ks:
        model = copy(whole).set_params(n_clusters=k)
        model.labels_ = whole.cut(k)
        models.append(model)
    return models
