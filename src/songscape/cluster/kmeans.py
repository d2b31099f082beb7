"""K-means: k centres, each song to the nearest.

Minimises the sum of squared distances of songs to the mean of their cluster by Lloyd's steps:
assign every song to the nearest centre, move every centre to the mean of its songs, until nothing
moves (Lloyd 1982, "Least squares quantization in PCM"). Starts are drawn far apart (Arthur &
Vassilvitskii 2007, "k-means++: the advantages of careful seeding") and the best of several is kept.
It always returns k clusters, round and of similar spread, whether there are any or not.

The steps run on songscape's own kernel; the results are scikit-learn's to the last digits that
matter, and the same on any number of threads.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import (
    BaseEstimator,
    ClassNamePrefixFeaturesOutMixin,
    ClusterMixin,
    TransformerMixin,
)
from sklearn.metrics import euclidean_distances
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from songscape._kernels import Stop, kmeans_step
from songscape.cluster._guard import WeightedPredictor, as_counts
from songscape.cluster._lloyd import best_of, greedy_start, random_start
from songscape.cluster._songs import songs
from songscape.cluster._sweep import KMeansSweep
from songscape.cluster._threads import allowed
from songscape.core.errors import DegenerateDataError
from songscape.core.options import option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from songscape.cluster._lloyd import Solution
    from songscape.cluster._songs import Songs

    Floats = NDArray[np.float64]

__all__ = ["KMeans", "KMeansSweep", "Options", "make", "sweep"]


@dataclass(frozen=True)
class Options:
    """How k-means groups."""

    k: int = option(8, "number of clusters", low=1)
    restarts: int = option(10, "starts of which the best is kept", low=1)
    iterations: int = option(300, "most steps of one start", low=1)
    tolerance: float = option(1e-6, "movement of the centres, relative, that ends it", low=0)
    start: str = option("k-means++", "how centres start", choices=("k-means++", "random"))


class _Lloyd(ClassNamePrefixFeaturesOutMixin, TransformerMixin, ClusterMixin, BaseEstimator):  # type: ignore[misc]
    """K-means without the guard; see :class:`KMeans`."""

    def __init__(
        self,
        n_clusters: int = 8,
        *,
        init: Any = "k-means++",
        n_init: int = 10,
        max_iter: int = 300,
        tol: float = 1e-4,
        random_state: Any = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.init = init
        self.n_init = n_init
        self.max_iter = max_iter
        self.tol = tol
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Find the centres from the best of `n_init` starts."""
        del y
        points = validate_data(self, X, dtype=np.float64, order="C", accept_sparse=False)
        weights = as_counts(sample_weight, points)
        best = self._best(songs(points, weights))
        return self._placed(points, weights, best)

    def _placed(self, points: Floats, weights: Floats, found: Solution) -> Self:
        """Take centres as fitted and lay the songs to them."""
        self.n_features_in_ = points.shape[1]
        self.cluster_centers_ = found.centers
        self.n_iter_ = found.steps
        step = self._step(points, weights)
        self.labels_ = step.labels
        self.inertia_ = step.objective
        return self

    def fit_predict(self, X: Any, y: Any = None, sample_weight: Any = None) -> NDArray[np.int32]:
        """Find the centres and return the cluster of every song."""
        labels: NDArray[np.int32] = self.fit(X, y, sample_weight=sample_weight).labels_
        return labels

    def predict(self, X: Any) -> NDArray[np.int32]:
        """Return the nearest centre of every song, shape (n,)."""
        check_is_fitted(self)
        points = validate_data(self, X, dtype=np.float64, reset=False)
        labels: NDArray[np.int32] = self._step(points, None).labels
        return labels

    def transform(self, X: Any) -> Floats:
        """Return the distance of every song to every centre, shape (n, k)."""
        check_is_fitted(self)
        points = validate_data(self, X, dtype=np.float64, reset=False)
        distances: Floats = euclidean_distances(points, self.cluster_centers_)
        return distances

    def score(self, X: Any, y: Any = None, sample_weight: Any = None) -> float:
        """Return minus the sum of squared distances to the nearest centre."""
        del y
        check_is_fitted(self)
        points = validate_data(self, X, dtype=np.float64, reset=False)
        weights = as_counts(sample_weight, points)
        return -float(self._step(points, weights).objective)

    def _step(self, points: Floats, weights: Floats | None) -> Any:
        """Lay songs to the fitted centres."""
        threads = allowed(len(self.cluster_centers_) * points.size)
        return kmeans_step(points, self.cluster_centers_, weights, threads=threads)

    def _best(self, rows: Songs) -> Solution:
        """Return the solution of least cost; of equals the first."""
        rng = np.random.default_rng(check_random_state(self.random_state).randint(2**31))
        stop = Stop(self.max_iter, shift=self.tol * rows.variance)
        runs = self.n_init if isinstance(self.init, str) else 1
        return best_of(rows, (self._start(rows, rng) for _ in range(runs)), stop)

    def _start(self, rows: Songs, rng: np.random.Generator) -> Floats:
        """Return the centres to begin with, shape (k, d)."""
        if isinstance(self.init, str):
            start = random_start if self.init == "random" else greedy_start
            return start(rows, self.n_clusters, rng)
        centers = np.array(self.init, dtype=np.float64, ndmin=2)
        columns = rows.points.shape[1]
        if centers.shape != (self.n_clusters, columns):
            raise DegenerateDataError(
                f"init must hold {self.n_clusters} centres of {columns} columns, "
                f"not a table of shape {centers.shape}."
            )
        return centers

    @property
    def _n_features_out(self) -> int:
        """Number of centres, which scikit-learn makes the names of distances from."""
        return len(self.cluster_centers_)


class KMeans(WeightedPredictor, _Lloyd):
    """Group songs around k means.

    Parameters
    ----------
    n_clusters : number of clusters.
    init : "k-means++", "random", or the centres to begin with, shape (k, d).
    n_init : starts of which the best is kept.
    max_iter : most steps of one start.
    tol : squared movement of the centres that ends it, relative to the mean variance of columns.
    random_state : seed of the starts.

    Attributes
    ----------
    cluster_centers_ : float64 array of shape (k, d).
    labels_ : int32 array of shape (n,).
    inertia_ : weighted sum of squared distances to the nearest centre.
    n_iter_ : steps of the start that was kept.

    Examples
    --------
    >>> KMeans(n_clusters=2, random_state=0).fit_predict([[0.0], [0.1], [5.0]]).tolist()
    [0, 0, 1]
    """


def make(options: Options, seed: int) -> KMeans:
    """Make the clusterer."""
    return KMeans(
        n_clusters=options.k,
        n_init=options.restarts,
        max_iter=options.iterations,
        tol=options.tolerance,
        init=options.start,
        random_state=seed,
    )


def sweep(options: Options, matrix: Floats, ks: Sequence[int], seed: int) -> list[KMeans]:
    """Group the same songs at several k in one go; see :class:`KMeansSweep`.

    `restarts` counts whole starts where a single k is fitted; in a sweep every k is started from
    its neighbours as well, so that one does.
    """
    swept = KMeansSweep(
        max(ks), max_iter=options.iterations, tol=options.tolerance, random_state=seed
    ).fit(matrix)
    return [swept.model(k) for k in ks]
