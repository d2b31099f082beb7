"""Calinski–Harabasz: variance between clusters over variance within.

(B / (k − 1)) / (W / (n − k)), the F statistic of an analysis of variance with the clusters as
groups. High is good. Its size depends on the space and on n, so it can be compared between
groupings of the same songs in the same space only; it cannot say that there is one cluster.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from songscape.evaluate._defined import UNDEFINED
from songscape.evaluate._statistics import moments

if TYPE_CHECKING:
    from songscape.core.fit import Fit
    from songscape.core.space import Space

BETTER = "high"
NEEDS: tuple[str, ...] = ()
CITATION = "Calinski & Harabasz 1974, A dendrite method for cluster analysis"


def score(space: Space, fit: Fit, truth: Any = None) -> float:
    """Return the index, ≥ 0; NaN with fewer than two clusters or where nothing varies within."""
    del truth
    found = moments(space, fit)
    if found is None or found.within <= 0:
        return UNDEFINED
    k, n = len(found.counts), found.counts.sum()
    return float((found.between / (k - 1)) / (found.within / (n - k)))
