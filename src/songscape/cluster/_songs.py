"""Songs as the kernels read them: rows that differ, each with how often it counts.

Tables of songs repeat rows: the same recording on an album and on a collection. A repeated row adds
nothing but its weight to a mean, a sum of squares or a likelihood, so equal rows are merged and
counted. The result is that of all rows, to rounding, and costs less by the share that repeats.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from songscape._kernels import Descent, nearest_centers, unknown
from songscape._kernels._engine import engine
from songscape.cluster._threads import allowed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from songscape._kernels import Known, Nearest, Stop

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int32]

PAYS = 0.9
"""Merging is worth its cost if this share of rows or fewer are different …"""

FEWEST = 1_000
"""… among at least so many."""

_NO_LABELS = np.empty(0, dtype=np.int32)


@dataclass(frozen=True, eq=False)
class Songs:
    """Rows and their weights.

    Parameters
    ----------
    points : float64 array of shape (n, d).
    weights : float64 array of shape (n,), zero or more; empty where every row counts once.
    """

    points: Floats
    weights: Floats = field(default_factory=lambda: np.empty(0))

    @cached_property
    def mass(self) -> Floats:
        """The weights, shape (n,), ones where every row counts once."""
        return self.weights if self.weights.size else np.ones(len(self.points))

    @cached_property
    def mean(self) -> Floats:
        """Weighted mean, shape (1, d)."""
        mean: Floats = np.einsum("n,nd->d", self.mass, self.points) / self.mass.sum()
        return mean[None]

    @cached_property
    def variance(self) -> float:
        """Weighted variance, averaged over columns."""
        square = np.einsum("n,nd->d", self.mass, (self.points - self.mean) ** 2)
        return float((square / self.mass.sum()).mean())

    def step(self, centers: Floats) -> tuple[float, Floats, Floats]:
        """Return the cost of centres and, for the next ones, counts (k,) and sums (k, d).

        The compiled function is called without the checks of its public door, which look at every
        weight again: a sweep takes thousands of steps over the same songs.
        """
        counts, sums = np.empty(len(centers)), np.empty(centers.shape)
        threads = allowed(len(centers) * self.points.size)
        cost = engine().kmeans_step(
            self.points, centers, self.weights, threads, _NO_LABELS, counts, sums
        )
        return cost, counts, sums

    def descend(self, centers: Floats, stop: Stop, known: Known | None = None) -> Descent:
        """Move centres by Lloyd's steps until they are to stop.

        Parameters
        ----------
        centers : where to begin; changed in place.
        stop : when to end.
        known : of the songs and these centres; changed in place.
        """
        known = known or unknown(len(self.points))
        threads = allowed(len(centers) * self.points.size)
        cost, steps = engine().lloyd(self.points, self.weights, centers, stop, threads, *known)
        return Descent(centers, cost, steps, None if cost > stop.rival else known)

    def draw_centers(self, count: int, known: Known, draws: Floats) -> tuple[Ints, Floats]:
        """Choose songs as further centres, one for each row of draws, and price each choice.

        Parameters
        ----------
        count : how many centres there are.
        known : of the songs and these centres, with empty labels where only squares are;
            brought up to date.
        draws : (rounds, candidates) in 0..1, each the share of all cost a draw falls on.
        """
        chosen, costs = np.empty(len(draws), dtype=np.int32), np.empty(len(draws))
        threads = allowed(draws.shape[1] * self.points.size)
        engine().greedy_draws(
            self.points, self.weights, draws, count, threads, *known, chosen, costs
        )
        return chosen, costs

    def nearest(self, centers: Floats) -> Nearest:
        """Return the two nearest centres of every row."""
        threads = allowed(len(centers) * self.points.size)
        return nearest_centers(self.points, centers, threads=threads)

    def distances_to(self, row: int) -> Floats:
        """Return squared distances to one row, shape (n,)."""
        gap = self.points - self.points[row]
        distances: Floats = np.einsum("ij,ij->i", gap, gap)
        return distances

    def draw(self, mass: Floats, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
        """Draw rows with probability proportional to a mass."""
        total = np.cumsum(mass)
        if total[-1] <= 0:
            return rng.integers(0, len(mass), count)
        found = np.searchsorted(total, rng.random(count) * total[-1], side="right")
        rows: NDArray[np.int64] = np.minimum(found, len(mass) - 1)
        return rows

    def sample(self, most: int, rng: np.random.Generator) -> Songs:
        """Draw at most so many rows, which keep their weights."""
        if len(self.points) <= most:
            return self
        rows = np.sort(rng.choice(len(self.points), most, replace=False))
        return Songs(self.points[rows], self.weights[rows] if self.weights.size else self.weights)


def songs(points: Floats, weights: Floats | None = None) -> Songs:
    """Return rows with their weights, equal rows merged where it pays.

    Parameters
    ----------
    points : float64 array of shape (n, d).
    weights : shape (n,), zero or more; rows of weight zero are left out.

    Examples
    --------
    >>> songs(np.repeat([[1.0], [2.0]], 1000, axis=0)).weights.tolist()
    [1000.0, 1000.0]
    """
    if weights is not None and np.ptp(weights) > 0:
        counting = weights > 0
        return _merged(points[counting], weights[counting])
    # Equal weights count once each: a common factor moves no centre, and it is put back by whoever
    # reports a cost.
    return _merged(np.ascontiguousarray(points), np.empty(0))


def merge(points: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the first row of every group of equal rows, and the group of every row.

    Rows are sorted by a hash of their bits. Where different rows share one, which 64 bits make a
    matter of one in a billion for a million songs, whole rows are sorted.
    """
    keys = _hashes(points)
    _, first, group = np.unique(keys, return_index=True, return_inverse=True)
    if not np.array_equal(points[first][group], points):
        _, first, group = np.unique(points + 0.0, axis=0, return_index=True, return_inverse=True)
    order = np.argsort(first, kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return first[order], rank[group.ravel()]


def _merged(points: Floats, weights: Floats) -> Songs:
    """Merge equal rows if enough of them repeat."""
    if len(points) < FEWEST:
        return Songs(points, weights)
    first, group = merge(points)
    if len(first) > PAYS * len(points):
        return Songs(points, weights)
    counted = np.bincount(group, weights if weights.size else None, minlength=len(first))
    return Songs(points[first], counted.astype(np.float64))


def _hashes(points: Floats) -> NDArray[np.uint64]:
    """Return a 64-bit hash of every row; rows that compare equal hash alike (−0 is 0)."""
    bits = (points + 0.0).view(np.uint64)
    keys = np.zeros(len(points), dtype=np.uint64)
    for column in bits.T:
        keys = (keys ^ column) * np.uint64(0x9E3779B97F4A7C15)
        keys ^= keys >> np.uint64(29)
    return keys
