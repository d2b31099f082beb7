"""A table as an array, as every estimator takes it in before its numbers are looked at.

Whether the numbers can be used is asked by :mod:`songscape.core.guard`, which knows no
scikit-learn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.utils.validation import check_array

from songscape.core.errors import DegenerateDataError

if TYPE_CHECKING:
    from numpy.typing import NDArray


def as_matrix(X: Any) -> NDArray[Any]:
    """Return X as a float array of shape (n, d) without looking at its values.

    Parameters
    ----------
    X : array or frame; float32 stays, all else becomes float64.

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
