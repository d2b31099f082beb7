"""Keep every dimension: cluster in the prepared features as they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from songscape._matrix import as_matrix
from songscape.core.guard import check_matrix

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Options:
    """Nothing to set."""


class Unchanged(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Return songs as they are, once they have been looked at."""

    def fit(self, X: Any, y: Any = None) -> Self:
        """Look at the numbers.

        Raises
        ------
        DegenerateDataError
            If no method could use them.
        """
        del y
        check_matrix(as_matrix(X))
        validate_data(self, X, dtype=np.float64)
        return self

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Return X."""
        check_is_fitted(self)
        matrix: NDArray[np.float64] = validate_data(self, X, dtype=np.float64, reset=False)
        return matrix

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "n_features_in_")


def make(options: Options, seed: int) -> Unchanged:
    """Make the transformer; it uses no randomness."""
    del options, seed
    return Unchanged()
