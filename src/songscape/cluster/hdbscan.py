"""HDBSCAN: dense groups at every density, noise left over.

DBSCAN for all radii at once: songs join from the densest on, and groups that persist over a wide
range of densities are kept (Campello, Moulavi & Sander 2013, "Density-based clustering based on
hierarchical density estimates"). It needs no radius and no k, only the smallest group worth having.
Density needs few dimensions: in more than five it finds two or three groups and much noise on song
tables. Reduce first. Two libraries do the work: :mod:`songscape.cluster._hdbscan_libraries`.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.utils.validation import validate_data

from songscape.cluster._counted import counted, places, repeated
from songscape.cluster._guard import as_counts, as_matrix
from songscape.cluster._hdbscan_libraries import (
    AUTO,
    LIBRARIES,
    MOST_DIMENSIONS,
    PAYS,
    Wish,
    answering,
    find,
)
from songscape.core.errors import DegenerateDataError
from songscape.core.guard import check_values
from songscape.core.options import option

MOST_NEIGHBOURS = 100
"""Songs that set the density at a song, at most, where nothing is said.

About d ln n are enough to tell the groups of n songs in d dimensions (Chaudhuri & Dasgupta 2010,
"Rates of convergence for the cluster tree"): 69 for a million songs in five. The lists of 1 % of
them would fill 80 GB.
"""


@dataclass(frozen=True)
class Options:
    """Which groups are worth having, and who finds them."""

    smallest: int = option(0, "songs in the smallest group; 0 for 1 % of them, at least 5", low=0)
    neighbours: int = option(
        0,
        f"songs that set the density at a song; 0 for `smallest`, at most {MOST_NEIGHBOURS}",
        low=0,
    )
    selection: str = option(
        "eom", "large groups (eom) or the finest ones (leaf)", choices=("eom", "leaf")
    )
    library: str = option(
        AUTO,
        f"what finds them; auto takes fast_hdbscan (extra density) from {PAYS:,} songs on in at "
        f"most {MOST_DIMENSIONS} dimensions",
        choices=LIBRARIES,
    )


class HDBSCAN(ClusterMixin, BaseEstimator):  # type: ignore[misc]
    """Find groups of any density; label -1 is noise.

    Parameters
    ----------
    min_cluster_size : songs in the smallest group; 0 for 1 % of them, at least 5.
    min_samples : songs that set the density at a song, itself among them; 0 for `min_cluster_size`,
        at most 100.
    selection : "eom" for large groups, "leaf" for the finest.
    library : "scikit-learn", "fast_hdbscan", or "auto" for the one that takes less time. They agree
        but for ties: of several songs equally near each may take another first.

    Attributes
    ----------
    labels_ : int array of shape (n,).
    probabilities_ : float array of shape (n,), how firmly a song belongs to its group, 0..1.
    library_ : the library that found them.
    """

    def __init__(
        self,
        min_cluster_size: int = 0,
        min_samples: int = 0,
        selection: str = "eom",
        library: str = AUTO,
    ) -> None:
        self.min_cluster_size = min_cluster_size
        self.min_samples = min_samples
        self.selection = selection
        self.library = library

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Find the groups.

        Parameters
        ----------
        X : array of shape (n, d) or frame.
        y : ignored.
        sample_weight : whole numbers of shape (n,); a song of weight w is w equal songs, one of
            weight zero is noise.

        Raises
        ------
        DegenerateDataError
            If the numbers do not allow it, or the neighbours do not fit in memory.
        MissingExtraError
            If fast_hdbscan is asked for and not installed.
        """
        del y
        check_values(as_matrix(X))
        matrix = validate_data(self, X, dtype=np.float64)
        weights = as_counts(sample_weight, matrix)
        counted(matrix, weights)
        songs = repeated(weights, "HDBSCAN")
        _warn_of_dimensions(matrix.shape[1])
        points, wish = matrix[songs], self._wish(len(songs))
        _check_size(len(songs), self.min_samples or wish.smallest)
        self.library_ = answering(self.library, points)
        found = find(self.library_, points, wish)
        there, first = np.unique(songs, return_index=True)
        number = places(there, len(matrix))
        self.labels_ = np.where(number < 0, -1, found.labels[first][number]).astype(np.int32)
        self.probabilities_ = np.where(number < 0, 0.0, found.strengths[first][number])
        return self

    def _wish(self, n: int) -> Wish:
        """Return what is worth having among n songs."""
        smallest = max(2, self.min_cluster_size or max(5, n // 100))
        neighbours = self.min_samples or min(smallest, MOST_NEIGHBOURS)
        return Wish(smallest, neighbours, self.selection)


def _warn_of_dimensions(d: int) -> None:
    """Warn where density tells little."""
    if d > MOST_DIMENSIONS:
        warnings.warn(
            f"HDBSCAN in {d} dimensions finds little but noise; "
            f"reduce to {MOST_DIMENSIONS} or fewer first, as with reduce.pca.",
            stacklevel=3,
        )


def _check_size(n: int, neighbours: int) -> None:
    """Raise if there are fewer songs than neighbours wanted."""
    if n < neighbours:
        raise DegenerateDataError(
            f"HDBSCAN looks at {neighbours} neighbours and there are only {n} songs; "
            "lower cluster.hdbscan.smallest."
        )


def make(options: Options, seed: int) -> HDBSCAN:
    """Make the clusterer; it uses no randomness."""
    del seed
    return HDBSCAN(options.smallest, options.neighbours, options.selection, options.library)
