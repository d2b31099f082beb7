"""A fit: one grouping of the songs of one space, and the model that made it.

Criteria take a :class:`Space` and a :class:`Fit` and give one number. Labels are ``0..k-1``; ``-1``
marks noise, songs that belong to no cluster.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Fit:
    """A grouping and its model.

    Parameters
    ----------
    labels : int array of shape (n,), -1 for noise.
    estimator : the fitted scikit-learn estimator.
    k : the number of clusters asked for, or found where none was asked for.
    seed : the seed it was fitted with.
    """

    labels: NDArray[np.int32]
    estimator: Any
    k: int
    seed: int

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Number of songs in each cluster, by label; noise not counted."""
        return np.bincount(self.labels[self.labels >= 0], minlength=self.k).astype(np.int64)
