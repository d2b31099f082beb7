"""Davies–Bouldin: how alike each cluster is to the one most like it.

With Sᵢ the mean distance of songs to their centre and Mᵢⱼ the distance of two centres, the index is
the mean over clusters of max over j of (Sᵢ + Sⱼ) / Mᵢⱼ. Low is good; 0 would be points. It cannot
say that there is one cluster.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.spatial.distance import cdist

from songscape.evaluate._defined import UNDEFINED
from songscape.evaluate._statistics import moments

if TYPE_CHECKING:
    from songscape.core.fit import Fit
    from songscape.core.space import Space

BETTER = "low"
NEEDS: tuple[str, ...] = ()
CITATION = "Davies & Bouldin 1979, A cluster separation measure"


def score(space: Space, fit: Fit, truth: Any = None) -> float:
    """Return the index, ≥ 0; NaN with fewer than two clusters or where two centres coincide."""
    del truth
    found = moments(space, fit)
    if found is None:
        return UNDEFINED
    apart = cdist(found.means, found.means)
    np.fill_diagonal(apart, np.inf)
    if not apart.all():
        return UNDEFINED
    return float(((found.spread[:, None] + found.spread) / apart).max(axis=1).mean())
