"""One guard before every clusterer: the same question, the same answer, whatever the method.

:class:`Guarded` goes first among the parents of an estimator. It looks at the matrix with
:func:`songscape.core.guard.check_matrix` before the method sees it, so that hopeless numbers end in
one :class:`~songscape.core.errors.DegenerateDataError` and not in a hang, a crash or an invention.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.utils.validation import _check_sample_weight

from songscape._matrix import as_matrix
from songscape.core.errors import DegenerateDataError
from songscape.core.guard import check_matrix, check_values

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Guarded", "GuardedPredictor", "WeightedPredictor", "as_counts", "as_matrix"]


class Guarded:
    """Check the matrix before ``fit`` and before ``predict``."""

    def fit(self, X: Any, y: Any = None, **further: Any) -> Self:
        """Find the groups.

        Parameters
        ----------
        X : array of shape (n, d) or frame.
        y : ignored.

        Raises
        ------
        DegenerateDataError
            If the numbers do not allow it.
        """
        check_matrix(as_matrix(X), self._clusters_wanted())
        super().fit(X, y, **further)  # type: ignore[misc]
        return self

    def _clusters_wanted(self) -> int:
        """Return how many clusters the parameters ask for; 1 where the method finds its number."""
        for name in ("n_clusters", "n_components"):
            wanted = getattr(self, name, None)
            if isinstance(wanted, int | np.integer):
                return int(wanted)
        return 1

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()  # type: ignore[misc]
        tags.input_tags.sparse = False
        return tags


class GuardedPredictor(Guarded):
    """A guarded clusterer that also places new songs."""

    def predict(self, X: Any) -> NDArray[np.int32]:
        """Return the cluster of every row of X.

        Raises
        ------
        DegenerateDataError
            If a value is not finite or too large.
        """
        check_values(as_matrix(X))
        labels: NDArray[np.int32] = super().predict(X)  # type: ignore[misc]
        return labels


class WeightedPredictor(GuardedPredictor):
    """A guarded clusterer whose songs may count differently."""

    def fit(  # type: ignore[override]
        self, X: Any, y: Any = None, sample_weight: Any = None
    ) -> Self:
        """Find the groups.

        Parameters
        ----------
        X : array of shape (n, d) or frame.
        y : ignored.
        sample_weight : array of shape (n,), zero or more; a song of weight w is w equal songs.

        Raises
        ------
        DegenerateDataError
            If the numbers do not allow it.
        """
        return super().fit(X, y, sample_weight=sample_weight)


def as_counts(sample_weight: Any, matrix: NDArray[Any]) -> NDArray[np.float64]:
    """Return how much every row counts, shape (n,); ones for None.

    Raises
    ------
    DegenerateDataError
        If there is not one weight for each row, or one is negative or not finite, or all are zero.
    """
    try:
        weights: NDArray[np.float64] = _check_sample_weight(
            sample_weight, matrix, dtype=np.float64, ensure_non_negative=True
        )
    except ValueError as error:
        raise DegenerateDataError(str(error)) from None
    return weights
