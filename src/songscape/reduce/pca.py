"""Principal components: the directions in which songs differ most.

The first component is the direction of largest variance, the next the largest at right angles to
it, and so on (Pearson 1901, "On lines and planes of closest fit to systems of points in space"). It
is linear: distances only shrink, axes can be read as weighted features, new songs can be placed.
The sign of a component means nothing; it is fixed so that its largest loading is positive.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn import decomposition
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from songscape._matrix import as_matrix
from songscape.core.guard import check_matrix
from songscape.core.options import option

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Options:
    """How many components are kept."""

    k: int = option(2, "number of components", low=1)
    variance: float = option(
        0.0,
        "share of the variance to keep, 0..1; above 0 it sets the number instead",
        low=0,
        high=1,
    )


class PCA(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Project songs on their principal components.

    Parameters
    ----------
    k : number of components; no more than songs or columns allow are made.
    variance : share of the variance to keep, 0..1; 0 for `k` components.

    Attributes
    ----------
    components_ : float array of shape (k, d), rows of length 1.
    explained_variance_, explained_variance_ratio_ : float arrays of shape (k,).
    mean_ : float array of shape (d,).

    Examples
    --------
    >>> PCA(k=1).fit([[0.0, 0.0], [1.0, 2.0], [2.0, 4.0]]).components_.round(3).tolist()
    [[0.447, 0.894]]
    """

    def __init__(self, k: int = 2, variance: float = 0.0) -> None:
        self.k = k
        self.variance = variance

    def fit(self, X: Any, y: Any = None) -> Self:
        """Find the components.

        Raises
        ------
        DegenerateDataError
            If the numbers do not allow it.
        """
        del y
        check_matrix(as_matrix(X))
        matrix = validate_data(self, X, dtype=np.float64)
        full = decomposition.PCA(svd_solver="full").fit(matrix)
        size = _size(full.explained_variance_ratio_, self.k, self.variance)
        self.components_ = _positive(full.components_[:size])
        self.explained_variance_ = full.explained_variance_[:size]
        self.explained_variance_ratio_ = full.explained_variance_ratio_[:size]
        self.mean_ = full.mean_
        return self

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Return the coordinates of songs along the components, shape (n, k)."""
        check_is_fitted(self)
        matrix = validate_data(self, X, dtype=np.float64, reset=False)
        scores: NDArray[np.float64] = (matrix - self.mean_) @ self.components_.T
        return scores

    def inverse_transform(self, X: Any) -> NDArray[np.float64]:
        """Return the songs that components' coordinates stand for, shape (n, d)."""
        check_is_fitted(self)
        songs: NDArray[np.float64] = np.asarray(X, dtype=np.float64) @ self.components_ + self.mean_
        return songs

    @property
    def _n_features_out(self) -> int:
        """Number of components, which scikit-learn makes their names from."""
        return len(self.components_)


def _size(ratio: NDArray[np.float64], k: int, variance: float) -> int:
    """Return how many components to keep of those there are."""
    if variance > 0:
        enough = np.cumsum(ratio) >= variance - 1e-9
        return int(np.argmax(enough)) + 1 if enough.any() else len(ratio)
    if k > len(ratio):
        warnings.warn(
            f"reduce.pca.k is {k} but there are only {len(ratio)} components; all are kept.",
            stacklevel=3,
        )
    return min(k, len(ratio))


def _positive(components: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn components so that the largest loading of each is positive."""
    # Rounded, so that the first of equal loadings decides on every machine.
    largest = np.argmax(np.round(np.abs(components), 6), axis=1)
    signs = np.sign(components[np.arange(len(components)), largest])
    return components * np.where(signs == 0, 1.0, signs)[:, None]


def make(options: Options, seed: int) -> PCA:
    """Make the transformer; it uses no randomness."""
    del seed
    return PCA(options.k, options.variance)
