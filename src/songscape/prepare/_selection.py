"""Transformers that leave columns out and remember which and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.feature_selection import SelectorMixin
from sklearn.utils import get_tags
from sklearn.utils.validation import check_is_fitted, validate_data

from songscape.core.errors import DegenerateDataError
from songscape.prepare._names import names_in

if TYPE_CHECKING:
    from numpy.typing import NDArray


LEAST = 2
"""Songs without which nothing can be said of a column."""


class ColumnSelection(SelectorMixin, BaseEstimator):  # type: ignore[misc]
    """Leave columns out; what goes is decided by :meth:`_reasons`.

    Attributes
    ----------
    dropped_ : dict of str to str
        The columns left out, each with the reason in a few words.
    """

    def fit(self, X: Any, y: Any = None) -> Self:
        """Decide which columns go.

        Raises
        ------
        DegenerateDataError
            If no column is left, or there are too few songs to compare columns by.
        """
        del y
        finite = "allow-nan" if get_tags(self).input_tags.allow_nan else True
        matrix = validate_data(self, X, dtype=np.float64, ensure_all_finite=finite)
        if len(matrix) < LEAST:
            raise DegenerateDataError(
                f"At least {LEAST} songs are needed to compare features, and this is "
                f"{len(matrix)} sample(s)."
            )
        self.dropped_ = self._reasons(matrix, names_in(self))
        if len(self.dropped_) == self.n_features_in_:
            raise DegenerateDataError(
                f"prepare.{type(self).__module__.rpartition('.')[2]} leaves no feature: "
                + "; ".join(f"{name} ({why})" for name, why in self.dropped_.items())
            )
        return self

    def _reasons(self, matrix: NDArray[np.float64], names: list[str]) -> dict[str, str]:
        """Return the columns to leave out, with the reason for each."""
        del matrix, names
        return {}

    def _get_support_mask(self) -> NDArray[np.bool_]:
        """Return which columns stay, as scikit-learn's selectors want it."""
        check_is_fitted(self)
        return np.array([name not in self.dropped_ for name in names_in(self)])
