"""The layout that suits the size: t-SNE for hundreds of songs, principal components for many.

t-SNE keeps neighbours together, which is what a map is looked at for, but its cost grows faster
than the number of songs and it cannot place a new one. Above `limit` songs the map shows the first
principal components instead: they blur neighbourhoods, but their axes can be read and they take
no time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin

from songscape.core.options import option
from songscape.reduce import pca, tsne

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Options:
    """When the layout changes."""

    k: int = option(2, "number of dimensions", low=1, high=3)
    limit: int = option(2_000, "songs up to which t-SNE is used", low=0)


class Auto(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Lay songs out by t-SNE up to `limit` songs, by principal components above.

    Parameters
    ----------
    k : number of dimensions, 1..3.
    limit : the largest number of songs that t-SNE lays out.
    random_state : seed.

    Attributes
    ----------
    layout_ : the fitted layout that was chosen.
    """

    def __init__(self, k: int = 2, limit: int = 2_000, random_state: int = 0) -> None:
        self.k = k
        self.limit = limit
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None) -> Self:
        """Lay out the songs of X, shape (n, d)."""
        self.fit_transform(X, y)
        return self

    def fit_transform(self, X: Any, y: Any = None) -> NDArray[np.float64]:
        """Lay out the songs of X and return their places, shape (n, k)."""
        del y
        small = len(X) <= self.limit
        self.layout_ = (
            tsne.make(tsne.Options(k=self.k), self.random_state)
            if small
            else pca.make(pca.Options(k=self.k), self.random_state)
        )
        places: NDArray[np.float64] = self.layout_.fit_transform(X)
        return places

    @property
    def _n_features_out(self) -> int:
        """Number of coordinates, which scikit-learn makes their names from."""
        return self.k


def make(options: Options, seed: int) -> Auto:
    """Make the layout."""
    return Auto(options.k, options.limit, seed)
