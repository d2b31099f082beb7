"""Bring arrays into the form the kernels read, or say in a sentence why that cannot be."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from songscape.core.errors import DegenerateDataError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from songscape._kernels._engine import Floats, Ints, Table

_TOO_MUCH = (
    "hold NaN, infinite or far too large numbers (beyond 1e150); clean or rescale them first"
)


def as_table(points: ArrayLike) -> Table:
    """Return points (n, d) as float32 or float64 with contiguous rows, copied only if need be."""
    table = np.asarray(points)
    if table.dtype not in {np.dtype(np.float32), np.dtype(np.float64)}:
        table = table.astype(np.float64)
    if table.ndim != 2 or 0 in table.shape:
        raise DegenerateDataError(
            "Points must be a table of at least one row and one column, "
            f"not of shape {table.shape}."
        )
    width, (down, across) = table.dtype.itemsize, table.strides
    readable = across == width and down >= table.shape[1] * width and down % width == 0
    return table if readable and table.flags.aligned else np.ascontiguousarray(table)


def as_centers(centers: ArrayLike, dimension: int) -> Floats:
    """Return centres (k, d) as contiguous float64."""
    table = np.ascontiguousarray(centers, dtype=np.float64)
    if table.ndim != 2 or table.shape[1] != dimension or len(table) == 0:
        raise DegenerateDataError(
            f"Centres must be a table of {dimension} columns like the points, "
            f"not of shape {table.shape}."
        )
    require(float(np.abs(table).max()) < 1e150, "Centres")
    return table


def as_weights(weights: ArrayLike | None, rows: int, *, zero: bool = True) -> Floats:
    """Return weights (n,) as contiguous float64; empty where every row counts once."""
    if weights is None:
        return np.empty(0)
    array = np.ascontiguousarray(weights, dtype=np.float64)
    if array.shape != (rows,):
        raise DegenerateDataError(
            f"There must be one weight for each of {rows} rows, not shape {array.shape}."
        )
    if not (np.isfinite(array).all() and (array >= 0 if zero else array > 0).all()):
        least = "zero or more" if zero else "more than zero"
        raise DegenerateDataError(f"Weights must be finite and {least}.")
    return array


def as_labels(labels: Ints, rows: int, centers: int) -> Ints:
    """Return labels (n,) as contiguous int32, copied only if need be."""
    array = np.ascontiguousarray(labels, dtype=np.int32)
    if array.shape != (rows,) or array.min() < 0 or array.max() >= centers:
        raise DegenerateDataError(f"There must be one label in 0..{centers - 1} for each row.")
    return array


def require(finite: bool | np.bool_, what: str) -> None:
    """Raise where numbers left the range of arithmetic."""
    if not finite:
        raise DegenerateDataError(f"{what} {_TOO_MUCH}.")


def near_one(points: Table) -> tuple[NDArray[np.float64], float]:
    """Return points shifted to their mean and scaled by a power of two to about one, and it.

    Numbers near the smallest there are get no further than that power can be told: 2^1000.
    """
    require(float(np.abs(points).max()) < 1e150, "Points")
    table = points.astype(np.float64)
    table -= table.mean(axis=0)
    widest = float(np.abs(table).max())
    scale = math.ldexp(1.0, min(-math.frexp(widest)[1], 1000))
    table *= scale
    return table, scale
