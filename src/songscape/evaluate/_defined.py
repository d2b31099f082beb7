"""Which songs a criterion looks at, and whether it is defined at all.

Noise is not a cluster, so songs labelled -1 are left out. A criterion that compares clusters is
undefined, and NaN, where there are fewer than two or where all songs are alike; libraries answer 0
or 1 there, which reads like a verdict.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from songscape.core.space import Space

UNDEFINED = float("nan")


def clustered(
    space: Space, labels: NDArray[np.int32]
) -> tuple[NDArray[np.float64], NDArray[np.int64]] | None:
    """Return the songs in clusters and their labels as 0..k-1, or None if nothing can be said.

    There must be at least two clusters, fewer clusters than songs, and two songs that differ.
    """
    inside = labels >= 0
    matrix = space.matrix[inside]
    found, dense = np.unique(labels[inside], return_inverse=True)
    if not 2 <= len(found) < len(matrix) or not np.ptp(matrix, axis=0).any():
        return None
    return matrix, dense.astype(np.int64)
