"""Whole runs of Lloyd's algorithm, and the greedy draws they start from, each in one call.

A run takes the same steps as :func:`songscape._kernels.kmeans_step` one after the other and ends at
the same centres. It is faster because most rows keep their cluster: each remembers by how much its
nearest centre leads the next, and is measured again only when the centres have moved by more
(Hamerly, 2010, Making k-means even faster), and where there are many rows to a centre then only
against those that can have come nearer (Elkan, 2003, Using the triangle inequality to accelerate
k-means). A cluster that loses all its rows takes the row farthest from its centre.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from songscape._kernels._check import as_centers, as_labels, as_table, as_weights, require
from songscape._kernels._engine import engine
from songscape.core.errors import DegenerateDataError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from songscape._kernels._engine import Floats, Ints


class Stop(NamedTuple):
    """When a run ends.

    Attributes
    ----------
    most : most steps.
    first : steps before `gain` and `rival` are looked at.
    shift : ends when the sum of squared movements of the centres is no larger.
    gain : ends when a step gains a smaller share of the cost.
    patience, rival : gives up when `patience` times the last gain would not bring the cost to
        that of a rival.
    """

    most: int = 300
    first: int = 3
    shift: float = 0.0
    gain: float = 0.0
    patience: float = 10.0
    rival: float = np.inf


class Known(NamedTuple):
    """What is known of each row, by which the next run spares itself work.

    Attributes
    ----------
    labels : (n,) int32, the nearest centre.
    leads : (n,) float64, by how much at least the distance to any other centre exceeds that to the
        nearest; 0 where nothing is known, not even the label.
    squares : (n,) float64, the squared distance to the nearest centre.

    Leads and squares are both empty where only labels are wanted.
    """

    labels: Ints
    leads: Floats
    squares: Floats


class Descent(NamedTuple):
    """Where a run ended.

    Attributes
    ----------
    centers : (k, d) float64.
    cost : the weighted sum of squared distances.
    steps : how often the centres moved.
    known : of each row; None where the run was given up.
    """

    centers: Floats
    cost: float
    steps: int
    known: Known | None


def unknown(rows: int, *, labels_only: bool = False) -> Known:
    """Return what is known of rows before a run: nothing, to become labels only or everything."""
    size = 0 if labels_only else rows
    return Known(np.zeros(rows, dtype=np.int32), np.zeros(size), np.zeros(size))


def lloyd(
    points: ArrayLike,
    centers: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    known: Known | None = None,
    stop: Stop = Stop(),  # noqa: B008 - immutable
    threads: int = 1,
) -> Descent:
    """Move centres to the means of their clusters until they stand still.

    Parameters
    ----------
    points : (n, d) float32 or float64 without NaN.
    centers : (k, d) to begin with.
    weights : (n,) zero or more; a row of weight w counts as w rows.
    known : of each row and these centres; left as it is. What it does not hold is not told of
        rows afterwards either, which spares a pass over them: see :func:`unknown`.
    stop : when to end.
    threads : how many to use at most; results are bit-identical on any number.

    Raises
    ------
    DegenerateDataError : no rows, shapes that do not fit, or numbers that are not finite.

    Examples
    --------
    >>> found = lloyd([[0.0], [1.0], [10.0]], [[0.0], [1.0]])
    >>> found.centers.tolist(), found.known.labels.tolist(), found.cost
    ([[0.5], [10.0]], [0, 0, 1], 0.5)
    """
    table = as_table(points)
    n, d = table.shape
    found = as_centers(centers, d).copy()
    rows = unknown(n) if known is None else _copied(known, n, len(found))
    cost, steps = engine().lloyd(table, as_weights(weights, n), found, stop, threads, *rows)
    require(np.isfinite(cost), "Points")
    return Descent(found, cost, steps, None if cost > stop.rival else rows)


def _copied(known: Known, rows: int, centers: int) -> Known:
    """Return arrays of the right type that may be written to."""
    if not known.leads.size:
        return unknown(rows, labels_only=not known.squares.size)
    leads, squares = (np.array(as_weights(one, rows)) for one in known[1:])
    return Known(np.array(as_labels(known.labels, rows, centers)), leads, squares)


def greedy_draws(
    points: ArrayLike,
    closest: ArrayLike,
    draws: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    threads: int = 1,
) -> tuple[Ints, Floats]:
    """Choose rows as further centres: in each round, of some drawn far off the one that helps most.

    The greedy draws of k-means++ (Arthur and Vassilvitskii, 2007, k-means++: the advantages of
    careful seeding, section 5).

    Parameters
    ----------
    points : (n, d) float32 or float64 without NaN.
    closest : (n,) squared distance of each row to the centres so far.
    draws : (rounds, candidates) in 0..1, each the share of ``weights * closest`` a draw falls on.
    weights : (n,) zero or more.
    threads : how many to use at most.

    Returns
    -------
    The rows chosen (rounds,) int32, and the costs (rounds,) float64 with each of them added.

    Raises
    ------
    DegenerateDataError : no rows, shapes that do not fit, or numbers that are not finite.

    Examples
    --------
    >>> rows, costs = greedy_draws([[0.0], [1.0], [5.0]], [0.0, 1.0, 25.0], [[0.9]])
    >>> rows.tolist(), costs.tolist()
    ([2], [1.0])
    """
    table = as_table(points)
    n = len(table)
    require(float(table.max()) < 1e150 and float(table.min()) > -1e150, "Points")
    near = Known(np.empty(0, dtype=np.int32), np.empty(0), np.array(as_weights(closest, n)))
    given = np.ascontiguousarray(draws, dtype=np.float64)
    if given.ndim != 2 or given.shape[1] == 0 or not ((given >= 0) & (given <= 1)).all():
        raise DegenerateDataError("Draws must be a table of numbers in 0..1, one row each round.")
    chosen, costs = np.empty(len(given), dtype=np.int32), np.empty(len(given))
    engine().greedy_draws(table, as_weights(weights, n), given, 0, threads, *near, chosen, costs)
    return chosen, costs
