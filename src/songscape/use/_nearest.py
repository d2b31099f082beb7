"""The nearest rows of a matrix: exact by blocks, or by an index for very many rows.

Exact: squared distances are taken in float32, block by block, as ‖x‖² − 2 x·q, and the few rows
that may be among the nearest, by a bound on the rounding, are measured again in float64. The answer
is that of a plain float64 search, ties by row.

Index: rows are kept in cells around the centres of a k-means on a sample. A query looks into cells
from the nearest centre outwards. It stops when a share of all rows was looked at, or earlier when
no cell further out can hold a nearer row: a row of cell c is at least ‖q − c‖ − radius(c) away.

References
----------
Jégou, H., Douze, M., Schmid, C. (2011). Product quantization for nearest neighbor search. IEEE
TPAMI 33(1) (inverted file). Elkan, C. (2003). Using the triangle inequality to accelerate k-means.
ICML.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from songscape._kernels import kmeans_step, nearest_centers

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

BLOCK = 1 << 16
"""Rows whose distances are held at once."""

QUERIES = 64
SLACK = 32
SAMPLE_PER_CENTER = 40
STEPS = 8
TOGETHER = 16
"""Cells looked into before the stop is checked again."""


class Found(NamedTuple):
    """The nearest rows of every query, nearest first.

    Attributes
    ----------
    rows : int64 array of shape (m, count).
    distances : float64 array of shape (m, count), Euclidean.
    """

    rows: Ints
    distances: Floats


class Exact:
    """Search all rows.

    Parameters
    ----------
    matrix : float64 array of shape (n, d).
    """

    def __init__(self, matrix: Floats) -> None:
        self.matrix = matrix
        self.centre = matrix.mean(axis=0)
        self.single = (matrix - self.centre).astype(np.float32)
        self.squares = np.einsum("ij,ij->i", self.single, self.single)

    def nearest(self, queries: ArrayLike, count: int) -> Found:
        """Return the `count` nearest rows of every query; fewer where there are fewer rows."""
        points = np.atleast_2d(np.asarray(queries, dtype=np.float64))
        count = min(count, len(self.matrix))
        parts = [self._some(points[i : i + QUERIES], count) for i in range(0, len(points), QUERIES)]
        rows, distances = zip(*parts, strict=True)
        return Found(np.concatenate(rows), np.concatenate(distances))

    def _some(self, points: Floats, count: int) -> Found:
        """Search for a few queries at once."""
        single = (points - self.centre).astype(np.float32)
        few = min(count + SLACK, len(self.matrix))
        kept, values = self._candidates(single, few)
        found = [
            self._measured(point, rows, near, count)
            for point, rows, near in zip(points, kept, values, strict=True)
        ]
        rows, distances = zip(*found, strict=True)
        return Found(np.array(rows), np.array(distances))

    def _candidates(
        self, single: NDArray[np.float32], few: int
    ) -> tuple[Ints, NDArray[np.float32]]:
        """Return the rows nearest by float32 with ‖x‖² − 2 x·q of each, in no order."""
        kept = np.empty((len(single), 0), dtype=np.int64)
        values = np.empty((len(single), 0), dtype=np.float32)
        for start in range(0, len(self.matrix), BLOCK):
            stop = min(start + BLOCK, len(self.matrix))
            near = self.squares[start:stop] - 2 * (single @ self.single[start:stop].T)
            best = _smallest(near, few)
            kept = np.concatenate([kept, best + start], axis=1)
            values = np.concatenate([values, np.take_along_axis(near, best, axis=1)], axis=1)
            again = _smallest(values, few)
            kept = np.take_along_axis(kept, again, axis=1)
            values = np.take_along_axis(values, again, axis=1)
        return kept, values

    def _measured(
        self, point: Floats, rows: Ints, near: NDArray[np.float32], count: int
    ) -> tuple[Ints, Floats]:
        """Measure candidates in float64; all rows, where rounding may have lost a nearer one."""
        found = nearest_of(self.matrix, point, rows, count)
        if len(rows) < len(self.matrix):
            square = float(((point - self.centre) ** 2).sum())
            largest = float(self.squares.max())
            doubt = 4 * (len(point) + 4) * np.finfo(np.float32).eps * (largest + square)
            if found[1][-1] ** 2 + doubt >= float(near.max()) + square:
                return nearest_of(self.matrix, point, np.arange(len(self.matrix)), count)
        return found


class Index:
    """Look only into the cells around a query.

    Parameters
    ----------
    matrix : float64 array of shape (n, d).
    seed : of the sample and the first centres.
    cells : number of cells; by default 4 √n, at most one for 40 rows.
    share : rows looked at for a query at most, as a share of all.

    Attributes
    ----------
    looked : how many distances the last search took, centres included, for each query on average.
    """

    def __init__(
        self, matrix: Floats, seed: int = 0, cells: int | None = None, share: float = 0.02
    ) -> None:
        n = len(matrix)
        cells = cells or max(1, min(int(4 * np.sqrt(n)), n // SAMPLE_PER_CENTER))
        self.share = share
        self.centers = _centers(matrix, cells, seed)
        found = nearest_centers(matrix.astype(np.float32), self.centers, threads=2)
        self.order = np.argsort(found.labels, kind="stable")
        self.rows = np.ascontiguousarray(matrix[self.order])
        self.starts = np.searchsorted(found.labels[self.order], np.arange(len(self.centers) + 1))
        self.radii = np.zeros(len(self.centers))
        np.maximum.at(self.radii, found.labels, np.sqrt(found.distance))
        self.looked = 0.0

    def nearest(self, queries: ArrayLike, count: int) -> Found:
        """Return nearly always the `count` nearest rows of every query."""
        points = np.atleast_2d(np.asarray(queries, dtype=np.float64))
        self.looked = 0.0
        found = [self._one(point, min(count, len(self.rows))) for point in points]
        self.looked = self.looked / len(points) + len(self.centers)
        rows, distances = zip(*found, strict=True)
        return Found(np.array(rows), np.array(distances))

    def _one(self, point: Floats, count: int) -> tuple[Ints, Floats]:
        """Search for one query, a few cells at a time."""
        away = np.sqrt(((self.centers - point) ** 2).sum(axis=1))
        cells = np.argsort(away, kind="stable")
        most, looked = max(self.share * len(self.rows), count), 0
        rows, distances = np.empty(0, dtype=np.int64), np.empty(0)
        for start in range(0, len(cells), TOGETHER):
            some = cells[start : start + TOGETHER]
            if len(rows) >= count:
                ahead = cells[start:]
                if looked >= most or (away[ahead] - self.radii[ahead]).min() > distances[-1]:
                    break
            places = np.concatenate([np.arange(self.starts[c], self.starts[c + 1]) for c in some])
            looked += len(places)
            measured = np.sqrt(((self.rows[places] - point) ** 2).sum(axis=1))
            rows = np.concatenate([rows, self.order[places]])
            distances = np.concatenate([distances, measured])
            best = np.lexsort((rows, distances))[:count]
            rows, distances = rows[best], distances[best]
        self.looked += looked
        return rows, distances


def nearest_of(matrix: Floats, point: Floats, rows: Ints, count: int) -> tuple[Ints, Floats]:
    """Return the nearest of some rows, in float64, ties by row."""
    distances = np.sqrt(((matrix[rows] - point) ** 2).sum(axis=1))
    best = np.lexsort((rows, distances))[:count]
    return rows[best], distances[best]


def _smallest(values: NDArray[np.float32], count: int) -> Ints:
    """Return the places of the smallest values of every row, in no order."""
    if count >= values.shape[1]:
        return np.tile(np.arange(values.shape[1]), (len(values), 1))
    return np.argpartition(values, count - 1, axis=1)[:, :count].astype(np.int64)


def _centers(matrix: Floats, count: int, seed: int) -> Floats:
    """Return the centres of a short k-means on a sample; an empty cell keeps its centre."""
    rng = np.random.default_rng(seed)
    size = min(len(matrix), SAMPLE_PER_CENTER * count)
    sample = matrix[rng.choice(len(matrix), size, replace=False)].astype(np.float32)
    centers = sample[:count].astype(np.float64)
    for _ in range(STEPS):
        step = kmeans_step(sample, centers, threads=2, labels=False)
        filled = step.counts > 0
        centers[filled] = step.sums[filled] / step.counts[filled, None]
    return centers
