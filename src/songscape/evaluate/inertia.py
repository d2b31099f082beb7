"""Inertia: the sum of squared distances of songs to the mean of their cluster.

What k-means makes small. It falls with every cluster added, to 0 where each song is its own, so its
smallest value says nothing; only a bend in its curve (the elbow) can.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from songscape.core.fit import Fit
    from songscape.core.space import Space

BETTER = "never"
WHY_NEVER = "it falls with every cluster added, so its best k is the largest offered"
NEEDS: tuple[str, ...] = ()
CITATION = (
    "MacQueen 1967, Some methods for classification and analysis of multivariate observations"
)


def score(space: Space, fit: Fit, truth: Any = None) -> float:
    """Return the inertia, in squared units of the space; noise is not counted.

    Examples
    --------
    >>> from songscape.core.fit import Fit
    >>> from songscape.core.space import Space
    >>> space = Space(np.array([[0.0], [2.0], [5.0]]), ("x",))
    >>> score(space, Fit(np.array([0, 0, 1], dtype=np.int32), None, 2, 0))
    2.0
    """
    del truth
    inside = fit.labels >= 0
    return within(space.matrix[inside], fit.labels[inside])


def within(matrix: NDArray[np.float64], labels: NDArray[Any]) -> float:
    """Return the sum of squared distances of songs to the mean of their cluster."""
    total = 0.0
    for cluster in np.unique(labels):
        songs = matrix[labels == cluster]
        total += float(((songs - songs.mean(axis=0)) ** 2).sum())
    return total
