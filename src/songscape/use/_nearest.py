"""The nearest rows of a matrix: exact by blocks, or by an index for very many rows.

Exact: squared distances are taken in float32, block by block, as ‖x‖² − 2 x·q, and the few rows
that may be among the nearest, by a bound on the rounding, are measured again in float64. The answer
is that of a plain float64 search, ties by row.

Index: rows are kept in cells around the centres of a k-means on a sample. A query looks into cells
from the nearest centre outwards, until a share of all rows was looked at, and leaves out cells that
cannot hold a nearer row: a row of cell c is at least ‖q − c‖ − radius(c) away. How large the share
must be is measured when the index is built.

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
FIRST = 16
"""Cells looked into before those that cannot hold a nearer row are left out."""

CHECKED = 200
"""Rows an index searches when it is built, to know how much it finds."""

ENOUGH = 0.98
"""Share of the nearest rows an index has to find."""

SHARES = (0.01, 0.015, 0.023, 0.034, 0.045)
"""Shares of all rows an index may look at; with the centres the last is a twentieth."""


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
    seed : of the sample, the first centres and the rows the recall is measured on.
    cells : number of cells; by default 4 √n, at most one for 40 rows.
    share : rows looked at for a query at most, as a share of all; by default the smallest of
        :data:`SHARES` that finds enough.
    count : nearest rows the recall is measured for.

    Attributes
    ----------
    recall : share of the `count` nearest rows that are found, less twice its standard error, by
        the search of some rows of the matrix for the others; NaN where the share was given.
    looked : how many distances the last search took, centres included, for each query on average.
    """

    def __init__(
        self,
        matrix: Floats,
        seed: int = 0,
        *,
        cells: int | None = None,
        share: float | None = None,
        count: int = 10,
    ) -> None:
        n = len(matrix)
        cells = cells or max(1, min(int(4 * np.sqrt(n)), n // SAMPLE_PER_CENTER))
        self.matrix = matrix
        self.centre = matrix.mean(axis=0)
        single = (matrix - self.centre).astype(np.float32)
        self.centers = _centers(single, cells, seed)
        found = nearest_centers(single, self.centers, threads=2)
        self.order = np.argsort(found.labels, kind="stable")
        self.single = single[self.order]
        self.squares = np.einsum("ij,ij->i", self.single, self.single)
        self.starts = np.searchsorted(found.labels[self.order], np.arange(len(self.centers) + 1))
        self.radii = np.zeros(len(self.centers))
        np.maximum.at(self.radii, found.labels, np.sqrt(found.distance))
        self.looked, self.recall = 0.0, np.nan
        self.share = SHARES[0] if share is None else share
        if share is None:
            self._widen(count, seed)

    def nearest(self, queries: ArrayLike, count: int) -> Found:
        """Return nearly always the `count` nearest rows of every query."""
        points = np.atleast_2d(np.asarray(queries, dtype=np.float64))
        self.looked = 0.0
        found = [self._one(point, min(count, len(self.matrix))) for point in points]
        self.looked = self.looked / len(points) + len(self.centers)
        rows, distances = zip(*found, strict=True)
        return Found(np.array(rows), np.array(distances))

    def _widen(self, count: int, seed: int) -> None:
        """Take the smallest share that finds enough, by searching some rows exactly, too."""
        size = min(CHECKED, len(self.matrix))
        rows = np.random.default_rng(seed).choice(len(self.matrix), size, replace=False)
        wanted = Exact(self.matrix).nearest(self.matrix[rows], count + 1).rows
        for self.share in SHARES:
            found = self.nearest(self.matrix[rows], count + 1).rows
            pairs = zip(found, wanted, strict=True)
            # Every row finds itself, which shows nothing.
            hits = np.array([len(np.intersect1d(one, two)) - 1 for one, two in pairs]) / count
            self.recall = float(hits.mean() - 2 * hits.std() / np.sqrt(size))
            if self.recall >= ENOUGH:
                return

    def _one(self, point: Floats, count: int) -> tuple[Ints, Floats]:
        """Search for one query: in the nearest cells, then in those that may hold nearer rows."""
        query = point - self.centre
        away = np.sqrt(((self.centers - query) ** 2).sum(axis=1))
        cells = np.argsort(away, kind="stable")
        reached = np.cumsum(np.diff(self.starts)[cells])
        first = max(FIRST, int(np.searchsorted(reached, count)) + 1)
        most = max(int(np.searchsorted(reached, self.share * len(self.matrix))) + 1, first)
        places, near = self._near(query, cells[:first], count)
        bound = nearest_of(self.matrix, point, self.order[places], count)[1][-1]
        ahead = cells[first:most]
        ahead = ahead[away[ahead] - self.radii[ahead] <= bound]
        more, further = self._near(query, ahead, count)
        places, near = np.concatenate([places, more]), np.concatenate([near, further])
        best = places[_smallest(near[None], count + SLACK)[0]]
        return nearest_of(self.matrix, point, self.order[best], count)

    def _near(self, query: Floats, cells: Ints, count: int) -> tuple[Ints, NDArray[np.float32]]:
        """Return the nearest places of some cells by float32, with ‖x‖² − 2 x·q, in no order."""
        spans = [(self.starts[cell], self.starts[cell + 1]) for cell in cells]
        if not spans:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
        doubled = (2 * query).astype(np.float32)
        places = np.concatenate([np.arange(start, stop) for start, stop in spans])
        products = np.concatenate([self.single[start:stop] @ doubled for start, stop in spans])
        near = self.squares[places] - products
        self.looked += len(places)
        best = _smallest(near[None], count + SLACK)[0]
        return places[best], near[best]


def searching(matrix: Floats, count: int, seed: int = 0) -> Exact | Index:
    """Return an index that finds enough of the `count` nearest rows, else the exact search.

    In a cloud without any structure, of many dimensions, cells tell little: there an index would
    have to look at a good part of all rows, and the exact search, by blocks, is as fast.
    """
    index = Index(matrix, seed, count=count)
    return index if index.recall >= ENOUGH else Exact(matrix)


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


def _centers(matrix: NDArray[np.float32], count: int, seed: int) -> Floats:
    """Return the centres of a short k-means on a sample; an empty cell keeps its centre."""
    rng = np.random.default_rng(seed)
    size = min(len(matrix), SAMPLE_PER_CENTER * count)
    sample = matrix[rng.choice(len(matrix), size, replace=False)]
    centers = sample[:count].astype(np.float64)
    for _ in range(STEPS):
        step = kmeans_step(sample, centers, threads=2, labels=False)
        filled = step.counts > 0
        centers[filled] = step.sums[filled] / step.counts[filled, None]
    return centers
