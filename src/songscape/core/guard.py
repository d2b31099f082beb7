"""Refuse numbers that no method can group or reduce, before it hangs, crashes or lies.

Estimators meet hopeless numbers in different ways: one hangs on values near 1e154, one ends the
process on identical rows, one invents eight groups among them, one returns labels for NaN. So
every estimator asks the same questions first and gives the same answer, a
:class:`~songscape.core.errors.DegenerateDataError`:

- is every value finite?
- are values small enough to be squared and added up (:func:`largest_safe`)?
- do they differ by more than rounding, and by enough to be squared?
- are there enough *different* rows for what is asked?
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from songscape.core.errors import DegenerateDataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

LARGEST = 1e100
"""Above this, products of a few values overflow in float64."""

SMALLEST_SPREAD = 1e-100
"""Below this, squared differences underflow to zero and all songs look alike."""


def largest_safe(dtype: np.dtype[Any]) -> float:
    """Return the largest magnitude whose square and sums of squares stay finite in `dtype`."""
    if not np.issubdtype(dtype, np.floating):
        return LARGEST
    return min(LARGEST, float(np.cbrt(np.finfo(dtype).max)))


def check_matrix(matrix: NDArray[Any], k: int = 1, least: int = 2) -> None:
    """Raise unless `matrix` can be grouped into `k` clusters, or reduced.

    Parameters
    ----------
    matrix : real array of shape (n, d).
    k : how many clusters are asked for.
    least : how many rows, and how many different rows, are needed at least.

    Raises
    ------
    DegenerateDataError
        With what is wrong and the way out.

    Examples
    --------
    >>> check_matrix(np.array([[0.0], [0.0], [1.0]]), k=3)
    Traceback (most recent call last):
        ...
    songscape.core.errors.DegenerateDataError: 3 clusters were asked for but only 2 songs differ \
from each other; ask for at most 2.
    """
    check_values(matrix)
    if len(matrix) < least:
        raise DegenerateDataError(
            f"At least {least} songs are needed, and this is {len(matrix)} sample(s)."
        )
    _check_spread(matrix)
    different = distinct_rows(matrix, enough=max(k, least))
    if different < max(k, least):
        raise DegenerateDataError(_too_few(different, k, least))


def check_values(matrix: NDArray[Any]) -> None:
    """Raise unless every value is finite and small enough to be squared.

    Raises
    ------
    DegenerateDataError
        With the first column that is not.
    """
    finite = np.isfinite(matrix).all(axis=0)
    if not finite.all():
        raise DegenerateDataError(
            f"Column {int(np.argmin(finite))} contains NaN or infinity; fill or drop missing "
            "values with clean.missing."
        )
    limit = largest_safe(matrix.dtype)
    size = np.maximum(matrix.max(axis=0, initial=0), -matrix.min(axis=0, initial=0))
    if (size > limit).any():
        raise DegenerateDataError(
            f"Column {int(np.argmax(size))} reaches {float(size.max()):.3g}, beyond {limit:.0e} "
            "where squares overflow; scale it with prepare.robust or prepare.quantile."
        )


def _check_spread(matrix: NDArray[Any]) -> None:
    """Raise if no column differs by more than rounding, or by enough to be squared."""
    low, high = matrix.min(axis=0), matrix.max(axis=0)
    spread = high.astype(np.float64) - low.astype(np.float64)
    rounding = 64 * np.finfo(np.float64).eps * np.maximum(abs(high), abs(low))
    if (spread <= np.maximum(rounding, SMALLEST_SPREAD)).all():
        raise DegenerateDataError(
            "All songs are alike: no column differs by more than rounding, so there is nothing "
            "to group."
        )


def distinct_rows(matrix: NDArray[Any], enough: int) -> int:
    """Count different rows, but stop looking once there are `enough`.

    Only as many rows are sorted as it takes, so the count costs next to nothing on real data.

    Examples
    --------
    >>> distinct_rows(np.array([[1.0], [1.0], [2.0]]), enough=3)
    2
    """
    # Adding zero turns -0.0 into 0.0, which compares equal but would sort apart by bytes.
    rows = 4 * enough
    while True:
        different = len(np.unique(matrix[:rows] + 0.0, axis=0))
        if different >= enough or rows >= len(matrix):
            return different
        rows *= 4


def _too_few(different: int, k: int, least: int) -> str:
    """Say that too few rows differ."""
    if k > least:
        return (
            f"{k} clusters were asked for but only {different} songs differ from each other; "
            f"ask for at most {different}."
        )
    return f"Only {different} songs differ from each other and {least} are needed."
