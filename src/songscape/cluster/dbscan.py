"""DBSCAN: groups are where songs are dense, the rest is noise.

A song with at least `neighbours` songs within the radius ε is a core; cores within ε of each other
belong together, and songs near a core join it (Ester et al. 1996, "A density-based algorithm for
discovering clusters in large spatial databases with noise"). It finds its own number of groups, of
any shape, but one ε must fit all of them.

ε is read from the curve of distances to the `neighbours`-th nearest song, sorted: where the curve
bends, distances stop being those inside groups (the paper's section 4.2). The default number of
neighbours is twice the number of coordinates (Sander et al. 1998, "Density-based clustering in
spatial databases: the algorithm GDBSCAN and its applications").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn import cluster
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.neighbors import NearestNeighbors
from sklearn.utils.validation import validate_data

from songscape.cluster._counted import counted, nearest_until
from songscape.cluster._guard import as_counts, as_matrix
from songscape.core.errors import DegenerateDataError
from songscape.core.guard import check_values
from songscape.core.options import option

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from songscape.cluster._counted import Counted

SAMPLE = 5_000
"""Songs whose neighbours are looked up to read ε and to foresee memory."""

GIGABYTES = 2.0
"""Memory the neighbourhoods may take."""


@dataclass(frozen=True)
class Options:
    """What dense means."""

    eps: float = option(0.0, "radius of a neighbourhood; 0 reads it from the distances", low=0)
    neighbours: int = option(
        0, "songs, itself counted, that make a core; 0 for twice the coordinates", low=0
    )


class DBSCAN(ClusterMixin, BaseEstimator):  # type: ignore[misc]
    """Find dense groups; label -1 is noise.

    Parameters
    ----------
    eps : radius; 0 for the knee of the curve of k-th nearest distances.
    min_samples : songs within eps, itself counted, that make a core; 0 for 2·d.
    random_state : draws the sample of songs the radius is read from in large tables.

    Attributes
    ----------
    labels_ : int array of shape (n,).
    eps_, min_samples_ : what was used.
    core_sample_indices_ : rows that are cores.
    components_ : the cores themselves, shape (cores, d).
    """

    def __init__(
        self, eps: float = 0.0, min_samples: int = 0, random_state: int | None = None
    ) -> None:
        self.eps = eps
        self.min_samples = min_samples
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Find the groups.

        Parameters
        ----------
        X : array of shape (n, d) or frame.
        y : ignored.
        sample_weight : array of shape (n,), zero or more; a song of weight w is w equal songs. One
            of weight zero makes no core, but joins one within eps.

        Raises
        ------
        DegenerateDataError
            If the numbers do not allow it or the neighbourhoods do not fit in memory.
        """
        del y
        check_values(as_matrix(X))
        matrix = validate_data(self, X, dtype=np.float64)
        songs = counted(matrix, as_counts(sample_weight, matrix))
        self.min_samples_ = self.min_samples or 2 * matrix.shape[1]
        rows = _sample(len(songs.points), self.random_state)
        self.eps_ = self.eps or knee_distance(songs, self.min_samples_, rows)
        _check_memory(songs.points, self.eps_, rows)
        found = cluster.DBSCAN(eps=self.eps_, min_samples=self.min_samples_).fit(
            songs.points, sample_weight=songs.weights
        )
        core = np.isin(np.arange(len(songs.points)), found.core_sample_indices_)
        self.core_sample_indices_ = np.flatnonzero(core[songs.group] & (songs.group >= 0))
        self.components_ = matrix[self.core_sample_indices_]
        self.labels_ = found.labels_[songs.group].astype(np.int32)
        beside = songs.group < 0
        self.labels_[beside] = _beside(
            matrix[beside], songs.points[core], found.labels_[core], self.eps_
        )
        return self


def _beside(
    points: NDArray[np.float64], cores: NDArray[np.float64], labels: NDArray[np.int64], eps: float
) -> NDArray[np.int64]:
    """Return the label of the nearest core of each song, -1 where none is within eps."""
    if not len(cores) or not len(points):
        return np.full(len(points), -1)
    distances, nearest = NearestNeighbors(n_neighbors=1).fit(cores).kneighbors(points)
    return np.where(distances[:, 0] <= eps, labels[nearest[:, 0]], -1)


def _sample(n: int, seed: int | None) -> NDArray[np.int64]:
    """Draw the rows whose neighbours are looked up."""
    if n <= SAMPLE:
        return np.arange(n)
    return np.sort(np.random.default_rng(seed or 0).choice(n, SAMPLE, replace=False))


def knee_distance(songs: Counted, neighbours: int, rows: NDArray[np.int64]) -> float:
    """Return the distance at the knee of the sorted distances to the `neighbours`-th song.

    The knee is the point farthest below the chord from the first to the last (Satopaa et al. 2011,
    "Finding a kneedle in a haystack"). Zero distances, of duplicates, are passed over.

    Parameters
    ----------
    songs : the songs.
    neighbours : how many songs a neighbourhood counts, its own included.
    rows : the songs whose distances are looked up.
    """
    distances, _, sums = nearest_until(songs, neighbours, rows)
    column = np.minimum((sums < neighbours).sum(axis=1), sums.shape[1] - 1)
    reach = distances[np.arange(len(rows)), column]
    # Rounding may leave a little between a song and itself.
    reach[songs.weights[rows] >= neighbours] = 0.0
    order = np.argsort(reach, kind="stable")
    order = order[reach[order] > 0]
    reach, counts = reach[order], songs.weights[rows][order]
    if not len(reach):
        differences = np.ptp(songs.points, axis=0)
        return float(differences[differences > 0].min()) / 2
    place = np.maximum(np.cumsum(counts) - 1.0, 0.0)
    chord = reach[0] + (reach[-1] - reach[0]) * place / max(place[-1], 1.0)
    return float(reach[np.argmax(chord - reach)])


def _check_memory(matrix: NDArray[np.float64], eps: float, rows: NDArray[np.int64]) -> None:
    """Raise if the neighbourhoods of all songs would not fit in memory."""
    few = rows[:: max(1, len(rows) // 200)]
    near = NearestNeighbors(radius=eps).fit(matrix)
    found = near.radius_neighbors(matrix[few], return_distance=False)
    mean = float(np.mean([len(indices) for indices in found]))
    needed = 8 * mean * len(matrix) / 1e9
    if needed > GIGABYTES:
        raise DegenerateDataError(
            f"With eps = {eps:.3g} a song has {mean:,.0f} neighbours and {len(matrix):,} songs "
            f"need {needed:.1f} GB; lower cluster.dbscan.eps or use cluster.hdbscan."
        )


def make(options: Options, seed: int) -> DBSCAN:
    """Make the clusterer."""
    return DBSCAN(options.eps, options.neighbours, random_state=seed)
