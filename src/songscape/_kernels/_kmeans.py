"""One pass of Lloyd's k-means, and what sweeps over k need beside it.

A step assigns every row to its nearest centre and returns, in the same pass over the rows, the
weighted counts and sums from which the next centres follow as ``sums / counts[:, None]``
(Lloyd, 1982, Least squares quantization in PCM).

Rows may be float32 or float64 and are read where they lie. Distances are measured in float32 in a
frame around the centres; rows whose two best centres are closer than float32 can tell apart are
measured again in float64, so labels are those of float64 arithmetic. Sums and the objective are
float64. Results are bit-identical on any number of threads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from songscape._kernels._check import as_centers, as_table, as_weights, require
from songscape._kernels._engine import engine

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from songscape._kernels._engine import Floats, Ints


class Step(NamedTuple):
    """What one pass returns.

    Attributes
    ----------
    labels : (n,) int32, the nearest centre of each row, of equals the first; or None.
    counts : (k,) float64, the weight of each cluster.
    sums : (k, d) float64, the weighted sum of each cluster's rows.
    objective : the weighted sum of squared distances to the nearest centre.
    """

    labels: Ints | None
    counts: Floats
    sums: Floats
    objective: float


class Nearest(NamedTuple):
    """The two nearest centres of every row.

    Attributes
    ----------
    labels, second_labels : (n,) int32; with one centre the second is 0.
    distance, second_distance : (n,) float64, *squared* distances; with one centre the second
        is infinite.
    """

    labels: Ints
    distance: Floats
    second_labels: Ints
    second_distance: Floats


def kmeans_step(
    points: ArrayLike,
    centers: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    threads: int = 1,
    labels: bool = True,
) -> Step:
    """Assign rows to their nearest centres; count, sum and measure the clusters.

    Parameters
    ----------
    points : (n, d) float32 or float64 without NaN.
    centers : (k, d).
    weights : (n,) zero or more; a row of weight w counts as w rows.
    threads : how many to use at most.
    labels : whether to return them.

    Raises
    ------
    DegenerateDataError : no rows, shapes that do not fit, or numbers that are not finite.

    Examples
    --------
    >>> step = kmeans_step([[0.0], [1.0], [10.0]], [[0.0], [9.0]])
    >>> step.labels.tolist(), step.counts.tolist(), step.objective
    ([0, 0, 1], [2.0, 1.0], 2.0)
    """
    table = as_table(points)
    n, d = table.shape
    start = as_centers(centers, d)
    found = np.empty(n if labels else 0, dtype=np.int32)
    counts, sums = np.empty(len(start)), np.empty(start.shape)
    objective = engine().kmeans_step(
        table, start, as_weights(weights, n), threads, found, counts, sums
    )
    require(np.isfinite(objective), "Points")
    return Step(found if labels else None, counts, sums, objective)


def nearest_centers(points: ArrayLike, centers: ArrayLike, *, threads: int = 1) -> Nearest:
    """Find the two nearest centres of every row, with squared distances in float64.

    Parameters
    ----------
    points : (n, d) float32 or float64 without NaN.
    centers : (k, d).
    threads : how many to use at most.

    Raises
    ------
    DegenerateDataError : no rows, shapes that do not fit, or numbers that are not finite.

    Examples
    --------
    >>> found = nearest_centers([[0.0], [4.0]], [[0.0], [5.0]])
    >>> found.labels.tolist(), found.second_distance.tolist()
    ([0, 1], [25.0, 16.0])
    """
    table = as_table(points)
    labels = np.empty((2, len(table)), dtype=np.int32)
    squares = np.empty((2, len(table)))
    engine().nearest_centers(table, as_centers(centers, table.shape[1]), threads, labels, squares)
    require(np.isfinite(squares[0]).all(), "Points")
    return Nearest(labels[0], squares[0], labels[1], squares[1])


def potentials(
    points: ArrayLike,
    candidates: ArrayLike,
    closest: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    threads: int = 1,
) -> Floats:
    """Return what the objective would be with each candidate as one more centre.

    The D² step of greedy k-means++: draw candidates with probability proportional to
    ``weights * closest`` and keep the one of least potential (Arthur and Vassilvitskii, 2007,
    k-means++: the advantages of careful seeding).

    Parameters
    ----------
    points : (n, d) float32 or float64 without NaN.
    candidates : (m, d).
    closest : (n,) squared distances to the nearest centre so far; infinite where there is none.
    weights : (n,) zero or more.
    threads : how many to use at most.

    Returns
    -------
    (m,) float64, exact to float32 distances.

    Raises
    ------
    DegenerateDataError : no rows, shapes that do not fit, or numbers that are not finite.

    Examples
    --------
    >>> potentials([[0.0], [3.0]], [[0.0], [2.0]], [9.0, 9.0]).tolist()
    [9.0, 5.0]
    """
    table = as_table(points)
    rows = as_centers(candidates, table.shape[1])
    known = np.ascontiguousarray(closest, dtype=np.float64)
    if known.shape != (len(table),):
        as_weights(known, len(table))
    out = np.empty(len(rows))
    engine().potentials(table, rows, as_weights(weights, len(table)), known, threads, out)
    require(np.isfinite(out).all(), "Points")
    return out
