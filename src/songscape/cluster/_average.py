"""The tree of average linkage where songs count differently.

The distance of two groups is the mean over pairs of their songs, each pair counted as often as its
songs are (the unweighted pair group method of Sokal & Michener 1958, "A statistical method for
evaluating systematic relationships"). Joining two groups lets the mean to any other follow from
theirs, and never brings a third nearer than both were, so that chains of nearest neighbours find
the tree exactly (Murtagh 1983, "A survey of recent advances in hierarchical clustering
algorithms").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial.distance import cdist

from songscape._kernels import linkage_matrix

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def average(points: Floats, weights: Floats) -> Floats:
    """Return the tree as SciPy writes it, shape (m - 1, 4); the last column is what songs count.

    Parameters
    ----------
    points : float64 array of shape (m, d).
    weights : float64 array of shape (m,), more than zero.

    Examples
    --------
    >>> average(np.array([[0.0], [1.0], [5.0]]), np.array([3.0, 1.0, 1.0])).tolist()
    [[0.0, 1.0, 1.0, 4.0], [2.0, 3.0, 4.75, 5.0]]
    """
    distances = cdist(points, points)
    np.fill_diagonal(distances, np.inf)
    mass, m = weights.copy(), len(points)
    merged, heights = np.empty((m - 1, 2), dtype=np.int32), np.empty(m - 1)
    chain: list[int] = []
    for step in range(m - 1):
        if not chain:
            chain = [int(merged[step - 1, 1])] if step else [0]
        gone, kept = _nearest_pair(distances, chain)
        merged[step], heights[step] = (gone, kept), distances[gone, kept]
        _join(distances, mass, gone, kept)
        del chain[-2:]
    return linkage_matrix(merged, heights, weights)


def _nearest_pair(distances: Floats, chain: list[int]) -> tuple[int, int]:
    """Lengthen the chain until its last two are nearest to each other."""
    while True:
        row = distances[chain[-1]]
        nearest = int(row.argmin())
        if len(chain) > 1 and row[chain[-2]] <= row[nearest]:
            return chain[-1], chain[-2]
        chain.append(nearest)


def _join(distances: Floats, mass: Floats, gone: int, kept: int) -> None:
    """Put one group into another."""
    both = mass[gone] + mass[kept]
    means = (mass[gone] * distances[gone] + mass[kept] * distances[kept]) / both
    means[kept] = np.inf
    distances[kept] = distances[:, kept] = means
    distances[gone] = distances[:, gone] = np.inf
    mass[kept] = both
