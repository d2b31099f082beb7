"""Transformers of one column, known by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from songscape.prepare._names import names_in

if TYPE_CHECKING:
    from numpy.typing import NDArray


class NamedColumn(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Change one column; a table without it passes unchanged.

    Attributes
    ----------
    found_ : whether the table has the column.
    """

    column: str

    def fit(self, X: Any, y: Any = None) -> Self:
        """Find the column."""
        del y
        validate_data(self, X, dtype=np.float64, ensure_all_finite="allow-nan")
        self.found_ = self.column in names_in(self)
        return self

    def _table(self, X: Any) -> NDArray[np.float64]:
        """Return a copy of a table, shape (n, d)."""
        check_is_fitted(self)
        matrix: NDArray[np.float64] = validate_data(
            self, X, dtype=np.float64, ensure_all_finite="allow-nan", reset=False, copy=True
        )
        return matrix

    @property
    def _place(self) -> int:
        """Where the column stands in the table."""
        return names_in(self).index(self.column)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags
