"""Compare two groupings of the same songs: which cluster became which, and how much is alike.

Numbers of clusters mean nothing, so clusters are paired first: by the one-to-one assignment under
which most songs stay (Kuhn 1955, "The Hungarian method for the assignment problem").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linear_sum_assignment

if TYPE_CHECKING:
    from numpy.typing import NDArray


def crossed(
    old: NDArray[np.int32], new: NDArray[np.int32], shape: tuple[int, int]
) -> NDArray[np.int64]:
    """Count the songs of every old cluster (row) in every new one (column); noise left out.

    >>> crossed(np.array([0, 0, 1, -1]), np.array([1, 1, 0, 0]), (2, 2)).tolist()
    [[0, 2], [1, 0]]
    """
    both = (old >= 0) & (new >= 0)
    codes = old[both].astype(np.int64) * shape[1] + new[both]
    return np.bincount(codes, minlength=shape[0] * shape[1]).reshape(shape).astype(np.int64)


def partners(table: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the old cluster (row) every new one (column) is, -1 where it shares no song or is new.

    >>> partners(np.array([[0, 7, 2], [5, 1, 0]])).tolist()
    [1, 0, -1]
    """
    rows, columns = linear_sum_assignment(table, maximize=True)
    found = np.full(table.shape[1], -1, dtype=np.int64)
    found[columns] = np.where(table[rows, columns] > 0, rows, -1)
    return found


def jaccard(
    table: NDArray[np.int64], sizes: tuple[NDArray[np.int64], NDArray[np.int64]] | None = None
) -> NDArray[np.float64]:
    """Return |A ∩ B| / |A ∪ B| of every old cluster A and new cluster B, shape as `table`.

    `sizes` are those of the old and the new clusters, where songs of theirs are noise in the other.
    """
    old, new = sizes or (table.sum(axis=1), table.sum(axis=0))
    union = old[:, None] + new[None, :] - table
    alike: NDArray[np.float64] = table / np.maximum(union, 1)
    return alike


def variation_of_information(table: NDArray[np.int64]) -> float:
    """Return H(A|B) + H(B|A) in bits: 0 for equal groupings, at most log₂ n.

    References
    ----------
    Meilă 2007, "Comparing clusterings – an information based distance".

    >>> variation_of_information(np.array([[5, 0], [0, 5]]))
    0.0
    """
    total = table.sum()
    if not total:
        return float("nan")
    joint = table[table > 0] / total
    halves = [table.sum(axis=axis) / total for axis in (0, 1)]
    marginal = sum(float((part[part > 0] * np.log2(part[part > 0])).sum()) for part in halves)
    return max(0.0, marginal - 2 * float((joint * np.log2(joint)).sum()))
