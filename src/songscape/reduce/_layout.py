"""What layouts share: which way round a map lies, and where a new song goes on it.

A layout like t-SNE or UMAP may come out turned or mirrored with every seed. It is turned back onto
the principal components (orthogonal Procrustes: Schönemann 1966, "A generalized solution of the
orthogonal Procrustes problem"), so that maps of different seeds, and of a collection that grew a
little, lie the same way round.

A new song is put beside the song of the map that is nearest to it in the space, drawn towards the
next nearest ones by how much nearer the first is, but never further than that song's own
surroundings on the map. Nothing on the map moves, a song that is already there finds its own place,
and the place of one song does not depend on which others come with it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from scipy.linalg import orthogonal_procrustes
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.neighbors import NearestNeighbors
from sklearn.utils.validation import check_is_fitted, validate_data
from threadpoolctl import threadpool_limits

from songscape._matrix import as_matrix
from songscape.core.guard import check_matrix
from songscape.reduce.pca import PCA

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST_SONGS = 4
"""Fewer songs have no neighbourhoods to keep."""

GUIDES = 6
"""Songs of the map that decide where a new song goes."""


class Layout(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator, ABC):  # type: ignore[misc]
    """A map that is drawn from all songs at once; a method gives ``_draw(matrix)`` and ``k``.

    Attributes
    ----------
    embedding_ : float64 array of shape (n, k), the places of the songs.
    songs_ : float64 array of shape (n, d), the songs the map was drawn of.
    """

    k: int

    def fit(self, X: Any, y: Any = None) -> Self:
        """Draw the map.

        Raises
        ------
        DegenerateDataError
            If the numbers do not allow it.
        MissingExtraError
            If what draws it is not installed.
        """
        del y
        check_matrix(as_matrix(X), least=LEAST_SONGS)
        self.songs_ = validate_data(self, X, dtype=np.float64)
        # Sums in another order end in another map.
        with threadpool_limits(limits=1):
            self.embedding_ = turned(self._draw(unit(self.songs_)), self.songs_)
        return self

    def fit_transform(self, X: Any, y: Any = None) -> NDArray[np.float64]:
        """Draw the map and return the place of every song, shape (n, k)."""
        embedding: NDArray[np.float64] = self.fit(X, y).embedding_
        return embedding

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Return the places of songs on the map as it is, shape (n, k)."""
        check_is_fitted(self)
        matrix = validate_data(self, X, dtype=np.float64, reset=False)
        return beside(matrix, self.songs_, self.embedding_)

    @abstractmethod
    def _draw(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the places of the songs of a matrix, shape (n, k)."""

    @property
    def _n_features_out(self) -> int:
        """Number of coordinates, which scikit-learn makes their names from."""
        return self.k


def unit(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Centre and divide by the largest value: layouts ignore scale, their 32-bit trees do not."""
    centred = matrix - matrix.mean(axis=0)
    scaled: NDArray[np.float64] = centred / np.abs(centred).max()
    return scaled


def start(matrix: NDArray[np.float64], k: int, seed: int | None) -> NDArray[np.float64]:
    """Return a small start from the principal components, no two songs at one place."""
    size = min(k, *matrix.shape)
    places = np.random.default_rng(seed or 0).normal(0, 1e-6, (len(matrix), k))
    scores = PCA(size).fit_transform(matrix)
    # Identical rows at one place would divide by zero and end the process: hence the 1e-6 above.
    places[:, :size] += 1e-4 * scores / scores[:, 0].std()
    return places


def turned(places: NDArray[np.float64], matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn and mirror a map so that it lies as the principal components do.

    Parameters
    ----------
    places : the map, shape (n, k).
    matrix : the songs, shape (n, d); with fewer columns than the map has, it is left as it is.
    """
    k = places.shape[1]
    if min(matrix.shape) < k:
        return places
    return aligned(places, PCA(k).fit_transform(matrix))


def aligned(places: NDArray[np.float64], reference: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn and mirror a map onto another of the same songs; distances stay.

    Parameters
    ----------
    places, reference : coordinates of the same n songs, shape (n, k).

    Examples
    --------
    >>> square = np.array([[0.0, 0], [1, 0], [1, 1], [0, 3]])
    >>> bool(np.allclose(aligned(square[:, ::-1] + 5, square), square - square.mean(axis=0)))
    True
    """
    centred = places - places.mean(axis=0)
    rotation, _ = orthogonal_procrustes(centred, reference - reference.mean(axis=0))
    result: NDArray[np.float64] = centred @ rotation
    return result


def beside(
    matrix: NDArray[np.float64], songs: NDArray[np.float64], places: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return a place on a map for each of some songs, shape (m, k).

    Parameters
    ----------
    matrix : the songs to be placed, shape (m, d).
    songs, places : the songs of the map, shape (n, d), and where they are, shape (n, k).
    """
    count = min(GUIDES, len(songs))
    tree = NearestNeighbors(n_neighbors=count, algorithm="kd_tree").fit(songs)
    distance, guide = tree.kneighbors(matrix)
    first = guide[:, 0]
    away = places[guide[:, 1:]] - places[first][:, None]
    length = np.linalg.norm(away, axis=2, keepdims=True)
    away = away * np.minimum(1.0, _reach(places)[first][:, None, None] / np.maximum(length, 1e-12))
    # A song as near to the next ones as to the first goes into their middle.
    pull = distance[:, :1] / np.maximum(distance[:, :1] + distance[:, 1:], 1e-300)
    shift: NDArray[np.float64] = 2 * (pull[..., None] * away).mean(axis=1)
    result: NDArray[np.float64] = places[first] + shift
    return result


def _reach(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far a song's surroundings on the map reach: its few nearest songs there."""
    count = min(GUIDES, len(places))
    near = NearestNeighbors(n_neighbors=count, algorithm="kd_tree").fit(places).kneighbors(places)
    reach: NDArray[np.float64] = near[0][:, -1]
    return reach
