"""Gaussian mixture: every cluster is a Gaussian cloud, every song belongs to all of them a little.

The density Σ πⱼ N(x; μⱼ, Σⱼ) is fitted by expectation–maximisation: share every song among the
components by its posterior, then move weights, means and covariances to their weighted estimates
(Dempster, Laird & Rubin 1977, "Maximum likelihood from incomplete data via the EM algorithm").
Covariances can be ``full`` (any ellipse), ``tied`` (one ellipse for all), ``diag`` (axis-parallel)
or ``spherical`` (round). Unlike k-means it lets clusters differ in size, spread and direction and
gives a probability for each song, and its likelihood makes BIC possible.

Beware of columns with few different values: a full or diagonal component can shrink onto one of
them, where its density grows without bound. Such columns raise a warning.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn import mixture

from songscape.cluster._guard import GuardedPredictor, as_matrix
from songscape.core.guard import check_matrix, check_values
from songscape.core.options import option

if TYPE_CHECKING:
    from numpy.typing import NDArray

FEW_VALUES = 20
"""A column with fewer different values than this is discrete …"""

MANY_SONGS = 200
"""… if there are at least this many songs to differ."""


@dataclass(frozen=True)
class Options:
    """How the mixture is fitted."""

    k: int = option(8, "number of components", low=1)
    covariance: str = option(
        "full", "shape of a component", choices=("full", "tied", "diag", "spherical")
    )
    regularisation: float = option(
        1e-6, "added to every variance, in squared units of the space; keeps components open", low=0
    )
    restarts: int = option(1, "starts of which the best is kept", low=1)
    iterations: int = option(200, "most EM steps of one start", low=1)
    tolerance: float = option(1e-3, "gain of mean log-likelihood that ends it", low=0)


class GaussianMixture(GuardedPredictor, mixture.GaussianMixture):  # type: ignore[misc]
    """Group songs as a mixture of Gaussians; parameters and attributes are scikit-learn's.

    Examples
    --------
    >>> songs = [[0.0], [0.1], [5.0], [5.1]]
    >>> model = GaussianMixture(n_components=2, random_state=0).fit(songs)
    >>> model.predict_proba(songs).round(3).max(axis=1).tolist()
    [1.0, 1.0, 1.0, 1.0]
    """

    def fit(self, X: Any, y: Any = None, **further: Any) -> Self:
        """Fit the mixture; see :meth:`fit_predict`."""
        del further
        self.fit_predict(X, y)
        return self

    def fit_predict(self, X: Any, y: Any = None) -> NDArray[np.int64]:
        """Fit the mixture and return the likeliest component of every song.

        Raises
        ------
        DegenerateDataError
            If the numbers do not allow it.
        """
        matrix = as_matrix(X)
        check_matrix(matrix, self._clusters_wanted())
        if self.covariance_type != "spherical":
            _warn_of_discrete_columns(matrix, getattr(X, "columns", None))
        labels: NDArray[np.int64] = mixture.GaussianMixture.fit_predict(self, X, y)
        return labels

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Return the probability of every component for every song, shape (n, k)."""
        check_values(as_matrix(X))
        posterior: NDArray[np.float64] = super().predict_proba(X)
        return posterior


def discrete_columns(matrix: NDArray[Any]) -> list[int]:
    """Return the columns with so few different values that a component may collapse onto one.

    Examples
    --------
    >>> songs = np.column_stack([np.arange(300) % 2, np.arange(300)]).astype(float)
    >>> discrete_columns(songs)
    [0]
    """
    if len(matrix) < MANY_SONGS:
        return []
    return [i for i, column in enumerate(matrix.T) if len(np.unique(column)) < FEW_VALUES]


def _warn_of_discrete_columns(matrix: NDArray[Any], names: Any) -> None:
    """Warn of columns a component may collapse onto."""
    found = discrete_columns(matrix)
    if found:
        called = ", ".join(str(i if names is None else list(names)[i]) for i in found)
        warnings.warn(
            f"Columns with few different values ({called}) can make a mixture collapse onto one "
            "value; leave them out with prepare.pick or raise cluster.mixture.regularisation.",
            stacklevel=3,
        )


def make(options: Options, seed: int) -> GaussianMixture:
    """Make the clusterer."""
    return GaussianMixture(
        n_components=options.k,
        covariance_type=options.covariance,
        reg_covar=options.regularisation,
        n_init=options.restarts,
        max_iter=options.iterations,
        tol=options.tolerance,
        random_state=seed,
    )
