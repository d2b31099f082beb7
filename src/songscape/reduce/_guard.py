"""The guard before every reducer; the questions are those of :mod:`songscape.core.guard`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.utils.validation import check_array

from songscape.core.errors import DegenerateDataError
from songscape.core.guard import check_matrix

if TYPE_CHECKING:
    from numpy.typing import NDArray


def as_matrix(X: Any) -> NDArray[Any]:
    """Return X as a float array without looking at its values.

    Raises
    ------
    DegenerateDataError
        If X has no rows or no columns, or is not a table of numbers.
    """
    try:
        matrix: NDArray[Any] = check_array(
            X, dtype=[np.float64, np.float32], ensure_all_finite=False
        )
    except ValueError as error:
        raise DegenerateDataError(str(error)) from None
    return matrix


def check_reducible(matrix: NDArray[Any], least: int = 2) -> None:
    """Raise unless there are `least` different rows of sound numbers.

    Raises
    ------
    DegenerateDataError
        With what is wrong and the way out.
    """
    check_matrix(matrix, least=least)
