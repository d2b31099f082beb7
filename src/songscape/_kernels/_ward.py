"""Ward's tree: at every height the merge that adds least to the sum of squares within clusters.

(Ward, 1963, Hierarchical grouping to optimize an objective function.) Found exactly by the
nearest-neighbour chain on centroids, so memory stays O(n d).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from songscape._kernels._check import as_table, as_weights, near_one
from songscape._kernels._engine import engine

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from songscape._kernels._engine import Floats, Ints

_ENOUGH = 10_000  # rows that tell the principal axes


def ward(
    points: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    threads: int = 1,  # noqa: ARG001 - a chain is sequential; the other kernels take it
) -> Floats:
    """Build Ward's tree as a SciPy linkage matrix.

    Parameters
    ----------
    points : (n, d) without NaN.
    weights : (n,) more than zero; a row of weight w counts as w identical rows already merged.
    threads : accepted as by the other kernels; a chain is sequential.

    Returns
    -------
    (n - 1, 4) float64: the two clusters merged (below n a row, from n on an earlier merge), the
    height ``sqrt(2 w_a w_b / (w_a + w_b)) |c_a - c_b|`` in ascending order, the weight of the
    merged cluster. `scipy.cluster.hierarchy` reads it; heights are those of SciPy.

    Raises
    ------
    DegenerateDataError : no rows, or numbers that are not finite.

    Examples
    --------
    >>> ward([[0.0], [1.0], [5.0]]).round(3).tolist()
    [[0.0, 1.0, 1.0, 2.0], [2.0, 3.0, 5.196, 3.0]]
    """
    table, scale = near_one(as_table(points))
    n = len(table)
    counted = as_weights(weights, n, zero=False)
    merged, heights = np.empty((n - 1, 2), dtype=np.int32), np.empty(n - 1)
    engine().ward(table, counted, _principal_axes(table), merged, heights)
    return linkage_matrix(merged, heights / scale, counted if counted.size else np.ones(n))


def _principal_axes(table: Floats) -> Floats:
    """Return orthonormal axes (d, d), the one along which centred rows differ most first."""
    sample = table[:: -(-len(table) // _ENOUGH)]
    return np.ascontiguousarray(np.linalg.eigh(sample.T @ sample)[1].T[::-1])


def linkage_matrix(merged: Ints, heights: Floats, weights: Floats) -> Floats:
    """Sort merges by height and number them, following each row to the cluster it is in by then.

    Parameters
    ----------
    merged : (n - 1, 2), two rows that stand for their clusters.
    heights : (n - 1,) in any order.
    weights : (n,), what each row counts.
    """
    order = np.argsort(heights, kind="stable")
    merged, heights, n = merged[order], heights[order], len(weights)
    parent = list(range(2 * n - 1))
    size = np.concatenate([weights, np.empty(n - 1)]).tolist()
    rows = []
    for new, (a, b) in enumerate(merged.tolist(), start=n):
        left, right = sorted((_root(parent, a), _root(parent, b)))
        parent[left] = parent[right] = new
        size[new] = size[left] + size[right]
        rows.append((left, right, heights[new - n], size[new]))
    return np.array(rows, dtype=np.float64).reshape(-1, 4)


def _root(parent: list[int], node: int) -> int:
    root = node
    while parent[root] != root:
        root = parent[root]
    while parent[node] != root:
        parent[node], node = root, parent[node]
    return root
