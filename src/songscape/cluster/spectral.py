"""Spectral clustering: groups as parts of a graph of neighbours that few ties join.

Every song is tied to its nearest neighbours. The graph is cut into k parts so that few ties are cut
for the ties a part holds: the leading eigenvectors of the normalised adjacency D^-½ A D^-½ give
each song k coordinates, scaled to length one, in which the parts lie apart and k-means finds them
(Ng, Jordan & Weiss 2001, "On spectral clustering: analysis and an algorithm"). It follows bent and
long groups that k-means cuts across; like k-means it always returns k groups.

Finding neighbours costs most, and time and memory grow with their number. The eigenvectors of a
sparse graph are found by Lanczos iterations (ARPACK), which slow down where many parts are hardly
tied at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from scipy.sparse import coo_array, csr_array, diags_array
from scipy.sparse.linalg import eigsh
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import validate_data

from songscape.cluster._counted import counted, nearest_home, nearest_until
from songscape.cluster._guard import as_counts, as_matrix
from songscape.cluster.kmeans import KMeans
from songscape.core.guard import check_values
from songscape.core.options import option

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from songscape.cluster._counted import Counted

    Floats = NDArray[np.float64]

DENSE = 500
"""Songs up to which all eigenvectors are found at once, which is exact and as fast."""


@dataclass(frozen=True)
class Options:
    """How songs are tied and the graph is cut."""

    k: int = option(8, "number of clusters", low=1)
    neighbours: int = option(15, "nearest songs each song is tied to", low=1)
    restarts: int = option(10, "k-means starts in the coordinates of the graph", low=1)


class Spectral(ClusterMixin, BaseEstimator):  # type: ignore[misc]
    """Cut a graph of neighbours into k parts.

    Parameters
    ----------
    n_clusters : number of clusters.
    n_neighbors : nearest songs each song is tied to.
    n_init : k-means starts in the coordinates of the graph.
    random_state : seed.

    Attributes
    ----------
    labels_ : int32 array of shape (n,).
    embedding_ : float64 array of shape (n, k), the coordinates of the graph.
    """

    def __init__(
        self,
        n_clusters: int = 8,
        *,
        n_neighbors: int = 15,
        n_init: int = 10,
        random_state: Any = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.n_neighbors = n_neighbors
        self.n_init = n_init
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Find the groups.

        Parameters
        ----------
        X : array of shape (n, d) or frame.
        y : ignored.
        sample_weight : array of shape (n,), zero or more; a song of weight w is w equal songs, one
            of weight zero goes with its nearest song.

        Raises
        ------
        DegenerateDataError
            If the numbers do not allow it.
        """
        del y
        check_values(as_matrix(X))
        matrix = validate_data(self, X, dtype=np.float64)
        songs = counted(matrix, as_counts(sample_weight, matrix), self.n_clusters)
        seed = check_random_state(self.random_state).randint(2**31)
        graph = _graph(songs, self.n_neighbors)
        found = embedding(graph, songs.weights, self.n_clusters, seed)
        home = nearest_home(songs.points, songs.group, matrix)
        self.embedding_ = found[home]
        self.labels_ = self._parts(found, songs.weights, seed)[home]
        return self

    def _parts(self, places: Floats, weights: Floats, seed: int) -> NDArray[np.int32]:
        """Return the cluster of each song by its coordinates."""
        # Parts of a graph may have fewer places than there are songs, or than clusters.
        different = min(self.n_clusters, len(np.unique(places, axis=0)))
        if different < 2:
            return np.zeros(len(places), dtype=np.int32)
        model = KMeans(different, n_init=self.n_init, random_state=seed)
        return model.fit_predict(places, sample_weight=weights)


def embedding(graph: csr_array, weights: Floats, k: int, seed: int) -> Floats:
    """Return the coordinates of a graph: k leading eigenvectors, each row of length one.

    Parameters
    ----------
    graph : symmetric, shape (n, n), ties times the roots of both weights; every song with a tie.
    weights : how many equal songs each song is, shape (n,).
    k : number of coordinates.
    seed : of the vector that Lanczos iterations begin with.
    """
    n, roots = graph.shape[0], np.sqrt(weights)
    scale = diags_array(np.sqrt(roots / (graph @ roots)))
    adjacency = scale @ graph @ scale
    if n <= max(DENSE, 3 * k):
        vectors = np.linalg.eigh(adjacency.toarray())[1][:, -k:]
    else:
        start = np.random.default_rng(seed).uniform(0.5, 1.5, n)
        vectors = eigsh(adjacency, k, which="LA", v0=start, ncv=min(n, max(2 * k + 1, 40)))[1]
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    # Rounded, so that songs of one unconnected part, which differ by rounding only, are the same.
    coordinates: Floats = np.round(vectors / np.where(length > 0, length, 1.0), 9)
    return coordinates


def _graph(songs: Counted, neighbours: int) -> csr_array:
    """Return the graph in which two songs are tied if either is near the other, shape (n, n).

    Equal songs are tied first and share what a song farther off has left for them, so that they lie
    at one place; the ties of all of them stand times the roots of both weights, as eigenvectors
    that give equal songs the same need no more of them.
    """
    n, roots = len(songs.points), np.sqrt(songs.weights)
    wanted = min(float(neighbours), songs.weights.sum() - 1.0)
    own = np.clip(songs.weights - 1.0, 0.0, wanted)
    _, found, sums = nearest_until(songs, wanted)
    shares = songs.weights[found]
    shares = np.clip((wanted - own)[:, None] - (sums - shares), 0.0, shares)
    here = np.repeat(np.arange(n), found.shape[1])
    there = found.ravel()
    ties = shares.ravel() * roots[here] / roots[there]
    near = csr_array(coo_array((ties, (here, there)), shape=(n, n))) + diags_array(own)
    near.eliminate_zeros()
    tied: csr_array = csr_array(0.5 * (near + near.T))
    return tied


def make(options: Options, seed: int) -> Spectral:
    """Make the clusterer."""
    return Spectral(
        options.k, n_neighbors=options.neighbours, n_init=options.restarts, random_state=seed
    )
