"""Every k in one go, as one estimator.

Whoever asks how many groups there are needs k-means at every k, and needs it again on resamples and
on songs without groups. :class:`KMeansSweep` gives all k from 1 to the largest for less than
scikit-learn's fit of the largest alone with ten starts, as every k starts from its neighbours
(:mod:`songscape.cluster._nesting`). Centres and costs are kept; labels are taken when asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from songscape._kernels import Stop
from songscape.cluster._guard import as_counts, as_matrix
from songscape.cluster._lloyd import Solution
from songscape.cluster._nesting import Nest, Plan
from songscape.cluster._songs import songs
from songscape.core.errors import DegenerateDataError
from songscape.core.guard import check_matrix

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from songscape.cluster.kmeans import KMeans

STILL = 1e-5
"""Share of the cost a last step must gain; what is left then is less than starts differ by."""


class KMeansSweep(BaseEstimator):  # type: ignore[misc]
    """K-means for k = 1, 2, … in one go.

    Parameters
    ----------
    max_clusters : the largest k.
    n_init : whole sweeps, of which the best is kept at every k.
    n_rounds : times the sweep goes down and up again after it has gone up.
    max_iter : most steps of one run.
    tol : squared movement of the centres that ends it, relative to the mean variance of columns.
    random_state : seed of the draws.

    Attributes
    ----------
    ks_ : int array, 1 … `max_clusters`.
    cluster_centers_ : list of float64 arrays of shape (k, d), one for every k.
    inertias_ : float64 array, the weighted sum of squared distances at every k; never rises.
    n_iters_ : int array, the steps of the run that was kept and of the one before it.

    Examples
    --------
    >>> swept = KMeansSweep(3, random_state=0).fit([[0.0], [0.1], [5.0], [9.0]])
    >>> swept.inertias_.round(3).tolist()
    [56.308, 8.005, 0.005]
    >>> sorted(np.bincount(swept.labels(3)).tolist())
    [1, 1, 2]
    """

    def __init__(
        self,
        max_clusters: int = 20,
        *,
        n_init: int = 1,
        n_rounds: int = 1,
        max_iter: int = 300,
        tol: float = 1e-4,
        random_state: Any = None,
    ) -> None:
        self.max_clusters = max_clusters
        self.n_init = n_init
        self.n_rounds = n_rounds
        self.max_iter = max_iter
        self.tol = tol
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Find the centres of every k.

        Raises
        ------
        DegenerateDataError
            If the numbers do not allow it, or fewer songs differ than the largest k.
        """
        del y
        check_matrix(as_matrix(X), self.max_clusters)
        points = validate_data(self, X, dtype=np.float64, order="C")
        weights = as_counts(sample_weight, points)
        found = self._best(points, weights)
        self.ks_ = np.array(sorted(found))
        self.cluster_centers_ = [found[k].centers for k in self.ks_]
        self.inertias_ = np.array([found[k].inertia for k in self.ks_])
        self.n_iters_ = np.array([found[k].steps for k in self.ks_])
        self._points, self._weights = points, weights
        return self

    def labels(self, k: int) -> NDArray[np.int32]:
        """Return the cluster of every song fitted, shape (n,)."""
        labels: NDArray[np.int32] = self.model(k).labels_
        return labels

    def model(self, k: int) -> KMeans:
        """Return the fitted k-means of one k.

        Raises
        ------
        DegenerateDataError
            If k was not swept.
        """
        from songscape.cluster.kmeans import KMeans

        check_is_fitted(self)
        if not 1 <= k <= len(self.ks_):
            raise DegenerateDataError(f"k = {k} was not swept; the largest is {len(self.ks_)}.")
        found = Solution(
            self.cluster_centers_[k - 1], float(self.inertias_[k - 1]), int(self.n_iters_[k - 1])
        )
        model = KMeans(k, n_init=1, max_iter=self.max_iter, tol=self.tol,
                       random_state=self.random_state)  # fmt: skip
        return model._placed(self._points, self._weights, found)  # noqa: SLF001 - one of a pair

    def _best(
        self, points: NDArray[np.float64], weights: NDArray[np.float64]
    ) -> dict[int, Solution]:
        """Return the best solution of every k over the sweeps."""
        rows = songs(points, weights)
        scale = float(weights.sum() / rows.mass.sum())
        stop = Stop(self.max_iter, shift=self.tol * rows.variance, gain=STILL)
        plan = Plan(rounds=self.n_rounds)
        random = check_random_state(self.random_state)
        sweeps = [
            Nest(rows, self.max_clusters, plan, stop, random.randint(2**31)).solve()
            for _ in range(self.n_init)
        ]
        best = {k: min((one[k] for one in sweeps), key=lambda run: run.inertia) for k in sweeps[0]}
        return {k: Solution(one.centers, one.inertia * scale, one.steps) for k, one in best.items()}
