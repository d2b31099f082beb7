"""The layout that suits the size: t-SNE of all songs, or of an even sample with the rest beside it.

t-SNE keeps neighbours together, which is what a map is looked at for, but its cost grows faster
than the number of songs. Above `limit` songs it is drawn of `landmarks` of them, and every other
song is put beside the one it sounds most like (:mod:`songscape.reduce._layout`). That needs the
extra ``maps``, whose engine is fast enough; without it, collections above :data:`SLOW_LIMIT` songs
are laid out by their first principal components, which blur neighbourhoods but take no time.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from songscape._matrix import as_matrix
from songscape.core.guard import distinct_rows
from songscape.core.options import option
from songscape.core.seeds import generator
from songscape.reduce import pca, tsne
from songscape.reduce._layout import LEAST_SONGS

if TYPE_CHECKING:
    from numpy.typing import NDArray

COMPONENTS = "pca"

SLOW_LIMIT = 2_000
"""Songs up to which scikit-learn's t-SNE is fast enough."""


@dataclass(frozen=True)
class Options:
    """When the layout changes."""

    k: int = option(2, "number of dimensions", low=1, high=3)
    limit: int = option(5_000, "songs up to which t-SNE lays out all; 0 for components only", low=0)
    landmarks: int = option(3_000, "songs that t-SNE lays out of more than that", low=100)
    engine: str = option(
        "auto",
        "what lays out: t-SNE by one of two libraries, or principal components; auto by what is "
        "installed and how many songs there are",
        choices=("auto", "openTSNE", "scikit-learn", COMPONENTS),
    )


class Auto(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Lay songs out by t-SNE, of a sample where they are many.

    Parameters
    ----------
    k : number of dimensions, 1..3.
    limit : the largest number of songs that t-SNE lays out whole.
    landmarks : the size of the sample it lays out of more.
    engine : "openTSNE" or "scikit-learn" for t-SNE by one of them, "pca" for the components; "auto"
        takes what is there and fast enough.
    random_state : seed.

    Attributes
    ----------
    layout_ : the fitted layout that was chosen.
    engine_ : which engine that was.
    """

    def __init__(
        self,
        k: int = 2,
        limit: int = 5_000,
        landmarks: int = 3_000,
        engine: str = "auto",
        random_state: int = 0,
    ) -> None:
        self.k = k
        self.limit = limit
        self.landmarks = landmarks
        self.engine = engine
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None) -> Self:
        """Lay out the songs of X, shape (n, d)."""
        self.fit_transform(X, y)
        return self

    def fit_transform(self, X: Any, y: Any = None) -> NDArray[np.float64]:
        """Lay out the songs of X and return their places, shape (n, k)."""
        del y
        matrix = as_matrix(X)
        if not self._is_drawn(len(matrix)):
            self.layout_ = pca.make(pca.Options(k=self.k), self.random_state)
            self.engine_ = COMPONENTS
            return np.asarray(self.layout_.fit_transform(X), dtype=np.float64)
        self.layout_ = tsne.make(tsne.Options(k=self.k, engine=self.engine), self.random_state)
        rows = self._landmarks(matrix)
        places = np.empty((len(matrix), self.k))
        places[rows] = self.layout_.fit_transform(matrix[rows])
        self.engine_ = self.layout_.engine_
        others = np.setdiff1d(np.arange(len(matrix)), rows)
        if len(others):
            places[others] = self.layout_.transform(matrix[others])
        return places

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Return the places of songs on the map as it is, shape (n, k)."""
        check_is_fitted(self)
        places: NDArray[np.float64] = self.layout_.transform(as_matrix(X))
        return places

    def _is_drawn(self, n: int) -> bool:
        """Tell whether t-SNE is used for so many songs; say once why not."""
        if self.limit == 0 or self.engine == COMPONENTS:
            return False
        if self.engine != "auto":
            return True
        # In three dimensions only the slow engine draws.
        if n <= SLOW_LIMIT or (tsne.is_fast() and self.k < 3):
            return True
        if not tsne.is_fast():
            warnings.warn(
                f"The map of {n:,} songs shows their principal components; install "
                "songscape[maps] for one that keeps neighbours together.",
                stacklevel=3,
            )
        return False

    def _landmarks(self, matrix: NDArray[Any]) -> NDArray[np.int64]:
        """Return the rows that t-SNE lays out: all, or a sample in which songs differ."""
        if len(matrix) <= self.limit:
            return np.arange(len(matrix))
        drawn = generator(self.random_state, "landmarks").permutation(len(matrix))
        size = self.landmarks
        while size < len(matrix) and distinct_rows(matrix[drawn[:size]], LEAST_SONGS) < LEAST_SONGS:
            size *= 2
        return np.sort(drawn[:size])

    @property
    def _n_features_out(self) -> int:
        """Number of coordinates, which scikit-learn makes their names from."""
        return self.k


def make(options: Options, seed: int) -> Auto:
    """Make the layout."""
    return Auto(options.k, options.limit, options.landmarks, options.engine, random_state=seed)
