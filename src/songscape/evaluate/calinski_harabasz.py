"""Calinski–Harabasz: variance between clusters over variance within.

(B / (k − 1)) / (W / (n − k)), the F statistic of an analysis of variance with the clusters as
groups. High is good. Its size depends on the space and on n, so it can be compared between
groupings of the same songs in the same space only; it cannot say that there is one cluster.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from songscape.evaluate._defined import UNDEFINED, clustered

if TYPE_CHECKING:
    from songscape.core.fit import Fit
    from songscape.core.space import Space

BETTER = "high"
NEEDS: tuple[str, ...] = ()
CITATION = "Calinski & Harabasz 1974, A dendrite method for cluster analysis"


def score(space: Space, fit: Fit, truth: Any = None) -> float:
    """Return the index, ≥ 0; NaN with fewer than two clusters or where nothing varies within."""
    del truth
    found = clustered(space, fit.labels)
    if found is None:
        return UNDEFINED
    matrix, labels = found
    k, n = int(labels.max()) + 1, len(matrix)
    centred = matrix - matrix.mean(axis=0)
    sizes = np.bincount(labels)
    centres = np.array([centred[labels == cluster].mean(axis=0) for cluster in range(k)])
    between = float((sizes * (centres**2).sum(axis=1)).sum())
    within = float(((centred - centres[labels]) ** 2).sum())
    if within <= 0:
        return UNDEFINED
    return (between / (k - 1)) / (within / (n - k))
