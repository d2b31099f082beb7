"""Agglomerative clustering: join the two nearest groups until k are left.

What "nearest" means is the linkage: ``ward`` joins where the sum of squares grows least (Ward 1963,
"Hierarchical grouping to optimize an objective function"), ``average`` takes the mean distance of
pairs, ``complete`` the largest and ``single`` the smallest (which chains). It needs the distances
of all pairs, so memory grows with the square of the number of songs; a table too large for the
memory allowed is refused before any of it is taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from sklearn import cluster
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.utils.validation import validate_data

from songscape.cluster._guard import as_matrix
from songscape.core.errors import DegenerateDataError
from songscape.core.guard import check_matrix
from songscape.core.options import option

COPIES = 2
"""The pairwise distances are held about twice at the peak."""


@dataclass(frozen=True)
class Options:
    """How groups are joined."""

    k: int = option(8, "number of clusters", low=1)
    linkage: str = option(
        "ward", "what near means", choices=("ward", "average", "complete", "single")
    )
    memory: float = option(2.0, "memory the distances may take, in gigabytes", low=0.001)


class Agglomerative(ClusterMixin, BaseEstimator):  # type: ignore[misc]
    """Join songs into k groups, bottom up.

    Parameters
    ----------
    n_clusters : number of clusters.
    linkage : "ward", "average", "complete" or "single".
    gigabytes : memory the pairwise distances may take.

    Attributes
    ----------
    labels_ : int array of shape (n,).
    children_ : int array of shape (n - 1, 2): what each step joined.
    """

    def __init__(
        self, n_clusters: int = 2, *, linkage: str = "ward", gigabytes: float = 2.0
    ) -> None:
        self.n_clusters = n_clusters
        self.linkage = linkage
        self.gigabytes = gigabytes

    def fit(self, X: Any, y: Any = None) -> Self:
        """Find the groups.

        Raises
        ------
        DegenerateDataError
            If the numbers do not allow it or the distances do not fit in memory.
        """
        del y
        _check_memory(len(as_matrix(X)), self.gigabytes)
        check_matrix(as_matrix(X), self.n_clusters)
        matrix = validate_data(self, X, dtype=np.float64)
        tree = cluster.AgglomerativeClustering(self.n_clusters, linkage=self.linkage).fit(matrix)
        self.labels_ = tree.labels_.astype(np.int32)
        self.children_ = tree.children_
        return self


def _check_memory(n: int, allowed: float) -> None:
    """Raise if the distances of all pairs need more than the gigabytes allowed."""
    needed = distance_gigabytes(n)
    if needed > allowed:
        raise DegenerateDataError(
            f"Joining {n:,} songs needs {needed:.1f} GB for the distances of all pairs and "
            f"{allowed:g} GB are allowed; use cluster.kmeans, a sample, or raise "
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
    return Agglomerative(options.k, linkage=options.linkage, gigabytes=options.memory)
