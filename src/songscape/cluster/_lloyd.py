"""Lloyd's algorithm from greedy k-means++ starts, on the fused kernel.

A start draws each next centre from the songs with probability proportional to the squared distance
to the nearest centre so far; of a few candidates the one that lowers the cost most is kept (Arthur
& Vassilvitskii 2007, "k-means++: the advantages of careful seeding", section 5 on greedy draws).
Then every song goes to its nearest centre and every centre to the mean of its songs until the
centres stand still (Lloyd 1982, "Least squares quantization in PCM"). A cluster that loses all its
songs takes the song farthest from its centre.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from songscape._kernels import kmeans_step, nearest_centers, potentials
from songscape.cluster._threads import allowed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Solution:
    """Centres that stand still.

    Parameters
    ----------
    centers : float64 array of shape (k, d).
    labels : int32 array of shape (n,), the nearest centre of every song.
    inertia : weighted sum of squared distances to the nearest centre.
    steps : passes over the songs.
    """

    centers: Floats
    labels: NDArray[np.int32]
    inertia: float
    steps: int


def greedy_start(points: Floats, k: int, weights: Floats, rng: np.random.Generator) -> Floats:
    """Draw k centres among the songs, far apart, shape (k, d)."""
    candidates = 2 + int(np.log(k))
    squares = np.einsum("ij,ij->i", points, points)
    chosen = [_drawn(weights, 1, rng)[0]]
    closest = _squared_distances(points, squares, chosen[0])
    for _ in range(1, k):
        drawn = _drawn(weights * closest, candidates, rng)
        costs = potentials(
            points, points[drawn], closest, weights, threads=allowed(len(drawn) * points.size)
        )
        chosen.append(drawn[int(np.argmin(costs))])
        closest = np.minimum(closest, _squared_distances(points, squares, chosen[-1]))
    return points[chosen]


def random_start(points: Floats, k: int, weights: Floats, rng: np.random.Generator) -> Floats:
    """Draw k different songs as centres, shape (k, d)."""
    return points[rng.choice(len(points), k, replace=False, p=weights / weights.sum())]


def lloyd(
    points: Floats, start: Floats, weights: Floats, *, most: int, tolerance: float
) -> Solution:
    """Move centres until they stand still.

    Parameters
    ----------
    points : shape (n, d).
    start : centres to begin with, shape (k, d).
    weights : shape (n,); a song of weight w counts as w songs.
    most : most passes.
    tolerance : sum of squared movements of the centres that ends it.
    """
    centers, threads = start, allowed(len(start) * points.size)
    steps, shift = 0, np.inf
    while steps < most and shift > tolerance:
        steps += 1
        step = kmeans_step(points, centers, weights, threads=threads, labels=False)
        moved = _means(points, centers, step.counts, step.sums, weights)
        shift = float(((moved - centers) ** 2).sum())
        centers = moved
    last = kmeans_step(points, centers, weights, threads=threads)
    labels = np.empty(0, dtype=np.int32) if last.labels is None else last.labels
    return Solution(centers, labels, last.objective, steps)


def _squared_distances(points: Floats, squares: Floats, row: int) -> Floats:
    """Return squared distances to one song, shape (n,), as exact as drawing needs.

    As ‖x‖² − 2x·c + ‖c‖² they cost one product; the song itself gets an exact zero.
    """
    distances: Floats = squares - 2.0 * (points @ points[row]) + squares[row]
    np.maximum(distances, 0.0, out=distances)
    distances[row] = 0.0
    return distances


def _drawn(mass: Floats, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw songs with probability proportional to their mass."""
    total = np.cumsum(mass)
    if total[-1] <= 0:
        return rng.integers(0, len(mass), count)
    found = np.searchsorted(total, rng.random(count) * total[-1], side="right")
    rows: NDArray[np.int64] = np.minimum(found, len(mass) - 1)
    return rows


def _means(
    points: Floats, centers: Floats, counts: Floats, sums: Floats, weights: Floats
) -> Floats:
    """Return the mean of every cluster; an empty one takes the song farthest from its centre."""
    empty = np.flatnonzero(counts <= 0)
    if not len(empty):
        return sums / counts[:, None]
    moved = np.divide(sums, counts[:, None], out=centers.copy(), where=counts[:, None] > 0)
    far = nearest_centers(points, centers).distance * (weights > 0)
    moved[empty] = points[np.argsort(-far, kind="stable")[: len(empty)]]
    return moved
